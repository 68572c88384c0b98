//go:build !amd64

package doctor

import "errors"

func runGuest() error { return errors.New("the probe knows amd64 only") }

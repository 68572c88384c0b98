package containers

import (
	"errors"
	"strings"
	"syscall"

	"github.com/samber/lo"
)

// IsDiskFull tells whether an error comes from a full disk of the node. containerd sends errors as text, so that the text is compared.
func IsDiskFull(err error) bool {
	return lo.SomeBy([]error{syscall.ENOSPC, syscall.EDQUOT}, func(full error) bool {
		return errors.Is(err, full) || strings.Contains(err.Error(), full.Error())
	})
}

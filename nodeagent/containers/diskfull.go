package containers

import (
	"errors"
	"strings"
	"syscall"

	"github.com/samber/lo"
)

// IsDiskFull tells whether something failed for want of room on the node. containerd sends its errors as words.
func IsDiskFull(err error) bool {
	return lo.SomeBy([]error{syscall.ENOSPC, syscall.EDQUOT}, func(full error) bool {
		return errors.Is(err, full) || strings.Contains(err.Error(), full.Error())
	})
}

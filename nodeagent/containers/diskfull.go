package containers

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/google/uuid"
	"github.com/samber/lo"
	"golang.org/x/sys/unix"
)

// fullPart is the part of a VM's disk that must be free, or it counts as full: what an app could not write was seldom a single byte.
const fullPart = 100

// IsDiskFull tells whether an error comes from a full disk of the node. containerd sends errors as text, so that the text is compared.
func IsDiskFull(err error) bool {
	return lo.SomeBy([]error{syscall.ENOSPC, syscall.EDQUOT}, func(full error) bool {
		return errors.Is(err, full) || strings.Contains(err.Error(), full.Error())
	})
}

// FullDisk returns the size in bytes of the VM's disk where the VM has used it up. It returns 0 where there is room, and where the disk is not limited.
func (r *Runtime) FullDisk(vm uuid.UUID) int64 {
	file, err := os.Lstat(filepath.Join(r.folder(vm), diskFile))
	if err != nil {
		return 0
	}

	var stat unix.Statfs_t
	if err := unix.Statfs(filepath.Join(r.folder(vm), diskFolder), &stat); err != nil {
		return 0
	}

	if stat.Bavail >= stat.Blocks/fullPart && stat.Ffree > 0 {
		return 0
	}

	return file.Size()
}

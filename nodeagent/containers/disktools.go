package containers

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

const loopControl = "/dev/loop-control"

// FindDiskTools returns an error with a sentence for the operator where this machine has not what it takes to limit the disks of VMs.
func FindDiskTools() error {
	if _, err := exec.LookPath(mkfs); err != nil {
		return fmt.Errorf("%s was not found: install Debian's package e2fsprogs", mkfs)
	}

	if _, err := os.Stat(loopControl); err != nil {
		return fmt.Errorf("%s is not there: load the kernel module loop, and give a container that the node agent runs in its devices", loopControl)
	}

	return nil
}

// TryDisk makes a small disk in the folder, mounts it, and removes it again.
func TryDisk(ctx context.Context, folder string) error {
	const small = 16 << 20

	if err := FindDiskTools(); err != nil {
		return err
	}

	for ; ; folder = filepath.Dir(folder) {
		if _, err := os.Stat(folder); err == nil {
			break
		}
	}

	trial, err := os.MkdirTemp(folder, ".zeitwork-disk-")
	if err != nil {
		return fmt.Errorf("make a folder for a disk: %w", err)
	}

	return errors.Join(makeDisk(ctx, trial, small, &blankDisk{}), removeDisk(trial), os.RemoveAll(trial))
}

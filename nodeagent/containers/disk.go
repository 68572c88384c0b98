package containers

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/containerd/containerd/v2/core/mount"
	"github.com/google/uuid"
	"github.com/moby/sys/mountinfo"
	"golang.org/x/sys/unix"
)

// A VM's disk is a file system of a fixed size in a sparse file, mounted through a loop device. It lies under the snapshot of the VM, where overlayfs keeps
// what the VM writes, and holds the files that are mounted into the VM as well. It is made anew for every start and is found by its file, so that nothing of
// it has to be remembered: the kernel frees the loop device with the last mount.
const (
	// Overlayfs is the snapshotter whose writable layers are limited this way. Others limit them by their own configuration, or not at all.
	Overlayfs = "overlayfs"

	diskFile   = "disk.img"
	diskFolder = "disk"

	diskFileMode = 0o600
)

// limitsDisk tells whether VMs get disks of a fixed size from this package.
func (c Config) limitsDisk() bool { return c.DiskBytes > 0 && c.Snapshotter == Overlayfs }

// folder holds the VM's files on the node.
func (r *Runtime) folder(vm uuid.UUID) string { return filepath.Join(r.config.Folder, vm.String()) }

// filesFolder holds the files that are mounted into the VM, which can make them grow: they lie on its disk where that is limited.
func (r *Runtime) filesFolder(vm uuid.UUID) string {
	if r.config.limitsDisk() {
		return filepath.Join(r.folder(vm), diskFolder)
	}

	return r.folder(vm)
}

// makeDisk makes an empty disk for a VM with that folder, and mounts it there.
func makeDisk(ctx context.Context, folder string, size int64, blank *blankDisk) error {
	path, target := filepath.Join(folder, diskFile), filepath.Join(folder, diskFolder)

	if err := os.MkdirAll(target, folderMode); err != nil {
		return fmt.Errorf("make the VM's folder: %w", err)
	}

	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, diskFileMode)
	if err != nil {
		return fmt.Errorf("make the VM's disk: %w", err)
	}

	if err := errors.Join(blank.copyTo(ctx, file, size), file.Close()); err != nil {
		return fmt.Errorf("make the VM's disk: %w", err)
	}

	// What the VM deletes is free again on the node (discard). A sparse file is empty already, so that the kernel need not write that (noinit_itable).
	disk := mount.Mount{Type: "ext4", Source: path, Options: []string{"loop", "discard", "noinit_itable"}}
	if err := disk.Mount(target); err != nil {
		return fmt.Errorf("mount the VM's disk: %w", err)
	}

	return nil
}

// removeDisk unmounts the disk of the VM with that folder, wherever it is mounted, and removes it. Nothing of the VM runs.
func removeDisk(folder string) error {
	file := filepath.Join(folder, diskFile)

	disk, err := os.Lstat(file)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}

	if err != nil {
		return fmt.Errorf("find the VM's disk: %w", err)
	}

	mounts, err := mountinfo.GetMounts(func(info *mountinfo.Info) (skip, stop bool) {
		return info.FSType != "ext4" || !isBehind(info.Source, disk), false
	})
	if err != nil {
		return fmt.Errorf("find the mounts of the VM's disk: %w", err)
	}

	for _, m := range mounts {
		// It also succeeds where a process still has a file open there, as of a shim that was killed.
		if err := unix.Unmount(m.Mountpoint, unix.MNT_DETACH|unix.UMOUNT_NOFOLLOW); err != nil && !errors.Is(err, unix.EINVAL) {
			return fmt.Errorf("unmount the VM's disk: %w", err)
		}
	}

	// A process that was started while the disk was mounted may hold a copy of the mount. The room is free at once nevertheless.
	if err := errors.Join(os.Truncate(file, 0), os.Remove(file)); err != nil {
		return fmt.Errorf("remove the VM's disk: %w", err)
	}

	return nil
}

// isBehind tells whether the file is what a loop device shows.
func isBehind(device string, file os.FileInfo) bool {
	name, isLoop := strings.CutPrefix(device, "/dev/")
	if !isLoop || !strings.HasPrefix(name, "loop") {
		return false
	}

	path, err := os.ReadFile(filepath.Join("/sys/block", name, "loop/backing_file"))
	if err != nil {
		return false
	}

	backing, err := os.Stat(strings.TrimSuffix(string(path), "\n"))

	return err == nil && os.SameFile(backing, file)
}

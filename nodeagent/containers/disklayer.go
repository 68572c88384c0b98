package containers

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/containerd/containerd/v2/core/mount"
	"github.com/google/uuid"
	"golang.org/x/sys/unix"
)

// layDisk puts the VM's disk under its snapshot: all that the VM changes goes there. The snapshot is new, and nothing runs in it.
func (r *Runtime) layDisk(ctx context.Context, vm uuid.UUID) error {
	mounts, err := r.client.SnapshotService(r.config.Snapshotter).Mounts(ctx, vm.String())
	if err != nil {
		return fmt.Errorf("find the snapshot of the VM: %w", err)
	}

	upper, err := upperFolder(mounts)
	if err != nil {
		return err
	}

	disk, snapshot := filepath.Join(r.folder(vm), diskFolder), filepath.Dir(upper)

	layers, err := os.ReadDir(snapshot)
	if err != nil {
		return fmt.Errorf("read the snapshot of the VM: %w", err)
	}

	for _, layer := range layers {
		if err := moveFolder(filepath.Join(snapshot, layer.Name()), filepath.Join(disk, layer.Name())); err != nil {
			return fmt.Errorf("put the VM's disk under its snapshot: %w", err)
		}
	}

	if err := unix.Mount(disk, snapshot, "", unix.MS_BIND, ""); err != nil {
		return fmt.Errorf("put the VM's disk under its snapshot: %w", err)
	}

	return nil
}

// moveFolder makes an empty folder anew at another path, with the same owner. Where the disk could not be seen by containerd, which may run with mounts of its
// own, the VM would not start rather than write to the node's disk.
func moveFolder(from, to string) error {
	info, err := os.Stat(from)
	if err != nil {
		return err
	}

	owner, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return fmt.Errorf("the owner of %s is not known", from)
	}

	return errors.Join(os.Mkdir(to, folderMode), os.Chmod(to, info.Mode().Perm()), os.Chown(to, int(owner.Uid), int(owner.Gid)), os.Remove(from))
}

// upperFolder returns the folder of a snapshot in which overlayfs keeps what is written.
func upperFolder(mounts []mount.Mount) (string, error) {
	for _, m := range mounts {
		for _, option := range m.Options {
			if upper, ok := strings.CutPrefix(option, "upperdir="); ok {
				return upper, nil
			}
		}

		if m.Type == "bind" { // The snapshot of an image without layers.
			return m.Source, nil
		}
	}

	return "", errors.New("containerd names no folder for what the VM writes: its snapshotter is not the overlayfs that the node agent knows")
}

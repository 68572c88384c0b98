package netnamespace

import (
	"errors"
	"fmt"
	"os"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// Ensure makes a network namespace without IPv6 and mounts it at path, which keeps it alive. The folder of path must exist. A namespace
// that is mounted there already stays as it is.
func Ensure(path string) error {
	if Exists(path) {
		return nil
	}

	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDONLY, 0o600)
	if err != nil {
		return fmt.Errorf("make the mount point of a network namespace: %w", err)
	}

	if err := file.Close(); err != nil {
		return fmt.Errorf("make the mount point of a network namespace: %w", err)
	}

	return onOwnThread(func() error { return mountNew(path) })
}

// mountNew moves the calling thread into a new network namespace and mounts that at path.
func mountNew(path string) error {
	if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
		return fmt.Errorf("make a network namespace: %w", err)
	}

	for _, name := range []string{"all", "default"} {
		err := os.WriteFile("/proc/sys/net/ipv6/conf/"+name+"/disable_ipv6", []byte("1"), 0o600)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("turn IPv6 off: %w", err)
		}
	}

	loopback, err := netlink.LinkByName("lo")
	if err != nil {
		return fmt.Errorf("find the loopback interface: %w", err)
	}

	if err := netlink.LinkSetUp(loopback); err != nil {
		return fmt.Errorf("turn the loopback interface on: %w", err)
	}

	if err := unix.Mount("/proc/thread-self/ns/net", path, "", unix.MS_BIND, ""); err != nil {
		return fmt.Errorf("mount the network namespace: %w", err)
	}

	return nil
}

// Remove unmounts the namespace, which then ends with the last process and socket in it. It may be called twice.
func Remove(path string) error {
	if Exists(path) {
		if err := unix.Unmount(path, unix.MNT_DETACH); err != nil {
			return fmt.Errorf("unmount network namespace: %w", err)
		}
	}

	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("remove the mount point of a network namespace: %w", err)
	}

	return nil
}

// Exists tells whether a namespace is mounted at path.
func Exists(path string) bool {
	var stat unix.Statfs_t

	return unix.Statfs(path, &stat) == nil && stat.Type == unix.NSFS_MAGIC
}

package network

import (
	"errors"
	"fmt"
	"os"
	"runtime"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// ensureNamespace makes a network namespace and keeps it alive by a mount at path.
func ensureNamespace(path string) error {
	if isNamespace(path) {
		return nil
	}

	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDONLY, 0o600)
	if err != nil {
		return fmt.Errorf("make the mount point of a network namespace: %w", err)
	}

	if err := file.Close(); err != nil {
		return fmt.Errorf("make the mount point of a network namespace: %w", err)
	}

	return onOwnThread(func() error { return mountNewNamespace(path) })
}

// onOwnThread calls run on a thread that ends with it, so that no other goroutine finds itself in the namespace that run moves the
// thread to. It is never the main thread: that one cannot end, and what the kernel shows of the process is shown of it.
func onOwnThread(run func() error) error {
	done := make(chan error)

	go func() {
		runtime.LockOSThread()

		if unix.Gettid() != unix.Getpid() {
			done <- run()

			return
		}

		err := onOwnThread(run)

		runtime.UnlockOSThread()

		done <- err
	}()

	return <-done
}

// mountNewNamespace moves the calling thread into a new network namespace and mounts that at path.
func mountNewNamespace(path string) error {
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

func removeNamespace(path string) error {
	if isNamespace(path) {
		if err := unix.Unmount(path, unix.MNT_DETACH); err != nil {
			return fmt.Errorf("unmount network namespace: %w", err)
		}
	}

	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("remove the mount point of a network namespace: %w", err)
	}

	return nil
}

func isNamespace(path string) bool {
	var stat unix.Statfs_t

	return unix.Statfs(path, &stat) == nil && stat.Type == unix.NSFS_MAGIC
}

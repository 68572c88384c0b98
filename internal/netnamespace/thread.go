package netnamespace

import (
	"fmt"
	"runtime"

	"github.com/vishvananda/netns"
	"golang.org/x/sys/unix"
)

// Do calls run in the network namespace that is mounted at path, or in the caller's where path is empty, on a thread that
// belongs to run alone and ends with it. Sockets and processes that run makes are in the namespace, and stay there; goroutines
// that it starts are not.
func Do(path string, run func() error) error {
	return onOwnThread(func() error {
		if path != "" {
			if err := enter(path); err != nil {
				return err
			}
		}

		return run()
	})
}

func enter(path string) error {
	namespace, err := netns.GetFromPath(path)
	if err != nil {
		return fmt.Errorf("open network namespace %s: %w", path, err)
	}

	defer func() { _ = namespace.Close() }()

	if err := netns.Set(namespace); err != nil {
		return fmt.Errorf("enter network namespace %s: %w", path, err)
	}

	return nil
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

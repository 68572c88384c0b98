package netnamespace

import (
	"errors"
	"fmt"
	"runtime"

	"github.com/vishvananda/netns"
	"golang.org/x/sys/unix"
)

// Do calls run in the network namespace that is mounted at path, or in the caller's where path is empty. run has a thread to itself,
// which ends with it. Sockets and processes that run makes are in the namespace and stay there. Goroutines that run starts are not in
// the namespace.
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

var errEnded = errors.New("what ran in a network namespace ended its goroutine")

// onOwnThread calls run on a thread that ends with it, so that no other goroutine gets a thread that run has moved to a namespace. The
// thread is never the main one, which cannot end and whose namespace the kernel shows as that of the process.
func onOwnThread(run func() error) error {
	done := make(chan error)

	go func() {
		runtime.LockOSThread()

		if unix.Gettid() != unix.Getpid() {
			// A test that fails in run ends this goroutine and never returns.
			err := errEnded
			defer func() { done <- err }()

			err = run()

			return
		}

		err := onOwnThread(run)

		runtime.UnlockOSThread()

		done <- err
	}()

	return <-done
}

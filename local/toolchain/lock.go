package toolchain

import (
	"context"
	"fmt"
	"os"
	"syscall"
	"time"
)

// lock takes an exclusive lock on the file, which it creates, and waits until it is free. The kernel releases the lock
// of a process that dies.
func lock(ctx context.Context, path string, waiting func()) (func(), error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the build lock: %w", err)
	}

	const pause = 200 * time.Millisecond

	for {
		err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return func() { _ = file.Close() }, nil
		}

		waiting()

		select {
		case <-ctx.Done():
			_ = file.Close()

			return nil, fmt.Errorf("wait for another build to end: %w", ctx.Err())
		case <-time.After(pause):
		}
	}
}

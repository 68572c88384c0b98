package activities

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"
)

// lockInterval is how often a lock that another holds is tried again.
const lockInterval = 10 * time.Millisecond

func (c *treeCache) lock(ctx context.Context, name string, how int) (*os.File, error) {
	for {
		entry, locked, err := c.tryLock(name, how)
		if err != nil || locked {
			return entry, err
		}

		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("wait for the tree: %w", context.Cause(ctx))
		case <-time.After(lockInterval):
		}
	}
}

// tryLock returns false where another holds the lock, or has just removed the file.
func (c *treeCache) tryLock(name string, how int) (*os.File, bool, error) {
	entry, err := os.OpenFile(filepath.Join(c.directory, name+".lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, false, fmt.Errorf("open the lock of the tree: %w", err)
	}

	err = unix.Flock(int(entry.Fd()), how|unix.LOCK_NB)
	if err != nil {
		_ = entry.Close()

		if errors.Is(err, unix.EWOULDBLOCK) || errors.Is(err, unix.EINTR) {
			return nil, false, nil
		}

		return nil, false, fmt.Errorf("lock the tree: %w", err)
	}

	opened, openedErr := entry.Stat()
	standing, standingErr := os.Stat(entry.Name())

	if openedErr != nil || standingErr != nil || !os.SameFile(opened, standing) {
		_ = entry.Close()

		return nil, false, nil //nolint:nilerr // The file is gone or another one: as if it had been locked.
	}

	return entry, true, nil
}

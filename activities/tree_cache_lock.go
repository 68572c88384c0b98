package activities

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/zeitwork/zeitwork/internal/flock"
)

// lock waits until it has the lock of the tree.
func (c *treeCache) lock(ctx context.Context, name string, mode flock.Mode) (*flock.Lock, error) {
	entry, err := flock.Wait(ctx, c.lockPath(name), mode)
	if err != nil {
		return nil, fmt.Errorf("lock the tree: %w", err)
	}

	return entry, nil
}

// tryLock returns false where another holds the lock, or has just removed the file.
func (c *treeCache) tryLock(name string, mode flock.Mode) (*flock.Lock, bool, error) {
	entry, err := flock.Try(c.lockPath(name), mode)
	if errors.Is(err, flock.ErrHeld) {
		return nil, false, nil
	}

	if err != nil {
		return nil, false, fmt.Errorf("lock the tree: %w", err)
	}

	return entry, true, nil
}

func (c *treeCache) lockPath(name string) string { return filepath.Join(c.directory, name+".lock") }

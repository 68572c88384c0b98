package activities

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/zeitwork/zeitwork/internal/flock"
)

// evict removes the trees that were not opened for the longest time until the rest fits. It skips those in use and the
// one just made.
func (c *treeCache) evict(ctx context.Context, justMade string) {
	c.evicting.Lock()
	defer c.evicting.Unlock()

	locks, err := filepath.Glob(filepath.Join(c.directory, "*.lock"))
	if err != nil {
		return
	}

	type candidate struct {
		name string
		used time.Time
		size int64
	}

	candidates, total := []candidate{}, int64(0)

	for _, lock := range locks {
		info, err := os.Stat(lock)
		if err != nil {
			continue
		}

		name := strings.TrimSuffix(filepath.Base(lock), ".lock")
		size := c.size(name)
		candidates, total = append(candidates, candidate{name, info.ModTime(), size}), total+size
	}

	slices.SortFunc(candidates, func(a, b candidate) int { return a.used.Compare(b.used) })

	for _, oldest := range candidates {
		if total <= c.limit {
			return
		}

		if oldest.name == justMade {
			continue
		}

		removed, err := c.remove(oldest.name)
		if err != nil {
			slog.WarnContext(ctx, "an old source could not be removed", "tree", oldest.name, "error", err)
		}

		if removed {
			total -= oldest.size
		}
	}
}

// size returns what the tree takes, as it was noted when the tree was made.
func (c *treeCache) size(name string) int64 {
	noted, err := os.ReadFile(c.lockPath(name))
	if err == nil {
		if size, err := strconv.ParseInt(string(noted), 10, 64); err == nil {
			return size
		}
	}

	// The tree is being made, or was made by an older version.
	return directorySize(filepath.Join(c.directory, name))
}

// remove deletes a tree and its lock, unless it is in use.
func (c *treeCache) remove(name string) (bool, error) {
	entry, locked, err := c.tryLock(name, flock.Exclusive)
	if err != nil || !locked {
		return false, err
	}
	defer func() { _ = entry.Close() }()

	directory := filepath.Join(c.directory, name)

	// Renamed first: a tree must never be seen with only some of its files.
	if err := os.Rename(directory, directory+partialSuffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, fmt.Errorf("take the tree out of its place: %w", err)
	}

	if err := errors.Join(os.RemoveAll(directory+partialSuffix), os.Remove(entry.Path())); err != nil {
		return false, fmt.Errorf("remove the tree: %w", err)
	}

	return true, nil
}

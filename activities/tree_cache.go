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
	"strings"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"golang.org/x/sys/unix"
)

// lockInterval is how often a lock that another holds is tried again.
const lockInterval = 10 * time.Millisecond

// treeCache keeps unpacked trees by the digest of their artifact.
//
// Beside the tree NAME stands the file NAME.lock. Whoever reads the tree holds a shared lock on it, whoever makes or
// removes the tree an exclusive one, so that goroutines and processes can share the directory. A lock ends with its
// process. The lock's modification time is when the tree was last opened.
type treeCache struct {
	directory string
	limit     int64
}

func newTreeCache(directory string, limit int64) (*treeCache, error) {
	if err := os.MkdirAll(directory, directoryMode); err != nil {
		return nil, fmt.Errorf("make the directory for trees: %w", err)
	}

	return &treeCache{directory: directory, limit: limit}, nil
}

// open returns the tree of that digest, which fill makes if it is not there: fill gets an empty directory and returns
// when the commit was made.
func (c *treeCache) open(ctx context.Context, digest string, fill func(directory string) (time.Time, error)) (*Tree, error) {
	hash, err := v1.NewHash(digest)
	if err != nil {
		return nil, fmt.Errorf("%q is not the digest of a source: %w", digest, err)
	}

	for {
		tree, err := c.lookup(ctx, hash.Hex)
		if err != nil || tree != nil {
			return tree, err
		}

		if err := c.make(ctx, hash.Hex, fill); err != nil {
			return nil, err
		}
	}
}

// lookup returns nil where there is no such tree.
func (c *treeCache) lookup(ctx context.Context, name string) (*Tree, error) {
	entry, err := c.lock(ctx, name, unix.LOCK_SH)
	if err != nil {
		return nil, err
	}

	directory := filepath.Join(c.directory, name)

	info, err := os.Stat(directory)
	if err != nil {
		_ = entry.Close()

		if errors.Is(err, fs.ErrNotExist) {
			return nil, nil //nolint:nilnil // No tree and no error: it has to be made.
		}

		return nil, fmt.Errorf("look up the tree: %w", err)
	}

	now := time.Now()
	if err := os.Chtimes(entry.Name(), now, now); err != nil {
		_ = entry.Close()

		return nil, fmt.Errorf("note that the tree is in use: %w", err)
	}

	return &Tree{Dir: directory, CommitTime: info.ModTime(), entry: entry}, nil
}

// make unpacks the tree, unless another has done so meanwhile.
func (c *treeCache) make(ctx context.Context, name string, fill func(directory string) (time.Time, error)) error {
	entry, err := c.lock(ctx, name, unix.LOCK_EX)
	if err != nil {
		return err
	}
	defer func() { _ = entry.Close() }()

	directory := filepath.Join(c.directory, name)
	if _, err := os.Stat(directory); err == nil {
		return nil
	}

	partial := directory + ".partial"

	// A killed worker may have left one.
	if err := errors.Join(os.RemoveAll(partial), os.Mkdir(partial, directoryMode)); err != nil {
		return fmt.Errorf("make a directory to unpack into: %w", err)
	}

	committed, err := fill(partial)
	if err != nil {
		return errors.Join(err, os.RemoveAll(partial))
	}

	// The directory's own time carries that of the commit.
	if err := os.Chtimes(partial, committed, committed); err != nil {
		return fmt.Errorf("note when the commit was made: %w", err)
	}

	if err := os.Rename(partial, directory); err != nil {
		return fmt.Errorf("put the tree in its place: %w", err)
	}

	c.evict(ctx, name)

	return nil
}

// evict removes the trees that were not opened for the longest time until the rest fits. It skips those in use and the
// one just made.
func (c *treeCache) evict(ctx context.Context, justMade string) {
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
		size := directorySize(filepath.Join(c.directory, name))
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

// remove deletes a tree and its lock, unless it is in use.
func (c *treeCache) remove(name string) (bool, error) {
	entry, locked, err := c.tryLock(name, unix.LOCK_EX)
	if err != nil || !locked {
		return false, err
	}
	defer func() { _ = entry.Close() }()

	directory := filepath.Join(c.directory, name)

	// Renamed first: a tree must never be seen with only some of its files.
	if err := os.Rename(directory, directory+".partial"); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, fmt.Errorf("take the tree out of its place: %w", err)
	}

	if err := errors.Join(os.RemoveAll(directory+".partial"), os.Remove(entry.Name())); err != nil {
		return false, fmt.Errorf("remove the tree: %w", err)
	}

	return true, nil
}

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

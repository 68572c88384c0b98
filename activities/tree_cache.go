package activities

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/zeitwork/zeitwork/internal/flock"
)

// partialSuffix marks a tree that is being made or removed.
const partialSuffix = ".partial"

// lockMode are the permissions of a tree's lock.
const lockMode = 0o600

// treeCache keeps unpacked trees by the digest of their artifact.
//
// Beside the tree NAME stands the file NAME.lock. Whoever reads the tree holds a shared lock on it, whoever makes or
// removes the tree an exclusive one, so that goroutines and processes can share the directory. A lock ends with its
// process. The lock's modification time is when the tree was last opened; its content is what the tree takes, in bytes.
type treeCache struct {
	directory string
	limit     int64
	// evicting is held by the one eviction that runs; it happens beside the deployment that made the last tree.
	evicting sync.Mutex
	// evictions are those that run or are about to.
	evictions sync.WaitGroup
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
	entry, err := c.lock(ctx, name, flock.Shared)
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
	if err := os.Chtimes(entry.Path(), now, now); err != nil {
		_ = entry.Close()

		return nil, fmt.Errorf("note that the tree is in use: %w", err)
	}

	return &Tree{Dir: directory, CommitTime: info.ModTime(), entry: entry}, nil
}

// make unpacks the tree, unless another has done so meanwhile.
func (c *treeCache) make(ctx context.Context, name string, fill func(directory string) (time.Time, error)) error {
	entry, err := c.lock(ctx, name, flock.Exclusive)
	if err != nil {
		return err
	}
	defer func() { _ = entry.Close() }()

	directory := filepath.Join(c.directory, name)
	if _, err := os.Stat(directory); err == nil {
		return nil
	}

	partial := directory + partialSuffix

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

	// Evictions look there, since to walk through all trees takes long.
	if err := os.WriteFile(entry.Path(), []byte(strconv.FormatInt(directorySize(partial), 10)), lockMode); err != nil {
		return explainDisk(fmt.Errorf("note the size of the tree: %w", err))
	}

	if err := os.Rename(partial, directory); err != nil {
		return fmt.Errorf("put the tree in its place: %w", err)
	}

	c.evictions.Go(func() { c.evict(context.WithoutCancel(ctx), name) })

	return nil
}

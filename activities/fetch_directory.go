package activities

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/zeitwork/zeitwork/internal/flock"
)

// fetchDirectory is where one attempt fetches into. It is locked, so that another worker can tell one in use from one
// that a killed worker has left.
type fetchDirectory struct {
	path string
	lock *flock.Lock
}

func newFetchDirectory(parent string) (*fetchDirectory, error) {
	path, err := os.MkdirTemp(parent, "")
	if err != nil {
		return nil, fmt.Errorf("make a directory to fetch into: %w", err)
	}

	lock, err := flock.TryDirectory(path, flock.Exclusive)
	if err != nil {
		return nil, errors.Join(err, os.Remove(path))
	}

	return &fetchDirectory{path: path, lock: lock}, nil
}

// remove deletes the directory with everything in it.
func (d *fetchDirectory) remove() error {
	return errors.Join(os.RemoveAll(d.path), d.lock.Close())
}

// removeAbandoned deletes what killed workers have left.
func removeAbandoned(parent string) error {
	entries, err := os.ReadDir(parent)
	if err != nil {
		return fmt.Errorf("look for abandoned fetches: %w", err)
	}

	for _, entry := range entries {
		path := filepath.Join(parent, entry.Name())

		lock, err := flock.TryDirectory(path, flock.Exclusive)
		if err != nil {
			continue // In use.
		}

		if err := errors.Join(os.RemoveAll(path), lock.Close()); err != nil {
			return fmt.Errorf("remove an abandoned fetch: %w", err)
		}
	}

	return nil
}

package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/samber/lo"
)

const (
	folderMode = 0o700
	fileMode   = 0o600
)

// folder is a Store on the disk.
type folder string

func (f folder) Put(_ context.Context, name string, object func(io.Writer) error) error {
	if err := os.MkdirAll(string(f), folderMode); err != nil {
		return fmt.Errorf("make the folder of backups: %w", err)
	}

	unfinished, err := os.OpenFile(filepath.Join(string(f), unfinishedPrefix+name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, fileMode)
	if err != nil {
		return fmt.Errorf("write to the folder of backups: %w", err)
	}

	err = object(unfinished)
	if err == nil {
		err = unfinished.Sync()
	}

	err = errors.Join(err, unfinished.Close())
	if err == nil {
		err = os.Rename(unfinished.Name(), filepath.Join(string(f), name))
	}

	if err != nil {
		return errors.Join(err, os.Remove(unfinished.Name()))
	}

	return f.sync()
}

// sync has the names of the folder on the disk.
func (f folder) sync() error {
	directory, err := os.Open(string(f))
	if err != nil {
		return fmt.Errorf("write to the folder of backups: %w", err)
	}

	return errors.Join(directory.Sync(), directory.Close())
}

func (f folder) Get(_ context.Context, name string) (io.ReadCloser, error) {
	file, err := os.Open(filepath.Join(string(f), name))
	if err != nil {
		return nil, fmt.Errorf("read the backup: %w", err)
	}

	return file, nil
}

func (f folder) List(context.Context) ([]string, error) {
	entries, err := os.ReadDir(string(f))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("list the folder of backups: %w", err)
	}

	return lo.Map(entries, func(entry os.DirEntry, _ int) string { return entry.Name() }), nil
}

func (f folder) Delete(_ context.Context, name string) error {
	if err := os.Remove(filepath.Join(string(f), name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("delete an old backup: %w", err)
	}

	return nil
}

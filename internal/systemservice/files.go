package systemservice

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// Write makes the file what it is to be, in one step, and tells whether it was anything else.
func Write(path string, content []byte, mode fs.FileMode) (changed bool, err error) {
	info, statErr := os.Stat(path)
	before, readErr := os.ReadFile(path)

	if statErr == nil && readErr == nil && info.Mode().Perm() == mode && bytes.Equal(before, content) {
		return false, nil
	}

	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return false, fmt.Errorf("make the folder of %s: %w", path, err)
	}

	file, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-")
	if err != nil {
		return false, fmt.Errorf("write %s: %w", path, err)
	}

	_, err = file.Write(content)
	// A power cut must not leave an empty file of that name.
	err = errors.Join(err, file.Chmod(mode), file.Sync(), file.Close())

	if err == nil {
		err = os.Rename(file.Name(), path)
	}

	if err != nil {
		_ = os.Remove(file.Name())

		return false, fmt.Errorf("write %s: %w", path, err)
	}

	return true, nil
}

// installProgram copies this binary to where the service has it.
func installProgram() (changed bool, err error) {
	const mode = 0o755

	executable, err := os.Executable()
	if err != nil {
		return false, fmt.Errorf("find the path of this binary: %w", err)
	}

	content, err := os.ReadFile(executable)
	if err != nil {
		return false, fmt.Errorf("read this binary: %w", err)
	}

	return Write(Program, content, mode)
}

// remove removes what is there of the files.
func remove(paths ...string) error {
	var failed []error

	for _, path := range paths {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			failed = append(failed, err)
		}
	}

	return errors.Join(failed...)
}

func exists(path string) bool {
	_, err := os.Stat(path)

	return err == nil
}

// RemoveEmpty removes a folder, if it is there and has nothing in it.
func RemoveEmpty(path string) error {
	err := os.Remove(path)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTEMPTY) || errors.Is(err, syscall.EEXIST) {
		return nil
	}

	return err
}

package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// emptied makes the folder and takes a release before out of it. What else somebody has in it stays.
func emptied(folder string) error {
	entries, err := os.ReadDir(folder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("look into the folder of the release: %w", err)
	}

	if _, err := os.Stat(filepath.Join(folder, sumsFile)); len(entries) > 0 && err != nil {
		return fmt.Errorf("%s is not empty, and what is in it is no release: name another folder with -out, or remove it", folder)
	}

	if err := os.RemoveAll(folder); err != nil {
		return fmt.Errorf("empty the folder of the release: %w", err)
	}

	if err := os.MkdirAll(folder, 0o755); err != nil {
		return fmt.Errorf("make the folder of the release: %w", err)
	}

	return nil
}

package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// emptied makes the folder, without anything in it. A folder that has checksums is a release before, and goes with all that is in it; one that has other files
// and no checksums is left alone, and is an error. The checksums are empty until the release is whole, so that one that was cut off is known by them, too.
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

	if err := os.WriteFile(filepath.Join(folder, sumsFile), nil, fileMode); err != nil {
		return fmt.Errorf("mark the folder as a release: %w", err)
	}

	return nil
}

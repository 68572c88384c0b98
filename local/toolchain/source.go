package toolchain

import (
	"fmt"
	"os"
	"path/filepath"
)

// SourceDir returns the root of the checkout that the working directory is in: the closest folder above it that holds
// the tools' modules.
func SourceDir() (string, error) {
	start, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("find the working directory: %w", err)
	}

	for folder := start; ; folder = filepath.Dir(folder) {
		if _, err := os.Stat(filepath.Join(folder, "tools", "daemons", "go.mod")); err == nil {
			return folder, nil
		}

		if folder == filepath.Dir(folder) {
			return "", fmt.Errorf("%s is not inside a checkout of Zeitwork; the daemons are built from the checkout's tools/ folder, so run this there, "+
				"or take the archive of a release that has them, whose name ends in -up.tar.gz", start)
		}
	}
}

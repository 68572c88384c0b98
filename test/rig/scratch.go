package rig

import (
	"fmt"
	"os"
)

// NewScratch makes a folder for one platform. The caller removes it; after a failure it has the logs of all parts.
func NewScratch() (string, error) {
	// A short path: the path of a socket may be 107 bytes long.
	folder, err := os.MkdirTemp("/tmp", "zw")
	if err != nil {
		return "", fmt.Errorf("make a scratch folder: %w", err)
	}

	// Postgres runs as another user, which has to pass through.
	if err := os.Chmod(folder, 0o711); err != nil { //nolint:gosec // Passing through is all that others may do.
		return "", fmt.Errorf("open the scratch folder: %w", err)
	}

	return folder, nil
}

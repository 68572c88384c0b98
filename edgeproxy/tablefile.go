package edgeproxy

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// oldTableFile is where the version before keeps the route table.
func oldTableFile(directory string) string { return filepath.Join(directory, "routes.json") }

// loadOldTable reads the table that the version before has left, or nil without an error where there is none. It has no checksum: the edge serves from it
// until it has downloaded the whole table.
func loadOldTable(directory string) (*tableChange, error) {
	content, err := os.ReadFile(oldTableFile(directory))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil //nolint:nilnil // Nothing saved is not a failure.
	}

	if err != nil {
		return nil, fmt.Errorf("reading the route table of the version before: %w", err)
	}

	var saved tableChange
	if err := json.Unmarshal(content, &saved); err != nil {
		return nil, fmt.Errorf("reading the route table of the version before: %w", err)
	}

	return &saved, nil
}

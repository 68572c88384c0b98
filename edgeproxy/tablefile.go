package edgeproxy

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/zeitwork/zeitwork/client"
)

// tableFile keeps the last route table on disk, so that a restarted edge serves although the platform is away.
type tableFile struct{ path string }

func newTableFile(directory string) tableFile {
	return tableFile{path: filepath.Join(directory, "routes.json")}
}

// load returns nil without an error when nothing was ever saved.
func (f tableFile) load() (*client.RouteTable, error) {
	content, err := os.ReadFile(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil //nolint:nilnil // Nothing saved is not a failure.
	}

	if err != nil {
		return nil, fmt.Errorf("reading the saved route table: %w", err)
	}

	var saved client.RouteTable
	if err := json.Unmarshal(content, &saved); err != nil {
		return nil, fmt.Errorf("reading the saved route table %s: %w", f.path, err)
	}

	return &saved, nil
}

// save replaces the file as a whole: a crash at any moment leaves the old table or the new one.
func (f tableFile) save(source client.RouteTable) error {
	content, err := json.Marshal(source)
	if err != nil {
		return fmt.Errorf("encoding the route table: %w", err)
	}

	temporary, err := os.CreateTemp(filepath.Dir(f.path), "routes-*.tmp")
	if err != nil {
		return fmt.Errorf("saving the route table: %w", err)
	}

	_, err = temporary.Write(content)
	err = errors.Join(err, temporary.Sync(), temporary.Close())

	if err == nil {
		err = os.Rename(temporary.Name(), f.path)
	}

	if err != nil {
		return errors.Join(fmt.Errorf("saving the route table: %w", err), os.Remove(temporary.Name()))
	}

	return nil
}

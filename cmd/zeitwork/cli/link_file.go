package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// linkName is the file that says which project deploys the directory that it stands in.
const linkName = ".zeitwork.json"

// link is the content of a link file. It holds slugs, which mean the same to everybody who clones the repository.
type link struct {
	Project      string `json:"project"`
	Organisation string `json:"organisation"`
}

// findLink returns the link in dir or in the nearest directory above it, no further up than top, and the path of its file. The path is empty
// where there is none.
func findLink(dir, top string) (link, string, error) {
	for {
		path := filepath.Join(dir, linkName)

		found, err := readLink(path)
		if err == nil {
			return found, path, nil
		}

		if !errors.Is(err, fs.ErrNotExist) {
			return link{}, path, err
		}

		above := filepath.Dir(dir)
		if dir == top || above == dir {
			return link{}, "", nil
		}

		dir = above
	}
}

func readLink(path string) (link, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return link{}, fmt.Errorf("read the link to the project: %w", err)
	}

	found := link{}
	if err := json.Unmarshal(content, &found); err != nil || found.Project == "" {
		return link{}, UsageError(fmt.Errorf(`%s does not say {"project": "SLUG"}: correct it, or delete it and run zeitwork link`, path))
	}

	return found, nil
}

// writeLink links dir to a project.
func writeLink(dir string, l link) (string, error) {
	content, err := json.MarshalIndent(l, "", "  ")
	if err != nil {
		return "", fmt.Errorf("encode the link to the project: %w", err)
	}

	path := filepath.Join(dir, linkName)
	if err := os.WriteFile(path, append(content, '\n'), 0o644); err != nil { //nolint:gosec // It is to be committed.
		return path, fmt.Errorf("write the link to the project: %w", err)
	}

	return path, nil
}

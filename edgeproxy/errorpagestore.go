package edgeproxy

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/google/uuid"
)

// errorPageStore keeps the pages of deployments on disk, a file each: an app that does not answer when the edge starts cannot be asked. A deployment that has
// no page has a file that says so.
type errorPageStore struct{ directory string }

// openErrorPageStore also returns the deployments of which an earlier run has saved something.
func openErrorPageStore(directory string) (s errorPageStore, saved map[uuid.UUID]struct{}, _ error) {
	s.directory = filepath.Join(directory, "error-pages")

	if err := os.MkdirAll(s.directory, dataDirMode); err != nil {
		return s, nil, fmt.Errorf("make the folder of error pages: %w", err)
	}

	entries, err := os.ReadDir(s.directory)
	if err != nil {
		return s, nil, fmt.Errorf("look for error pages: %w", err)
	}

	saved = make(map[uuid.UUID]struct{}, len(entries))

	for _, entry := range entries {
		name, _ := strings.CutSuffix(entry.Name(), ".json")
		if deployment, err := uuid.Parse(name); err == nil {
			saved[deployment] = struct{}{}
		}
	}

	return s, saved, nil
}

func (s errorPageStore) path(deployment uuid.UUID) string {
	return filepath.Join(s.directory, deployment.String()+".json")
}

// load returns the page of a deployment, nil where it has none, and whether that is known.
func (s errorPageStore) load(deployment uuid.UUID) (content *errorPageContent, known bool) {
	text, err := os.ReadFile(s.path(deployment))
	if err != nil {
		return nil, false
	}

	if err := json.Unmarshal(text, &content); err != nil || (content != nil && (!isHTML(content.Type) || len(content.Body) > maxErrorPage)) {
		return nil, false // It was torn off.
	}

	return content, true
}

func (s errorPageStore) save(deployment uuid.UUID, content *errorPageContent) error {
	const mode = 0o600

	text, err := json.Marshal(content)
	if err != nil {
		return fmt.Errorf("encode an error page: %w", err)
	}

	path := s.path(deployment)
	if err := os.WriteFile(path+".new", text, mode); err != nil {
		return fmt.Errorf("write an error page: %w", err)
	}

	if err := os.Rename(path+".new", path); err != nil {
		return fmt.Errorf("write an error page: %w", err)
	}

	return nil
}

func (s errorPageStore) remove(deployment uuid.UUID) { _ = os.Remove(s.path(deployment)) } // Mostly there is none.

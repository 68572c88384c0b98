package debiancomposer

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// lockedPackage is one of the packages in composer.lock.
type lockedPackage struct {
	composerPackage

	Dist dist `json:"dist"`
}

// dist is where a package comes from; composer checks no sum of an archive that is there already.
type dist struct {
	Type   string `json:"type"`
	URL    string `json:"url"`
	Shasum string `json:"shasum"`
}

// writeLock has an app's lockfile name what is in its artifacts, which are Debian's of the day on which they were made.
func writeLock(app string) error {
	file := filepath.Join(app, "composer.lock")

	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}

	var lock map[string]any
	if err := json.Unmarshal(text, &lock); err != nil {
		return err
	}

	archives, err := filepath.Glob(filepath.Join(app, artifacts, "*.zip"))
	if err != nil {
		return err
	}

	locked := make([]lockedPackage, 0, len(archives))

	for _, archive := range archives {
		one, err := readManifest(archive)
		if err != nil {
			return fmt.Errorf("%s: %w", filepath.Base(archive), err)
		}

		locked = append(locked, lockedPackage{composerPackage: one, Dist: dist{Type: "zip", URL: path.Join(artifacts, filepath.Base(archive))}})
	}

	slices.SortFunc(locked, func(a, b lockedPackage) int { return strings.Compare(a.Name, b.Name) })
	lock["packages"] = locked

	var made bytes.Buffer

	encoder := json.NewEncoder(&made)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "    ")

	if err := encoder.Encode(lock); err != nil {
		return err
	}

	return os.WriteFile(file, made.Bytes(), 0o644) //nolint:gosec // Everyone may read it, as every file of the app.
}

// readManifest reads the composer.json of an archive.
func readManifest(archive string) (one composerPackage, err error) {
	reader, err := zip.OpenReader(archive)
	if err != nil {
		return one, err
	}

	defer func() { err = errors.Join(err, reader.Close()) }()

	for _, file := range reader.File {
		if path.Base(file.Name) != manifestName || path.Dir(path.Dir(file.Name)) != "." {
			continue
		}

		content, err := file.Open()
		if err != nil {
			return one, err
		}

		text, err := io.ReadAll(content)
		if err != nil {
			return one, err
		}

		return one, json.Unmarshal(text, &one)
	}

	return one, errors.New("it has no composer.json")
}

package debiancomposer

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

const (
	sourceDirectory = "src"
	manifestName    = "composer.json"
)

// composerPackage becomes an archive; what is encoded is its composer.json.
type composerPackage struct {
	Name     string            `json:"name"`
	Version  string            `json:"version"`
	Type     string            `json:"type"`
	Require  map[string]string `json:"require"`
	Replace  map[string]string `json:"replace,omitempty"`
	Autoload autoload          `json:"autoload"`

	files map[string][]byte
}

type autoload struct {
	Classmap []string `json:"classmap"`
	Files    []string `json:"files,omitempty"`
}

func newComposerPackage(name, version string) *composerPackage {
	made := &composerPackage{
		Name: name, Version: version, Type: "library", Require: map[string]string{"php": ">=8.1"},
		Autoload: autoload{Classmap: []string{sourceDirectory + "/"}}, files: map[string][]byte{},
	}

	if name == frameworkPackage {
		made.Require["php"] = "^8.1"
		// Debian's packages do not name what PHP has built in.
		made.Require["ext-ctype"], made.Require["ext-openssl"], made.Require["ext-tokenizer"] = "*", "*", "*"
	}

	return made
}

// require adds Debian's dependencies. There is one version of each package, so that any will do.
func (p *composerPackage) require(depends string) {
	for _, dependency := range strings.FieldsFunc(depends, func(r rune) bool { return r == ',' || r == '|' || r == '\n' }) {
		name, _, _ := strings.Cut(strings.TrimSpace(dependency), " ")

		if extension, ok := extensions[name]; ok {
			p.Require[extension] = "*"
		} else if composer, ok := composerName(name); ok && composer != p.Name {
			p.Require[composer] = "*"
		}

		if part, ok := strings.CutPrefix(name, "php-illuminate-"); ok && p.Name == frameworkPackage {
			if p.Replace == nil {
				p.Replace = map[string]string{}
			}

			p.Replace["illuminate/"+part] = "self.version"
		}
	}
}

// write makes the archive, the same for the same content.
func (p *composerPackage) write(directory string) error {
	slices.Sort(p.Autoload.Files)

	manifest, err := json.MarshalIndent(p, "", "    ")
	if err != nil {
		return err
	}

	p.files[manifestName] = manifest

	var archive bytes.Buffer

	writer := zip.NewWriter(&archive)

	for _, name := range slices.Sorted(maps.Keys(p.files)) {
		file, err := writer.Create(path.Join(strings.ReplaceAll(p.Name, "/", "-"), name))
		if err != nil {
			return err
		}

		if _, err := file.Write(p.files[name]); err != nil {
			return err
		}
	}

	if err := writer.Close(); err != nil {
		return err
	}

	file := filepath.Join(directory, strings.ReplaceAll(p.Name, "/", "-")+".zip")
	if err := os.WriteFile(file, archive.Bytes(), 0o644); err != nil { //nolint:gosec // Builds under other users read it.
		return fmt.Errorf("write the archive: %w", err)
	}

	return nil
}

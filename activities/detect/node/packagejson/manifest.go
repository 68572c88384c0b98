package packagejson

import (
	"encoding/json"
	"errors"
	"io/fs"
	"path"
	"strings"

	"github.com/zeitwork/zeitwork/activities/detect/lockfile"
	"github.com/zeitwork/zeitwork/activities/detect/source"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// FileName is the name that every package.json has.
const FileName = "package.json"

// Manifest is what detection reads of a package.json.
type Manifest struct {
	lockfile.Requested

	Name           string            `json:"name"`
	Main           string            `json:"main"`
	Homepage       string            `json:"homepage"`
	PackageManager string            `json:"packageManager"`
	Scripts        map[string]string `json:"scripts"`
	Engines        map[string]string `json:"engines"`
	Workspaces     json.RawMessage   `json:"workspaces"`

	// Volta has the versions of Node and of package managers that are pinned for the program Volta, by their names.
	Volta map[string]string `json:"volta"`

	DevEngines struct {
		Runtime        DevEngines `json:"runtime"`
		PackageManager DevEngines `json:"packageManager"`
	} `json:"devEngines"`
}

// Read reads the package.json of a directory; false where the directory has none. Its errors are the user's.
func Read(root fs.FS, directory string) (Manifest, bool, error) {
	name := path.Join(directory, FileName)

	content, err := source.ReadUTF8(root, name)

	switch {
	case errors.Is(err, fs.ErrNotExist):
		return Manifest{}, false, nil
	case problem.IsUsers(err):
		return Manifest{}, false, err
	case err != nil:
		return Manifest{}, false, problem.Wrap(err, problem.Invalid, "%s is not a file inside the repository. Replace it by a regular file.", name)
	}

	var read Manifest

	err = json.Unmarshal(content, &read)
	if _, odd := errors.AsType[*json.UnmarshalTypeError](err); err != nil && !odd {
		return Manifest{}, false, problem.Wrap(err, problem.Invalid, "%s is not valid JSON: %s. Correct it.", name, strings.TrimSuffix(err.Error(), "."))
	}

	// A value of another type than it should have is left out. npm complains of it where it matters.
	return read, true, nil
}

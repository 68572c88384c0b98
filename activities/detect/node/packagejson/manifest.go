package packagejson

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"path"
	"strings"

	"github.com/zeitwork/zeitwork/activities/detect/lockfile"
	"github.com/zeitwork/zeitwork/activities/detect/source"
	"github.com/zeitwork/zeitwork/internal/problem"
)

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

	Volta struct {
		Node string `json:"node"`
	} `json:"volta"`
}

// Read returns false where that directory has no package.json. Errors name it as it is called in the root directory's terms.
func Read(root fs.FS, directory string) (Manifest, bool, error) {
	name := path.Join(directory, FileName)

	content, err := source.Read(root, name)

	switch {
	case errors.Is(err, fs.ErrNotExist):
		return Manifest{}, false, nil
	case problem.IsUsers(err):
		return Manifest{}, false, err
	case err != nil:
		return Manifest{}, false, problem.Wrap(err, problem.Invalid, "%s is not a file inside the repository. Replace it by a regular file.", name)
	}

	var read Manifest

	err = json.Unmarshal(bytes.TrimPrefix(content, []byte("\ufeff")), &read)
	if _, odd := errors.AsType[*json.UnmarshalTypeError](err); err != nil && !odd {
		return Manifest{}, false, problem.Wrap(err, problem.Invalid, "%s is not valid JSON: %s. Correct it.", name, strings.TrimSuffix(err.Error(), "."))
	}

	// What has an odd type is left out; npm says what it thinks of it.
	return read, true, nil
}

// workspacePatterns returns the patterns of the packages below this one.
func (m Manifest) workspacePatterns() []string {
	var patterns []string
	if json.Unmarshal(m.Workspaces, &patterns) == nil {
		return patterns
	}

	var object struct {
		Packages []string `json:"packages"`
	}

	_ = json.Unmarshal(m.Workspaces, &object)

	return object.Packages
}

package detect

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"path"
	"strings"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/internal/problem"
)

const manifestName = "package.json"

// manifest is what detection reads of a package.json.
type manifest struct {
	Name           string            `json:"name"`
	Main           string            `json:"main"`
	Homepage       string            `json:"homepage"`
	PackageManager string            `json:"packageManager"`
	Scripts        map[string]string `json:"scripts"`
	Engines        map[string]string `json:"engines"`
	Workspaces     json.RawMessage   `json:"workspaces"`

	Dependencies         map[string]string `json:"dependencies"`
	DevDependencies      map[string]string `json:"devDependencies"`
	OptionalDependencies map[string]string `json:"optionalDependencies"`
	PeerDependencies     map[string]string `json:"peerDependencies"`

	// Resolutions and the two kinds of Overrides replace what the dependencies ask for.
	Resolutions map[string]json.RawMessage `json:"resolutions"`
	Overrides   map[string]json.RawMessage `json:"overrides"`
	PNPM        struct {
		Overrides           map[string]string `json:"overrides"`
		PatchedDependencies map[string]string `json:"patchedDependencies"`
	} `json:"pnpm"`

	Volta struct {
		Node string `json:"node"`
	} `json:"volta"`
}

// readManifest returns false where that directory has no package.json. Errors name it as it is called in the root directory's terms.
func readManifest(root fs.FS, directory string) (manifest, bool, error) {
	name := path.Join(directory, manifestName)

	content, err := readBounded(root, name)

	switch {
	case errors.Is(err, fs.ErrNotExist):
		return manifest{}, false, nil
	case problem.IsUsers(err):
		return manifest{}, false, err
	case err != nil:
		return manifest{}, false, problem.Wrap(err, problem.Invalid, "%s is not a file inside the repository. Replace it by a regular file.", name)
	}

	var read manifest

	err = json.Unmarshal(bytes.TrimPrefix(content, []byte("\ufeff")), &read)
	if _, odd := errors.AsType[*json.UnmarshalTypeError](err); err != nil && !odd {
		return manifest{}, false, problem.Wrap(err, problem.Invalid, "%s is not valid JSON: %s. Correct it.", name, strings.TrimSuffix(err.Error(), "."))
	}

	// What has an odd type is left out; npm says what it thinks of it.
	return read, true, nil
}

// depends tells whether the package needs that one, in the finished app or to build it.
func (m manifest) depends(name string) bool {
	return lo.HasKey(m.Dependencies, name) || lo.HasKey(m.DevDependencies, name) || lo.HasKey(m.OptionalDependencies, name)
}

// installed are all dependencies that the manager installs for the package, with what it asks for.
func (m manifest) installed() map[string]string {
	all := maps.Clone(m.DevDependencies)
	if all == nil {
		all = map[string]string{}
	}

	maps.Copy(all, m.Dependencies)
	maps.Copy(all, m.OptionalDependencies)

	return all
}

// replaces tells whether overrides or resolutions speak of that dependency.
func (m manifest) replaces(name string) bool {
	about := func(pattern string) bool { return strings.Contains(pattern, name) }

	return lo.SomeBy(lo.Keys(m.Resolutions), about) || lo.SomeBy(lo.Keys(m.Overrides), about) || lo.SomeBy(lo.Keys(m.PNPM.Overrides), about)
}

// workspaces returns the patterns of the packages below this one.
func (m manifest) workspaces() []string {
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

package lockfile

import (
	"encoding/json"
	"maps"
	"strings"

	"github.com/samber/lo"
)

// Requested is the part of a package.json that is about dependencies, as JSON has it.
type Requested struct {
	Dependencies         map[string]string `json:"dependencies"`
	DevDependencies      map[string]string `json:"devDependencies"`
	OptionalDependencies map[string]string `json:"optionalDependencies"`

	// Resolutions and the two kinds of Overrides replace the ranges that dependencies ask for.
	Resolutions map[string]json.RawMessage `json:"resolutions"`
	Overrides   map[string]json.RawMessage `json:"overrides"`
	PNPM        struct {
		Overrides map[string]string `json:"overrides"`
		// PatchedDependencies are files with patches, by the dependency that they are for.
		PatchedDependencies map[string]string `json:"patchedDependencies"`
	} `json:"pnpm"`
}

// Depends tells whether the package depends on another, when it runs or when it is built.
func (r Requested) Depends(name string) bool {
	return lo.HasKey(r.Dependencies, name) || lo.HasKey(r.DevDependencies, name) || lo.HasKey(r.OptionalDependencies, name)
}

// Installed returns the dependencies that are installed for the package, with the ranges that it asks for.
func (r Requested) Installed() map[string]string {
	all := maps.Clone(r.DevDependencies)
	if all == nil {
		all = map[string]string{}
	}

	maps.Copy(all, r.Dependencies)
	maps.Copy(all, r.OptionalDependencies)

	return all
}

// replaces tells whether an override or a resolution is about that dependency.
func (r Requested) replaces(name string) bool {
	about := func(pattern string) bool { return strings.Contains(pattern, name) }

	return lo.SomeBy(lo.Keys(r.Resolutions), about) || lo.SomeBy(lo.Keys(r.Overrides), about) || lo.SomeBy(lo.Keys(r.PNPM.Overrides), about)
}

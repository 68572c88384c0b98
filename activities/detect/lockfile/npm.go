package lockfile

import (
	"encoding/json"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/Masterminds/semver/v3"
	"github.com/samber/lo"
)

// npmLock is a package-lock.json or npm-shrinkwrap.json.
type npmLock struct {
	Version  int                   `json:"lockfileVersion"`
	Packages map[string]npmPackage `json:"packages"`
	// Dependencies is all that version 1 of the format has.
	Dependencies map[string]struct {
		Version  string            `json:"version"`
		Requires map[string]string `json:"requires"`
	} `json:"dependencies"`
}

// npmPackage is a package of the workspace, or one that is installed.
type npmPackage struct {
	Version              string            `json:"version"`
	Link                 bool              `json:"link"`
	Dependencies         map[string]string `json:"dependencies"`
	DevDependencies      map[string]string `json:"devDependencies"`
	OptionalDependencies map[string]string `json:"optionalDependencies"`
}

func parsePackageLock(content []byte) (NodeLock, error) {
	var lock npmLock
	if err := json.Unmarshal(content, &lock); err != nil {
		return NodeLock{}, err
	}

	graph := map[string][]string{}

	for place, locked := range lock.Packages {
		if _, name, ok := cutLast(place, "node_modules/"); ok {
			mergeGraph(graph, name, locked.Dependencies, locked.OptionalDependencies)
		}
	}

	for name, locked := range lock.Dependencies {
		mergeGraph(graph, name, locked.Requires)
	}

	return NodeLock{Format: strconv.Itoa(lock.Version), Graph: graph, compare: lock.compare, version: func(directory, name, _ string) string {
		version, _ := lock.find(directory, name)

		return version
	}}, nil
}

// compare finds what `npm ci` refuses. It accepts a lockfile whose versions satisfy package.json, whatever ranges the lockfile was made for.
func (l npmLock) compare(directory string, asks Requested) *Difference {
	asked := asks.Installed()

	key := directory
	if directory == "." {
		key = ""
	}

	was := l.Packages[key]

	for _, name := range slices.Sorted(maps.Keys(asked)) {
		locked, ok := l.find(directory, name)

		switch {
		case asks.replaces(name) || lo.HasKey(asks.OptionalDependencies, name):
		case !ok:
			return &Difference{Kind: DependencyMissing, Dependency: name, Asked: asked[name]}
		case asked[name] == was.Dependencies[name] || asked[name] == was.DevDependencies[name]:
		case !satisfies(locked, asked[name]):
			return &Difference{Kind: VersionUnfit, Dependency: name, Locked: locked, Asked: asked[name]}
		}
	}

	return nil
}

// find returns the version of a dependency that the package in that directory gets; false where it gets none. Links have an empty version.
func (l npmLock) find(directory, name string) (string, bool) {
	for _, place := range []string{path.Join(directory, "node_modules", name), path.Join("node_modules", name)} {
		if locked, ok := l.Packages[place]; ok {
			return locked.Version, true
		}
	}

	locked, ok := l.Dependencies[name]

	return locked.Version, ok
}

// satisfies is true also for what only npm can judge: a tag, a repository, a package of the workspace, a pre-release.
func satisfies(version, asked string) bool {
	constraint, err := semver.NewConstraint(asked)
	if err != nil {
		return true
	}

	locked, err := semver.NewVersion(version)
	if err != nil || locked.Prerelease() != "" {
		return true
	}

	return constraint.Check(locked)
}

// cutLast is strings.Cut at the last separator.
func cutLast(text, separator string) (before, after string, found bool) {
	at := strings.LastIndex(text, separator)
	if at < 0 {
		return text, "", false
	}

	return text[:at], text[at+len(separator):], true
}

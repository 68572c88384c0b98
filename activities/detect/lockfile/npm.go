package lockfile

import (
	"encoding/json"
	"path"
	"strconv"
	"strings"
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

// npmPackage is a package that is installed.
type npmPackage struct {
	Version              string            `json:"version"`
	Resolved             string            `json:"resolved"`
	Dependencies         map[string]string `json:"dependencies"`
	OptionalDependencies map[string]string `json:"optionalDependencies"`
}

func parsePackageLock(content []byte) (NodeLock, error) {
	var lock npmLock
	if err := json.Unmarshal(content, &lock); err != nil {
		return NodeLock{}, err
	}

	graph, from := map[string][]string{}, []string{}

	for place, locked := range lock.Packages {
		from = append(from, locked.Resolved)

		if _, name, ok := cutLast(place, "node_modules/"); ok {
			mergeGraph(graph, name, locked.Dependencies, locked.OptionalDependencies)
		}
	}

	for name, locked := range lock.Dependencies {
		mergeGraph(graph, name, locked.Requires)

		from = append(from, locked.Version)
	}

	missing, neededBy := lock.forLinux()

	return NodeLock{
		Format: strconv.Itoa(lock.Version), Graph: graph, NeedsGit: gitRepositories(from), ForLinux: missing, NeededBy: neededBy,
		version: func(directory, name, _ string) string { return lock.find(directory, name) },
	}, nil
}

// find returns the version of a dependency that the package in that directory gets; empty where it gets none, and for a link.
func (l npmLock) find(directory, name string) string {
	for _, place := range []string{path.Join(directory, "node_modules", name), path.Join("node_modules", name)} {
		if locked, ok := l.Packages[place]; ok {
			return locked.Version
		}
	}

	return l.Dependencies[name].Version
}

// cutLast is strings.Cut at the last separator.
func cutLast(text, separator string) (before, after string, found bool) {
	at := strings.LastIndex(text, separator)
	if at < 0 {
		return text, "", false
	}

	return text[:at], text[at+len(separator):], true
}

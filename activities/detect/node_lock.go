package detect

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/samber/lo"
)

// The names of the lockfiles of Node's package managers.
const (
	packageLock   = "package-lock.json"
	shrinkwrap    = "npm-shrinkwrap.json"
	pnpmLock      = "pnpm-lock.yaml"
	yarnLock      = "yarn.lock"
	bunLock       = "bun.lock"
	bunBinaryLock = "bun.lockb"
)

// lockfile is what detection reads of one, whichever manager wrote it.
type lockfile struct {
	// format is the version of the file's format.
	format string
	// graph names the direct dependencies of each locked package, by name.
	graph map[string][]string
	// disagrees returns what the lockfile lacks that a package of the workspace asks for, as the end of a sentence; empty where nothing is.
	disagrees func(directory string, asks manifest) string
	// version returns the version that a package of the workspace gets of a dependency that it asks for so; empty where that is not known.
	version func(directory, name, asked string) string
}

// lockReaders parse lockfiles by name. What is not text (bun.lockb) has no reader.
func lockReaders() map[string]func(content []byte) (lockfile, error) {
	return map[string]func(content []byte) (lockfile, error){
		packageLock:   readPackageLock,
		shrinkwrap:    readPackageLock,
		pnpmLock:      readPNPMLock,
		yarnLock:      readYarnLock,
		bunLock:       readBunLock,
		bunBinaryLock: func([]byte) (lockfile, error) { return lockfile{}, nil },
	}
}

// compareAsked is how managers compare that note what was asked for. Where same says no, or only one side has a dependency, they refuse.
func compareAsked(asks manifest, noted map[string]string, same func(asked, noted string) bool) string {
	asked := asks.installed()

	for _, name := range slices.Sorted(maps.Keys(asked)) {
		was, ok := noted[name]

		switch {
		case asks.replaces(name):
		case !ok:
			return fmt.Sprintf("it has no %q", name)
		case !same(asked[name], was):
			return fmt.Sprintf("it has %q at %q, and package.json asks for %q", name, was, asked[name])
		}
	}

	for _, name := range slices.Sorted(maps.Keys(noted)) {
		if !lo.HasKey(asked, name) && !lo.HasKey(asks.PeerDependencies, name) {
			return fmt.Sprintf("it still has %q, which package.json does not ask for", name)
		}
	}

	return ""
}

// mergeGraph adds the dependencies of one version of a package to those of its others.
func mergeGraph(graph map[string][]string, name string, dependencies ...map[string]string) {
	graph[name] = append(graph[name], lo.FlatMap(dependencies, func(some map[string]string, _ int) []string { return lo.Keys(some) })...)
}

// nameOfDescriptor cuts the range off: "@babel/core@^7.0.0" is "@babel/core".
func nameOfDescriptor(descriptor string) (name, asked string) {
	at := strings.Index(cmp.Or(descriptor, " ")[1:], "@")
	if at < 0 {
		return descriptor, ""
	}

	return descriptor[:at+1], descriptor[at+2:]
}

package detect

import (
	"cmp"
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

// nodeLock is what is read of a lockfile of Node's, whichever manager wrote it. The zero value is a lockfile of which nothing is known.
type nodeLock struct {
	// Format is the version of the file's format; empty where the file does not say it.
	Format string
	// Graph names the direct dependencies of each locked package, by name.
	Graph map[string][]string

	compare func(directory string, asks requested) *difference
	version func(directory, name, asked string) string
}

// parseNodeLock reads the lockfile of that name. Of bun's binary one nothing is known.
func parseNodeLock(name string, content []byte) (nodeLock, error) {
	switch name {
	case packageLock, shrinkwrap:
		return parsePackageLock(content)
	case pnpmLock:
		return parsePNPMLock(content)
	case yarnLock:
		return parseYarnLock(content)
	case bunLock:
		return parseBunLock(content)
	default:
		return nodeLock{}, nil
	}
}

// compareWith returns what the manager would refuse a frozen installation for; nil where that is nothing, or not known. asks is the
// package.json of the workspace's package in that directory, which is "." for the top.
func (l nodeLock) compareWith(directory string, asks requested) *difference {
	if l.compare == nil {
		return nil
	}

	return l.compare(directory, asks)
}

// versionOf returns the version that the package in that directory gets of a dependency that it asks for so; empty where that is not known.
func (l nodeLock) versionOf(directory, name, asked string) string {
	if l.version == nil {
		return ""
	}

	return l.version(directory, name, asked)
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

package lockfile

import (
	"cmp"
	"strings"

	"github.com/samber/lo"
)

// The names of the lockfiles of Node's package managers.
const (
	PackageLockName = "package-lock.json"
	ShrinkwrapName  = "npm-shrinkwrap.json"
	PNPMName        = "pnpm-lock.yaml"
	YarnName        = "yarn.lock"
	BunName         = "bun.lock"
	BunBinaryName   = "bun.lockb"
)

// NodeLock is what is read of a lockfile of Node's, whichever manager wrote it. The zero value is a lockfile of which nothing is known.
type NodeLock struct {
	// Format is the version of the file's format; empty where the file does not say it.
	Format string
	// Graph names the direct dependencies of each locked package, by name.
	Graph map[string][]string

	compare func(directory string, asks Requested) *Difference
	version func(directory, name, asked string) string
}

// ParseNode reads the lockfile of that name. Of bun's binary one nothing is known.
func ParseNode(name string, content []byte) (NodeLock, error) {
	switch name {
	case PackageLockName, ShrinkwrapName:
		return parsePackageLock(content)
	case PNPMName:
		return parsePNPMLock(content)
	case YarnName:
		return parseYarnLock(content)
	case BunName:
		return parseBunLock(content)
	default:
		return NodeLock{}, nil
	}
}

// Compare returns what the manager would refuse a frozen installation for; nil where that is nothing, or not known. asks is the
// package.json of the workspace's package in that directory, which is "." for the top.
func (l NodeLock) Compare(directory string, asks Requested) *Difference {
	if l.compare == nil {
		return nil
	}

	return l.compare(directory, asks)
}

// VersionOf returns the version that the package in that directory gets of a dependency that it asks for so; empty where that is not known.
func (l NodeLock) VersionOf(directory, name, asked string) string {
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

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

// NodeLock is what is read of a lockfile of npm, pnpm, Yarn or bun. The zero value is a lockfile of which nothing is known.
type NodeLock struct {
	// Format is the version of the file's format; empty where the file does not say it.
	Format string
	// Graph names the direct dependencies of each locked package, by name.
	Graph map[string][]string

	// Several says that the file has several documents, as pnpm writes since version 11.
	Several bool
	// NeedsGit are the URLs of the repositories that git fetches dependencies from, without their commits.
	NeedsGit []string

	// ForLinux is a package that brings a binary for Linux and that the lockfile lacks, though it has that of another system, and NeededBy the package that needs
	// it. Both are empty where nothing is known to be missing.
	ForLinux, NeededBy string

	// lacks and version are Lacks and VersionOf of the format; nil where they are not known.
	lacks   func(asks Requested) string
	version func(directory, name, asked string) string
}

// ParseNode parses the lockfile of that name. BunBinaryName is the name of a format that bun alone can read: nothing is known of it.
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

// Lacks returns a dependency for which the manager would refuse to install exactly what is locked, with the range that is asked for: "left-pad@^1.0.0". It
// is empty where there is none, and for managers that say it better themselves: Yarn 1 does not name what it misses. asks comes from a package.json that is
// part of no workspace.
func (l NodeLock) Lacks(asks Requested) string {
	if l.lacks == nil {
		return ""
	}

	return l.lacks(asks)
}

// VersionOf returns the locked version of a dependency. directory is that of the package that asks for it, and asked is the range that it asks for. The
// version is empty where it is not known.
func (l NodeLock) VersionOf(directory, name, asked string) string {
	if l.version == nil {
		return ""
	}

	return l.version(directory, name, asked)
}

// mergeGraph adds the dependencies of one version of a package to those that other versions of it have.
func mergeGraph(graph map[string][]string, name string, dependencies ...map[string]string) {
	graph[name] = append(graph[name], lo.FlatMap(dependencies, func(some map[string]string, _ int) []string { return lo.Keys(some) })...)
}

// nameOfDescriptor splits "@babel/core@^7.0.0" into the name "@babel/core" and the range "^7.0.0".
func nameOfDescriptor(descriptor string) (name, asked string) {
	at := strings.Index(cmp.Or(descriptor, " ")[1:], "@")
	if at < 0 {
		return descriptor, ""
	}

	return descriptor[:at+1], descriptor[at+2:]
}

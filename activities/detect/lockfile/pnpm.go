package lockfile

import (
	"bytes"
	"errors"
	"io"
	"strings"

	"github.com/samber/lo"
	"go.yaml.in/yaml/v3"
)

// pnpmLockfile is a pnpm-lock.yaml.
type pnpmLockfile struct {
	Version   string                  `yaml:"lockfileVersion"`
	Importers map[string]pnpmImporter `yaml:"importers"`
	// Packages have the dependencies up to format 8, Snapshots since format 9.
	Packages  map[string]pnpmPackage `yaml:"packages"`
	Snapshots map[string]pnpmPackage `yaml:"snapshots"`
	// Up to format 8 the only importer of a project that is no workspace stands at the top of the file.
	pnpmImporter `yaml:",inline"`
}

type pnpmPackage struct {
	Resolution struct {
		Type string `yaml:"type"`
		Repo string `yaml:"repo"`
	} `yaml:"resolution"`
	Dependencies         map[string]string `yaml:"dependencies"`
	OptionalDependencies map[string]string `yaml:"optionalDependencies"`
}

// maxDocuments bounds how many YAML documents of a file are read, besides the first.
const maxDocuments = 4

func parsePNPMLock(content []byte) (NodeLock, error) {
	var lock pnpmLockfile

	decoder := yaml.NewDecoder(bytes.NewReader(content))
	if err := decoder.Decode(&lock); err != nil && !errors.Is(err, io.EOF) {
		return NodeLock{}, err
	}

	// pnpm 11 and newer have a document of their own for the packages that pnpm itself is made of.
	several := false

	for range maxDocuments {
		next := pnpmLockfile{}
		if decoder.Decode(&next) != nil {
			break
		}

		lock, several = lock.with(next), true
	}

	graph, repositories := map[string][]string{}, []string{}

	for _, packages := range []map[string]pnpmPackage{lock.Packages, lock.Snapshots} {
		for descriptor, locked := range packages {
			mergeGraph(graph, pnpmPackageName(descriptor), locked.Dependencies, locked.OptionalDependencies)

			if locked.Resolution.Type == "git" {
				repositories = append(repositories, locked.Resolution.Repo)
			}
		}
	}

	return NodeLock{Format: lock.Version, Graph: graph, NeedsGit: lo.Uniq(repositories), Several: several, version: lock.version}, nil
}

// with adds a document of the same file. An importer that asks for nothing replaces none.
func (l pnpmLockfile) with(next pnpmLockfile) pnpmLockfile {
	l.Packages, l.Snapshots = lo.Assign(l.Packages, next.Packages), lo.Assign(l.Snapshots, next.Snapshots)

	l.Importers = lo.Assign(l.Importers, lo.PickBy(next.Importers, func(directory string, asks pnpmImporter) bool {
		return len(asks.Dependencies)+len(asks.DevDependencies)+len(asks.OptionalDependencies) > 0 || !lo.HasKey(l.Importers, directory)
	}))

	return l
}

// pnpmPackageName returns the name in "/@scope/name/1.0.0", "/@scope/name@1.0.0(peer)" and "@scope/name@1.0.0".
func pnpmPackageName(descriptor string) string {
	descriptor = strings.TrimPrefix(descriptor, "/")
	if name, version := nameOfDescriptor(descriptor); version != "" {
		return name
	}

	name, _, _ := cutLast(descriptor, "/")

	return name
}

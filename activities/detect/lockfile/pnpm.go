package lockfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/samber/lo"
	"go.yaml.in/yaml/v3"
)

// pnpmImporter is what a package of the workspace asked for. Format 5 has the specifiers apart.
type pnpmImporter struct {
	Specifiers           map[string]string         `yaml:"specifiers"`
	Dependencies         map[string]pnpmDependency `yaml:"dependencies"`
	DevDependencies      map[string]pnpmDependency `yaml:"devDependencies"`
	OptionalDependencies map[string]pnpmDependency `yaml:"optionalDependencies"`
}

// pnpmDependency is an object from format 6 on, before that a version alone.
type pnpmDependency struct {
	Specifier string `yaml:"specifier"`
	Version   string `yaml:"version"`
}

func (d *pnpmDependency) UnmarshalYAML(node *yaml.Node) error {
	if node.Kind != yaml.MappingNode {
		return node.Decode(&d.Version)
	}

	type plain pnpmDependency

	return node.Decode((*plain)(d))
}

type pnpmLockfile struct {
	Version   string                  `yaml:"lockfileVersion"`
	Overrides map[string]string       `yaml:"overrides"`
	Importers map[string]pnpmImporter `yaml:"importers"`
	// Packages had the dependencies before format 9, Snapshots have them since.
	Packages  map[string]pnpmPackage `yaml:"packages"`
	Snapshots map[string]pnpmPackage `yaml:"snapshots"`
	// The importer of a project that is no workspace stood at the top before format 9.
	pnpmImporter `yaml:",inline"`
}

type pnpmPackage struct {
	Dependencies         map[string]string `yaml:"dependencies"`
	OptionalDependencies map[string]string `yaml:"optionalDependencies"`
}

// maxDocuments bounds how many documents of a lockfile are read.
const maxDocuments = 4

func parsePNPMLock(content []byte) (NodeLock, error) {
	var lock pnpmLockfile

	decoder := yaml.NewDecoder(bytes.NewReader(content))
	if err := decoder.Decode(&lock); err != nil && !errors.Is(err, io.EOF) {
		return NodeLock{}, err
	}

	// Since version 11 pnpm keeps what it needs itself in a document of its own.
	for range maxDocuments {
		next := pnpmLockfile{}
		if decoder.Decode(&next) != nil {
			break
		}

		lock = lock.with(next)
	}

	graph := map[string][]string{}

	for _, packages := range []map[string]pnpmPackage{lock.Packages, lock.Snapshots} {
		for descriptor, locked := range packages {
			mergeGraph(graph, pnpmPackageName(descriptor), locked.Dependencies, locked.OptionalDependencies)
		}
	}

	return NodeLock{Format: lock.Version, Graph: graph, compare: lock.compare, version: lock.version}, nil
}

func (l pnpmLockfile) with(next pnpmLockfile) pnpmLockfile {
	l.Packages, l.Snapshots, l.Overrides = lo.Assign(l.Packages, next.Packages), lo.Assign(l.Snapshots, next.Snapshots), lo.Assign(l.Overrides, next.Overrides)

	l.Importers = lo.Assign(l.Importers, lo.PickBy(next.Importers, func(directory string, asks pnpmImporter) bool {
		return len(asks.Dependencies)+len(asks.DevDependencies)+len(asks.OptionalDependencies) > 0 || !lo.HasKey(l.Importers, directory)
	}))

	return l
}

// pnpmPackageName reads "/@scope/name/1.0.0", "/@scope/name@1.0.0(peer)" and "@scope/name@1.0.0".
func pnpmPackageName(descriptor string) string {
	descriptor = strings.TrimPrefix(descriptor, "/")
	if name, version := nameOfDescriptor(descriptor); version != "" {
		return name
	}

	name, _, _ := cutLast(descriptor, "/")

	return name
}

func (l pnpmLockfile) importer(directory string) (pnpmImporter, bool) {
	importer, ok := l.Importers[directory]
	if !ok && directory == "." && len(l.Importers) == 0 {
		return l.pnpmImporter, true
	}

	return importer, ok
}

// version reads "16.4.5(react@19.0.0)" and, of older formats, "13.4.1_react@18.2.0".
func (l pnpmLockfile) version(directory, name, _ string) string {
	importer, _ := l.importer(directory)
	all := lo.Assign(importer.DevDependencies, importer.OptionalDependencies, importer.Dependencies)
	version, _, _ := strings.Cut(all[name].Version, "(")
	version, _, _ = strings.Cut(version, "_")

	return version
}

func (l pnpmLockfile) compare(directory string, asks Requested) *Difference {
	importer, ok := l.importer(directory)

	if !ok {
		if len(asks.Installed()) == 0 {
			return nil
		}

		return &Difference{Kind: PackageMissing}
	}

	noted := importer.Specifiers
	if noted == nil {
		noted = map[string]string{}
	}

	for _, some := range []map[string]pnpmDependency{importer.Dependencies, importer.DevDependencies, importer.OptionalDependencies} {
		for name, dependency := range some {
			if dependency.Specifier != "" {
				noted[name] = dependency.Specifier
			}
		}
	}

	return compareNoted(asks, noted, func(asked, noted string) bool {
		// What is overridden is noted as it was overridden.
		return asked == noted || lo.Contains(lo.Values(l.Overrides), noted) || strings.HasPrefix(asked, "catalog:") ||
			strings.Contains(fmt.Sprint(l.Overrides), noted)
	})
}

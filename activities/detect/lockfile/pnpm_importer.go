package lockfile

import (
	"fmt"
	"strings"

	"github.com/samber/lo"
	"go.yaml.in/yaml/v3"
)

// pnpmImporter is a package of the workspace with what it asked for. Format 5 of the lockfile has the ranges apart, as specifiers.
type pnpmImporter struct {
	Specifiers           map[string]string         `yaml:"specifiers"`
	Dependencies         map[string]pnpmDependency `yaml:"dependencies"`
	DevDependencies      map[string]pnpmDependency `yaml:"devDependencies"`
	OptionalDependencies map[string]pnpmDependency `yaml:"optionalDependencies"`
}

// pnpmDependency is an object since format 6, and only a version before.
type pnpmDependency struct {
	Specifier string `yaml:"specifier"`
	Version   string `yaml:"version"`
}

// UnmarshalYAML reads both forms.
func (d *pnpmDependency) UnmarshalYAML(node *yaml.Node) error {
	if node.Kind != yaml.MappingNode {
		return node.Decode(&d.Version)
	}

	type plain pnpmDependency

	return node.Decode((*plain)(d))
}

// importer returns what the package in that directory asked for.
func (l pnpmLockfile) importer(directory string) (pnpmImporter, bool) {
	importer, ok := l.Importers[directory]
	if !ok && directory == "." && len(l.Importers) == 0 {
		return l.pnpmImporter, true
	}

	return importer, ok
}

// version returns 16.4.5 for "16.4.5(react@19.0.0)" and, of older formats, for "16.4.5_react@19.0.0": what follows are the peer dependencies.
func (l pnpmLockfile) version(directory, name, _ string) string {
	importer, _ := l.importer(directory)
	all := lo.Assign(importer.DevDependencies, importer.OptionalDependencies, importer.Dependencies)
	version, _, _ := strings.Cut(all[name].Version, "(")
	version, _, _ = strings.Cut(version, "_")

	return version
}

// compare finds what `pnpm install --frozen-lockfile` refuses.
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
		// The lockfile notes an overridden dependency with the range of the override.
		return asked == noted || lo.Contains(lo.Values(l.Overrides), noted) || strings.HasPrefix(asked, "catalog:") ||
			strings.Contains(fmt.Sprint(l.Overrides), noted)
	})
}

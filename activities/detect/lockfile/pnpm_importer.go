package lockfile

import (
	"strings"

	"github.com/samber/lo"
	"go.yaml.in/yaml/v3"
)

// pnpmImporter is a package of the workspace with what it asked for.
type pnpmImporter struct {
	Dependencies         map[string]pnpmDependency `yaml:"dependencies"`
	DevDependencies      map[string]pnpmDependency `yaml:"devDependencies"`
	OptionalDependencies map[string]pnpmDependency `yaml:"optionalDependencies"`
}

// pnpmDependency is an object since format 6, and only a version before.
type pnpmDependency struct {
	Version string `yaml:"version"`
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

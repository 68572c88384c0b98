package lockfile

import (
	"strings"

	"go.yaml.in/yaml/v3"
)

// berryPackage is an entry of a yarn.lock since Yarn 2.
type berryPackage struct {
	Version      string            `yaml:"version"`
	Resolution   string            `yaml:"resolution"`
	Dependencies map[string]string `yaml:"dependencies"`
}

// parseBerryLock parses a yarn.lock of Yarn 2 or newer, which is YAML.
func parseBerryLock(content []byte) (NodeLock, error) {
	var lock map[string]berryPackage
	if err := yaml.Unmarshal(content, &lock); err != nil {
		return NodeLock{}, err
	}

	graph, workspaces, versions := map[string][]string{}, map[string]berryPackage{}, map[string]string{}

	for descriptors, locked := range lock {
		for descriptor := range strings.SplitSeq(descriptors, ", ") {
			versions[strings.Replace(descriptor, "@npm:", "@", 1)] = locked.Version
		}

		name, where := nameOfDescriptor(locked.Resolution)
		if directory, ok := strings.CutPrefix(where, "workspace:"); ok {
			workspaces[directory] = locked

			continue
		}

		if descriptors != berryMetadata {
			mergeGraph(graph, name, locked.Dependencies)
		}
	}

	return NodeLock{
		Format: lock[berryMetadata].Version, Graph: graph,
		version: func(_, name, asked string) string { return versions[name+"@"+strings.TrimPrefix(asked, "npm:")] },
		compare: func(directory string, asks Requested) *Difference {
			noted, ok := workspaces[directory]
			if !ok {
				return &Difference{Kind: PackageMissing}
			}

			return compareNoted(asks, noted.Dependencies, sameForBerry)
		},
	}, nil
}

// sameForBerry is true also where a range has a protocol: Yarn alone can judge that, as it notes such a range with details.
func sameForBerry(asked, noted string) bool {
	asked, noted = strings.TrimPrefix(asked, "npm:"), strings.TrimPrefix(noted, "npm:")

	return asked == noted || strings.ContainsAny(asked+noted, ":/#")
}

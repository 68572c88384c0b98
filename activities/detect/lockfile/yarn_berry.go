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

	graph, versions := map[string][]string{}, map[string]string{}

	from := []string{}

	for descriptors, locked := range lock {
		for descriptor := range strings.SplitSeq(descriptors, ", ") {
			versions[strings.Replace(descriptor, "@npm:", "@", 1)] = locked.Version
		}

		name, where := nameOfDescriptor(locked.Resolution)
		from = append(from, where)

		if descriptors != berryMetadata && !strings.HasPrefix(where, "workspace:") {
			mergeGraph(graph, name, locked.Dependencies)
		}
	}

	return NodeLock{
		Format: lock[berryMetadata].Version, Graph: graph, NeedsGit: gitRepositories(from),
		version: func(_, name, asked string) string { return versions[name+"@"+strings.TrimPrefix(asked, "npm:")] },
	}, nil
}

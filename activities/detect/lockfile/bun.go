package lockfile

import (
	"encoding/json"
	"strconv"

	"github.com/tidwall/jsonc"
)

// bunLockfile is a bun.lock, which is JSON with commas behind the last elements.
type bunLockfile struct {
	Version  int                          `json:"lockfileVersion"`
	Packages map[string][]json.RawMessage `json:"packages"`
}

// parseBunLock parses a bun.lock.
func parseBunLock(content []byte) (NodeLock, error) {
	var lock bunLockfile
	if err := json.Unmarshal(jsonc.ToJSON(content), &lock); err != nil {
		return NodeLock{}, err
	}

	graph, versions, from := map[string][]string{}, map[string]string{}, []string{}

	for place, locked := range lock.Packages {
		var descriptor string
		if len(locked) == 0 || json.Unmarshal(locked[0], &descriptor) != nil {
			continue
		}

		name, version := nameOfDescriptor(descriptor)
		versions[place] = version
		from = append(from, version)

		for _, part := range locked[1:] {
			// The parts are strings and one object. At which place the object stands depends on where the package comes from.
			var info npmPackage
			if json.Unmarshal(part, &info) == nil {
				mergeGraph(graph, name, info.Dependencies, info.OptionalDependencies)
			}
		}
	}

	return NodeLock{
		Format: strconv.Itoa(lock.Version), Graph: graph, NeedsGit: gitRepositories(from),
		version: func(_, name, _ string) string { return versions[name] },
	}, nil
}

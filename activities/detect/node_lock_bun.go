package detect

import (
	"encoding/json"
	"strconv"

	"github.com/tidwall/jsonc"
)

// bunLockfile is bun.lock, which is JSON with commas to spare.
type bunLockfile struct {
	Version    int                          `json:"lockfileVersion"`
	Workspaces map[string]npmPackage        `json:"workspaces"`
	Packages   map[string][]json.RawMessage `json:"packages"`
}

func readBunLock(content []byte) (lockfile, error) {
	var lock bunLockfile
	if err := json.Unmarshal(jsonc.ToJSON(content), &lock); err != nil {
		return lockfile{}, err
	}

	graph, versions := map[string][]string{}, map[string]string{}

	for place, locked := range lock.Packages {
		var descriptor string
		if len(locked) == 0 || json.Unmarshal(locked[0], &descriptor) != nil {
			continue
		}

		name, version := nameOfDescriptor(descriptor)
		versions[place] = version

		for _, part := range locked[1:] {
			// The parts are strings and one object, whose place depends on where the package comes from.
			var info npmPackage
			if json.Unmarshal(part, &info) == nil {
				mergeGraph(graph, name, info.Dependencies, info.OptionalDependencies)
			}
		}
	}

	return lockfile{
		format: strconv.Itoa(lock.Version), graph: graph, disagrees: lock.disagrees,
		version: func(_, name, _ string) string { return versions[name] },
	}, nil
}

func (l bunLockfile) disagrees(directory string, asks manifest) string {
	if directory == "." {
		directory = ""
	}

	locked, ok := l.Workspaces[directory]
	if !ok {
		return "it has nothing of this package"
	}

	noted := manifest{
		Dependencies: locked.Dependencies, DevDependencies: locked.DevDependencies, OptionalDependencies: locked.OptionalDependencies,
	}

	return compareAsked(asks, noted.installed(), func(asked, noted string) bool { return asked == noted })
}

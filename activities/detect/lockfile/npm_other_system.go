package lockfile

import (
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/samber/lo"
)

// forLinux returns an optional dependency of a package that brings its binary for Linux, and that the lockfile lacks while it has that for another system: npm
// wrote it where node_modules were there already. It is empty where there is none.
func (l npmLock) forLinux() (missing, neededBy string) {
	for _, place := range slices.Sorted(maps.Keys(l.Packages)) {
		locked := l.Packages[place]
		has := func(name string) bool {
			return lo.HasKey(l.Packages, path.Join(place, "node_modules", name)) || lo.HasKey(l.Packages, path.Join("node_modules", name))
		}

		optional := slices.Sorted(maps.Keys(locked.OptionalDependencies))

		linux, found := lo.Find(optional, func(name string) bool {
			return strings.Contains(name, "linux-x64") && !strings.HasSuffix(name, "musl") && !strings.Contains(name, "linuxmusl")
		})
		if found && !has(linux) && lo.SomeBy(optional, has) {
			_, neededBy, _ = cutLast(place, "node_modules/")

			return linux, neededBy
		}
	}

	return "", ""
}

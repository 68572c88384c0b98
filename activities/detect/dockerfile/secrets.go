package dockerfile

import (
	"cmp"
	"path"
	"slices"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
)

// secretNames returns the names of the secrets that RUN instructions mount, in alphabetical order.
func secretNames(stages []instructions.Stage) []string {
	var names []string

	for _, stage := range stages {
		for _, command := range stage.Commands {
			run, ok := command.(*instructions.RunCommand)
			if !ok {
				continue
			}

			// Mounts are read when variables are put in. One that cannot be read fails the build, with its line.
			if err := run.Expand(func(word string) (string, error) { return word, nil }); err != nil {
				continue
			}

			for _, mount := range instructions.GetMounts(run) {
				if mount.Type == instructions.MountTypeSecret {
					// As BuildKit chooses the name.
					names = append(names, cmp.Or(mount.Source, mount.CacheID, path.Base(mount.Target)))
				}
			}
		}
	}

	slices.Sort(names)

	return slices.Compact(names)
}

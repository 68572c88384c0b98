package project

import (
	"slices"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/activities/detect/node/packagemanager"
	"github.com/zeitwork/zeitwork/activities/detect/node/script"
)

// managersOf are the package managers that something runs, bun among them as the program that runs scripts.
func managersOf(run script.Run) []string {
	programs := slices.Concat(run.Through, lo.Map(run.Commands, func(command script.Command, _ int) string { return command.Program() }))
	programs = lo.Map(programs, func(program string, _ int) string {
		return lo.ValueOr(map[string]string{"bunx": packagemanager.Bun, "pnpx": packagemanager.PNPM}, program, program)
	})

	return lo.Intersect([]string{packagemanager.NPM, packagemanager.PNPM, packagemanager.Yarn, packagemanager.Bun}, programs)
}

// installed tells whether a manager is not part of Node's image.
func (p *Project) installed(manager packagemanager.Manager) bool {
	return manager.Setup()+manager.Release != ""
}

// addManager installs another manager than the one that installs the dependencies, for scripts that call it.
func (p *Project) addManager(dockerfile *Dockerfile, name string) {
	if lo.Contains(dockerfile.added, name) {
		return
	}

	other := packagemanager.Manager{Name: name}
	other.Version = other.DefaultVersion("")
	setup := other.Setup()

	if dockerfile.Setup != "" {
		setup = dockerfile.Setup + " && " + setup
	}

	dockerfile.Setup, dockerfile.added = setup, append(dockerfile.added, name)
}

// addBuildManagers installs the managers that the build script calls beside the one that installs the dependencies.
func (p *Project) addBuildManagers(dockerfile *Dockerfile) {
	for _, name := range lo.Without(managersOf(p.Build()), packagemanager.NPM, p.Manager.Name) {
		p.addManager(dockerfile, name)
	}
}

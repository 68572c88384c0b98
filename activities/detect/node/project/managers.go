package project

import (
	"slices"
	"strings"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/activities/detect/node/packagemanager"
	"github.com/zeitwork/zeitwork/internal/npmscript"
)

// managersOf are the package managers that something runs, bun among them as the program that runs scripts.
func managersOf(run npmscript.Run) []string {
	programs := slices.Concat(run.Through, lo.Map(run.Commands, func(command npmscript.Command, _ int) string { return command.Program() }))
	programs = lo.Map(programs, func(program string, _ int) string {
		return lo.ValueOr(map[string]string{"bunx": packagemanager.Bun, "pnpx": packagemanager.PNPM}, program, program)
	})

	return lo.Intersect([]string{packagemanager.NPM, packagemanager.PNPM, packagemanager.Yarn, packagemanager.Bun}, programs)
}

// installed tells whether a manager is not part of Node's image.
func (p *Project) installed(manager packagemanager.Manager) bool {
	return manager.Setup()+manager.Release != ""
}

// setupBeside is the command that installs a manager that only runs scripts, so that no lockfile tells which version it is.
func (p *Project) setupBeside(name string) string {
	return packagemanager.Manager{Name: name}.ChooseVersion(packagemanager.Source{Files: p.managerFiles(), Root: p.root}).Setup()
}

// Setups is the command that installs all managers that the image of Node lacks; empty where it has them.
func (d *Dockerfile) Setups() string {
	setups := lo.Map(lo.Uniq(d.beside), func(name string, _ int) string { return d.setupBeside(name) })

	return strings.Join(lo.Compact(append([]string{d.Setup}, setups...)), " && ")
}

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

// versionsBeside are the versions of managers that only run scripts, so that no lockfile tells which it is.
var versionsBeside = map[string]string{packagemanager.PNPM: "10", packagemanager.Yarn: "1.22.22", packagemanager.Bun: "1"}

// Setups is the command that installs all managers that the image of Node lacks; empty where it has them.
func (d *Dockerfile) Setups() string {
	setups := lo.Map(lo.Uniq(d.beside), func(name string, _ int) string {
		return packagemanager.Manager{Name: name, Version: versionsBeside[name]}.Setup()
	})

	return strings.Join(lo.Compact(append([]string{d.Setup}, setups...)), " && ")
}

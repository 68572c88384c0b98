package project

import (
	"path"
	"slices"
	"strings"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/activities/detect/node/packagejson"
	"github.com/zeitwork/zeitwork/activities/detect/node/packagemanager"
)

// laterScript is a script that needs the sources. It runs once they are there, and not when the dependencies are installed.
type laterScript struct {
	// Directory of the image in which it runs.
	Directory string
	Command   string

	// file is the path of the package.json that has the script, and name is its name there.
	file, name string
}

// laterScripts are the scripts that need the sources, of all packages whose dependencies are installed. A package comes after those that it depends on,
// and the top of a workspace comes last.
func (p *Project) laterScripts() []laterScript {
	packages := append(packagejson.NeededBy(p.App, p.members), p.App)
	packages = append(packages, p.packages()...)
	packages = lo.UniqBy(packages, func(known packagejson.Package) string { return known.Directory })

	if p.installedApart {
		// The package manager itself decides about the scripts of packages that are installed apart, in the directories beside the app.
		packages = []packagejson.Package{p.App}
	}

	if p.InWorkspace() {
		top, others := lo.FilterReject(packages, func(known packagejson.Package, _ int) bool { return known.Directory == "." })
		packages = slices.Concat(others, top)
	}

	later := []laterScript{}

	for _, known := range packages {
		for _, name := range p.runByInstall(known) {
			if script := withoutHooks(known.Manifest.Scripts[name]); !isHarmless(script) || strings.Contains(script, "prisma generate") && !p.hasPrismaSchema(known) {
				later = append(later, laterScript{
					Directory: path.Join(packagemanager.WorkDirectory, known.Directory), Command: p.runWithoutHooks(known, name),
					file: path.Join(known.Directory, packagejson.FileName), name: name,
				})
			}
		}
	}

	return later
}

// scriptsForApp leaves out the scripts of packages that the app does not need.
func (p *Project) scriptsForApp(later []laterScript) []laterScript {
	needed := lo.Map(append(packagejson.NeededBy(p.App, p.members), p.App), func(known packagejson.Package, _ int) string { return known.Directory })

	return lo.Filter(later, func(script laterScript, _ int) bool {
		return path.Dir(script.file) == "." || lo.Contains(needed, path.Dir(script.file))
	})
}

// withoutScripts is the command that takes the scripts out of the package.json files, so that the installation does not run them.
func withoutScripts(later []laterScript) string {
	byFile := lo.GroupBy(later, func(script laterScript) string { return script.file })

	commands := lo.MapToSlice(byFile, func(file string, scripts []laterScript) string {
		names := lo.Map(scripts, func(script laterScript, _ int) string { return "scripts." + script.name })
		if directory := path.Dir(file); directory != "." {
			names = append([]string{"--prefix", directory}, names...)
		}

		return "npm pkg delete " + strings.Join(names, " ")
	})

	slices.Sort(commands)

	return strings.Join(commands, " && ")
}

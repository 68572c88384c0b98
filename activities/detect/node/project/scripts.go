package project

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/activities/detect/node/packagejson"
	"github.com/zeitwork/zeitwork/activities/detect/node/packagemanager"
	"github.com/zeitwork/zeitwork/activities/detect/source"
)

// ownScripts of a package are run by managers after its dependencies are installed.
var ownScripts = []string{"preinstall", "postinstall", "prepare"}

// harmless are scripts that do their work with the files that the installation has.
var harmless = regexp.MustCompile(`^((npx|bunx|pnpm exec|yarn run|yarn) )?(-y |--yes )?` +
	`(nuxt prepare|nuxi prepare|nuxt-module-build prepare|prisma generate|patch-package|husky|husky install|is-ci|only-allow|simple-git-hooks|` +
	`lefthook install|true|exit 0)\b[^/]*$`)

// laterScript is one that needs the sources: it is run when they are there, instead of by the installation.
type laterScript struct {
	// Directory is where it runs in the image.
	Directory string
	Command   string
	file      string
	name      string
}

// laterScripts are those of every package that is installed, in the order in which one builds on the other; the top's come last.
func (p *Project) laterScripts() []laterScript {
	packages := append(packagejson.NeededBy(p.App, p.members), p.App)
	packages = append(packages, p.packages()...)
	packages = lo.UniqBy(packages, func(known packagejson.Package) string { return known.Directory })

	if p.App.Directory != "." {
		top, others := lo.FilterReject(packages, func(known packagejson.Package, _ int) bool { return known.Directory == "." })
		packages = slices.Concat(others, top)
	}

	later := []laterScript{}

	for _, known := range packages {
		for _, name := range p.runByInstall(known) {
			if script := known.Manifest.Scripts[name]; !isHarmless(script) || strings.Contains(script, "prisma generate") && !p.hasPrismaSchema(known) {
				later = append(later, laterScript{
					Directory: path.Join(packagemanager.WorkDirectory, known.Directory), Command: p.Manager.Run(name),
					file: path.Join(known.Directory, packagejson.FileName), name: name,
				})
			}
		}
	}

	return later
}

// scriptsForApp leaves out those of packages that the app does not need.
func (p *Project) scriptsForApp(later []laterScript) []laterScript {
	needed := lo.Map(append(packagejson.NeededBy(p.App, p.members), p.App), func(known packagejson.Package, _ int) string { return known.Directory })

	return lo.Filter(later, func(script laterScript, _ int) bool {
		return path.Dir(script.file) == "." || lo.Contains(needed, path.Dir(script.file))
	})
}

// runByInstall are the scripts of a package that its manager runs when it installs.
func (p *Project) runByInstall(known packagejson.Package) []string {
	return slices.DeleteFunc(slices.Clone(ownScripts), func(name string) bool {
		return known.Manifest.Scripts[name] == "" || p.Manager.Berry && name == "prepare"
	})
}

// hasPrismaSchema tells whether Prisma's schema is where the installation has it, not where the package's configuration says.
func (p *Project) hasPrismaSchema(known packagejson.Package) bool {
	return source.Exists(p.files, path.Join(known.Directory, "prisma", "*.prisma"))
}

func isHarmless(script string) bool {
	parts := regexp.MustCompile(`\s*(?:&&|\|\||;)\s*`).Split(strings.TrimSpace(script), -1)

	return lo.EveryBy(parts, harmless.MatchString)
}

// withoutScripts is the command that takes them out of the package.json files of the installation's layer.
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

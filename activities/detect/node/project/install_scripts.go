package project

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/activities/detect/node/packagejson"
	"github.com/zeitwork/zeitwork/activities/detect/source"
)

// ownScripts are the scripts of a package that managers run when they install its dependencies.
var ownScripts = []string{"preinstall", "postinstall", "prepare"}

// runByInstall are the names of the scripts of a package that the manager runs when it installs. Yarn since version 2 does not run prepare.
func (p *Project) runByInstall(known packagejson.Package) []string {
	return slices.DeleteFunc(slices.Clone(ownScripts), func(name string) bool {
		script := known.Manifest.Scripts[name]

		return script == "" || onlyTrue.MatchString(withoutHooks(script)) || p.Manager.Berry && name == "prepare"
	})
}

// hasPrismaSchema tells whether Prisma's schema is among the files that the installation has, and not where the package's configuration says.
func (p *Project) hasPrismaSchema(known packagejson.Package) bool {
	return source.Exists(p.topFiles, path.Join(known.Directory, "prisma", "*.prisma"))
}

// harmless matches scripts that need no other files than the installation has.
var harmless = regexp.MustCompile(`^((npx|bunx|pnpm exec|yarn run|yarn) )?(-y |--yes )?` +
	`(nuxt prepare|nuxi prepare|nuxt-module-build prepare|prisma generate|patch-package|husky|husky install|is-ci|only-allow|simple-git-hooks|` +
	`playwright(?:-core)? install|true|exit 0)\b[^/]*$`)

// isHarmless tells whether all commands of a script are harmless.
func isHarmless(script string) bool {
	parts := regexp.MustCompile(`\s*(?:&&|\|\||;)\s*`).Split(strings.TrimSpace(script), -1)

	return lo.EveryBy(parts, harmless.MatchString)
}

// hookCommand matches a command that puts hooks or settings into the repository's .git, which a build does not have. It fails there, and nothing depends on
// it.
var hookCommand = regexp.MustCompile(`(^|&&|\|\||;|\()(\s*)(?:(?:npx|bunx|bun x|pnpm exec|pnpm dlx|npm exec|yarn run|pnpm|yarn)\s+(?:-y\s+|--yes\s+|--\s+)?)?` +
	`(?:lefthook\s+install|simple-git-hooks|pre-commit\s+install|git\s+config)\b[^&|;)]*`)

// withoutHooks puts true in the place of such commands.
func withoutHooks(script string) string {
	return strings.TrimSpace(hookCommand.ReplaceAllString(script, "${1}${2}true "))
}

// onlyTrue matches a script of which nothing is left.
var onlyTrue = regexp.MustCompile(`^[\s();&|]*true(?:[\s();&|]+true)*[\s();&|]*$`)

// hookScripts are the commands that take such commands out of the scripts of the installation, but for those that run later.
func (p *Project) hookScripts(later []laterScript) []string {
	commands := []string{}

	for _, known := range p.packages() {
		for _, name := range ownScripts {
			runsLater := lo.ContainsBy(later, func(script laterScript) bool { return script.name == name && path.Dir(script.file) == known.Directory })
			isRun := !p.Manager.Berry || name != "prepare"

			if command := withoutHooksCommand(known, name); command != "" && isRun && !runsLater {
				commands = append(commands, command)
			}
		}
	}

	return commands
}

// withoutHooksCommand is the command that takes such commands out of a script; empty for a script without them. It is run at the top of the workspace.
func withoutHooksCommand(known packagejson.Package, name string) string {
	script := known.Manifest.Scripts[name]
	left := withoutHooks(script)

	if left == strings.TrimSpace(script) {
		return ""
	}

	prefix := ""
	if known.Directory != "." {
		prefix = "--prefix " + known.Directory + " "
	}

	if onlyTrue.MatchString(left) {
		return "npm pkg delete " + prefix + "scripts." + name
	}

	return "npm pkg set " + prefix + `'scripts.` + name + `=` + strings.ReplaceAll(left, `'`, `'\''`) + `'`
}

// runWithoutHooks is the command that runs a script without such commands. It is run in the package's directory.
func (p *Project) runWithoutHooks(known packagejson.Package, name string) string {
	known.Directory = "."
	if command := withoutHooksCommand(known, name); command != "" {
		return command + " && " + p.Manager.Run(name)
	}

	return p.Manager.Run(name)
}

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
		return known.Manifest.Scripts[name] == "" || p.Manager.Berry && name == "prepare"
	})
}

// hasPrismaSchema tells whether Prisma's schema is among the files that the installation has, and not where the package's configuration says.
func (p *Project) hasPrismaSchema(known packagejson.Package) bool {
	return source.Exists(p.topFiles, path.Join(known.Directory, "prisma", "*.prisma"))
}

// harmless matches scripts that need no other files than the installation has.
var harmless = regexp.MustCompile(`^((npx|bunx|pnpm exec|yarn run|yarn) )?(-y |--yes )?` +
	`(nuxt prepare|nuxi prepare|nuxt-module-build prepare|prisma generate|patch-package|husky|husky install|is-ci|only-allow|simple-git-hooks|` +
	`lefthook install|true|exit 0)\b[^/]*$`)

// isHarmless tells whether all commands of a script are harmless.
func isHarmless(script string) bool {
	parts := regexp.MustCompile(`\s*(?:&&|\|\||;)\s*`).Split(strings.TrimSpace(script), -1)

	return lo.EveryBy(parts, harmless.MatchString)
}

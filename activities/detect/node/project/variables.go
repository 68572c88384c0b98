package project

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/activities/detect/node/packagemanager"
	"github.com/zeitwork/zeitwork/activities/detect/source"
)

// PublicVariables are the names of those variables that a framework puts into what browsers get, by their prefixes.
func (p *Project) PublicVariables(prefixes ...string) []string {
	known := append(slices.Clone(p.settings.Variables), p.settings.BuildVariables...)
	names := lo.Filter(known, func(name string, _ int) bool {
		return lo.SomeBy(prefixes, func(prefix string) bool { return strings.HasPrefix(name, prefix) })
	})
	slices.Sort(names)

	return slices.Compact(names)
}

// buildSecrets are the names of the variables that the build command sees and the image does not keep. public are left out.
func (p *Project) buildSecrets(public []string) []string {
	names := lo.Without(p.settings.BuildVariables, public...)
	slices.Sort(names)

	return slices.Compact(names)
}

// reference matches the variable in ${NPM_TOKEN} and ${NPM_TOKEN:-none}.
var reference = regexp.MustCompile(`\$\{([A-Za-z_][A-Za-z0-9_]*)[^}]*\}`)

// prismaConfig is the configuration of Prisma since version 6. It is a program, which often demands variables.
const prismaConfig = "prisma.config.ts"

// prismaVariable matches a variable that it reads.
var prismaVariable = regexp.MustCompile(`\benv\(\s*["'](\w+)["']|\bprocess\.env(?:\.|\[["'])(\w+)`)

// prismaSecrets are the names of those variables that Prisma's configuration reads. Prisma generates its client when the dependencies are installed, and
// again in many builds, and does not without them.
func (p *Project) prismaSecrets() []string {
	names := []string{}

	for _, known := range p.packages() {
		for _, match := range prismaVariable.FindAllStringSubmatch(p.text(path.Join(known.Directory, prismaConfig)), -1) {
			names = append(names, match[1]+match[2])
		}
	}

	slices.Sort(names)

	return lo.Intersect(slices.Compact(names), append(slices.Clone(p.settings.Variables), p.settings.BuildVariables...))
}

// InstallSecrets are the names of those variables that the package manager's configuration refers to, as in ${NPM_TOKEN}, and those that Prisma's reads.
func (p *Project) InstallSecrets() []string {
	names := p.prismaSecrets()

	for _, known := range p.packages() {
		for _, file := range []string{".npmrc", packagemanager.BerryConfig, "bunfig.toml"} {
			content, err := source.Read(p.topFiles, path.Join(known.Directory, file))
			if err != nil {
				continue
			}

			for _, match := range reference.FindAllStringSubmatch(string(content), -1) {
				names = append(names, match[1])
			}
		}
	}

	slices.Sort(names)

	return lo.Intersect(slices.Compact(names), append(slices.Clone(p.settings.Variables), p.settings.BuildVariables...))
}

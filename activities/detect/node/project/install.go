package project

import (
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/samber/lo"
	"go.yaml.in/yaml/v3"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/activities/detect/node/packagejson"
	"github.com/zeitwork/zeitwork/activities/detect/node/packagemanager"
	"github.com/zeitwork/zeitwork/activities/detect/source"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// InstallFiles are all that the installation reads, so that its layer is kept until one of them changes.
func (p *Project) InstallFiles() ([]string, error) {
	files := []string{packagejson.FileName}
	if p.Manager.Lockfile != "" {
		files = append(files, p.Manager.Lockfile)
	}

	for _, member := range p.members {
		files = append(files, path.Join(member.Directory, packagejson.FileName))
	}

	for _, name := range p.optionalInstallFiles() {
		if (source.IsFile(p.files, name) || source.IsDirectory(p.files, name)) && !p.ignore.Ignores(name) && !lo.Contains(files, name) {
			files = append(files, name)
		}
	}

	for _, name := range files {
		if !buildplan.PlainPath.MatchString(name) {
			return nil, problem.New(problem.Invalid, "The path %q cannot be named in a Dockerfile. Rename it to letters, digits, dots and dashes.", name)
		}
	}

	return files, nil
}

func (p *Project) optionalInstallFiles() []string {
	names := []string{}

	for _, known := range p.packages() {
		names = append(names, path.Join(known.Directory, ".npmrc"))
	}

	switch p.Manager.Name {
	case packagemanager.PNPM:
		names = append(names, packagejson.PNPMWorkspace, ".pnpmfile.cjs", ".pnpmfile.mjs", "pnpmfile.js")
		names = append(names, p.patches()...)
	case packagemanager.Yarn:
		names = append(names, ".yarnrc", packagemanager.BerryConfig, ".yarn")
	case packagemanager.Bun:
		names = append(names, "bunfig.toml")
	}

	// patch-package's, bun's and pnpm's by habit.
	names = append(names, "patches")

	for _, known := range p.packages() {
		if known.Manifest.Depends("@prisma/client") || known.Manifest.Depends("prisma") {
			// Prisma generates its client for the schema when it is installed.
			names = append(names, path.Join(known.Directory, "prisma"), path.Join(known.Directory, "prisma.config.ts"))
		}

		names = append(names, localDependencies(known)...)
	}

	return names
}

// patches are those that pnpm puts on dependencies.
func (p *Project) patches() []string {
	var config struct {
		Patched map[string]string `yaml:"patchedDependencies"`
	}

	if content, err := source.Read(p.files, packagejson.PNPMWorkspace); err == nil {
		_ = yaml.Unmarshal(content, &config) // workspacePatterns has read it before.
	}

	patched := lo.Assign(p.root.PNPM.PatchedDependencies, config.Patched)

	return lo.FilterMap(slices.Sorted(maps.Values(patched)), func(name string, _ int) (string, bool) {
		// The whole directory is taken already.
		return path.Clean(name), !strings.HasPrefix(path.Clean(name), "patches/")
	})
}

// localDependencies are directories and archives of the source that a package depends on.
func localDependencies(known packagejson.Package) []string {
	asked := known.Manifest.Installed()

	return lo.FilterMap(slices.Sorted(maps.Keys(asked)), func(name string, _ int) (string, bool) {
		for _, protocol := range []string{"file:", "link:", "portal:"} {
			if local, ok := strings.CutPrefix(asked[name], protocol); ok {
				local = path.Join(known.Directory, local)

				return local, local != "." && !strings.HasPrefix(local, "..")
			}
		}

		return "", false
	})
}

var reference = regexp.MustCompile(`\$\{([A-Za-z_][A-Za-z0-9_]*)[^}]*\}`)

// InstallSecrets are the project's variables that the managers' configuration refers to, as in ${NPM_TOKEN}.
func (p *Project) InstallSecrets() []string {
	names := []string{}

	for _, known := range p.packages() {
		for _, file := range []string{".npmrc", packagemanager.BerryConfig, "bunfig.toml"} {
			content, err := source.Read(p.files, path.Join(known.Directory, file))
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

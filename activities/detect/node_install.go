package detect

import (
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/samber/lo"
	"go.yaml.in/yaml/v3"

	"github.com/zeitwork/zeitwork/internal/problem"
)

// installFiles are all that the installation reads, so that its layer is kept until one of them changes.
func (p *nodeProject) installFiles() ([]string, error) {
	files := []string{manifestName}
	if p.manager.lockfile != "" {
		files = append(files, p.manager.lockfile)
	}

	for _, member := range p.members {
		files = append(files, path.Join(member.directory, manifestName))
	}

	for _, name := range p.optionalInstallFiles() {
		if (isFile(p.files, name) || isDirectory(p.files, name)) && !p.ignore.ignores(name) && !lo.Contains(files, name) {
			files = append(files, name)
		}
	}

	for _, name := range files {
		if !plainPath.MatchString(name) {
			return nil, problem.New(problem.Invalid, "The path %q cannot be named in a Dockerfile. Rename it to letters, digits, dots and dashes.", name)
		}
	}

	return files, nil
}

func (p *nodeProject) optionalInstallFiles() []string {
	names := []string{}

	for _, known := range p.packages() {
		names = append(names, path.Join(known.directory, ".npmrc"))
	}

	switch p.manager.name {
	case pnpm:
		names = append(names, pnpmWorkspace, ".pnpmfile.cjs", ".pnpmfile.mjs", "pnpmfile.js")
		names = append(names, p.patches()...)
	case yarn:
		names = append(names, ".yarnrc", berryConfig, ".yarn")
	case bun:
		names = append(names, "bunfig.toml")
	}

	// patch-package's, bun's and pnpm's by habit.
	names = append(names, "patches")

	for _, known := range p.packages() {
		if known.manifest.depends("@prisma/client") || known.manifest.depends("prisma") {
			// Prisma generates its client for the schema when it is installed.
			names = append(names, path.Join(known.directory, "prisma"), path.Join(known.directory, "prisma.config.ts"))
		}

		names = append(names, localDependencies(known)...)
	}

	return names
}

// patches are those that pnpm puts on dependencies.
func (p *nodeProject) patches() []string {
	var config struct {
		Patched map[string]string `yaml:"patchedDependencies"`
	}

	if content, err := readBounded(p.files, pnpmWorkspace); err == nil {
		_ = yaml.Unmarshal(content, &config) // workspacePatterns has read it before.
	}

	patched := lo.Assign(p.root.PNPM.PatchedDependencies, config.Patched)

	return lo.FilterMap(slices.Sorted(maps.Values(patched)), func(name string, _ int) (string, bool) {
		// The whole directory is taken already.
		return path.Clean(name), !strings.HasPrefix(path.Clean(name), "patches/")
	})
}

// localDependencies are directories and archives of the source that a package depends on.
func localDependencies(known workspacePackage) []string {
	asked := known.manifest.installed()

	return lo.FilterMap(slices.Sorted(maps.Keys(asked)), func(name string, _ int) (string, bool) {
		for _, protocol := range []string{"file:", "link:", "portal:"} {
			if local, ok := strings.CutPrefix(asked[name], protocol); ok {
				local = path.Join(known.directory, local)

				return local, local != "." && !strings.HasPrefix(local, "..")
			}
		}

		return "", false
	})
}

var reference = regexp.MustCompile(`\$\{([A-Za-z_][A-Za-z0-9_]*)[^}]*\}`)

// installSecrets are the project's variables that the managers' configuration refers to, as in ${NPM_TOKEN}.
func (p *nodeProject) installSecrets() []string {
	names := []string{}

	for _, known := range p.packages() {
		for _, file := range []string{".npmrc", berryConfig, "bunfig.toml"} {
			content, err := readBounded(p.files, path.Join(known.directory, file))
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

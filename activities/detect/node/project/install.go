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
	"github.com/zeitwork/zeitwork/activities/detect/lockfile"
	"github.com/zeitwork/zeitwork/activities/detect/node/packagejson"
	"github.com/zeitwork/zeitwork/activities/detect/node/packagemanager"
	"github.com/zeitwork/zeitwork/activities/detect/source"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// InstallFiles are all files and directories that the installation of the dependencies reads, relative to the top. The layer with the dependencies is
// kept until one of them changes. Its errors are the user's.
func (p *Project) InstallFiles() ([]string, error) {
	files := []string{packagejson.FileName}
	if p.installedApart {
		files = nil // It stands among those of the members.
	}

	if p.Manager.Lockfile != "" {
		files = append(files, p.Manager.Lockfile)
	}

	for _, member := range p.members {
		files = append(files, path.Join(member.Directory, packagejson.FileName))
	}

	for _, name := range p.optionalInstallFiles() {
		if (source.IsFile(p.topFiles, name) || source.IsDirectory(p.topFiles, name)) && !p.ignore.Ignores(name) && !lo.Contains(files, name) {
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

// withoutDevelopment matches the settings of npm by which it leaves out the dependencies for development, which the build needs.
var withoutDevelopment = regexp.MustCompile(`(?m)^\s*(?:omit(?:\[\])?\s*=\s*"?dev|production\s*=\s*true|only\s*=\s*"?prod)`)

// install is the command that installs all dependencies, whatever the source says of those for development. What only the build needs is taken out later.
func (p *Project) install() string {
	if p.Manager.Name == packagemanager.NPM && withoutDevelopment.MatchString(textOf(p.managerFiles(), ".npmrc")) {
		return p.Manager.Install() + " --include=dev"
	}

	return p.Manager.Install()
}

// BeforeInstall are the commands that take what cannot run in a build out of the scripts of the installation.
func (p *Project) BeforeInstall() []string { return p.hookScripts(nil) }

// optionalInstallFiles are files and directories that the installation reads where they are there.
func (p *Project) optionalInstallFiles() []string {
	names := []string{}

	for _, known := range p.packages() {
		names = append(names, path.Join(known.Directory, ".npmrc"))
	}

	here := func(files ...string) {
		for _, name := range files {
			names = append(names, path.Join(p.installDirectory(), name))
		}
	}

	switch p.Manager.Name {
	case packagemanager.PNPM:
		here(packagejson.PNPMWorkspace, ".pnpmfile.cjs", ".pnpmfile.mjs", "pnpmfile.js")
		here(p.patches()...)

		if p.lockPerPackage {
			names = append(names, lo.Map(p.packages(), func(known packagejson.Package, _ int) string { return path.Join(known.Directory, lockfile.PNPMName) })...)
		}
	case packagemanager.Yarn:
		here(".yarnrc", packagemanager.BerryConfig, ".yarn")
	case packagemanager.Bun:
		here("bunfig.toml")
	}

	// patch-package and bun keep patches there, and by habit so do users of pnpm.
	here("patches")

	for _, known := range p.packages() {
		if known.Manifest.Depends("@prisma/client") || known.Manifest.Depends("prisma") {
			// Prisma generates its client when it is installed, and reads the schema for that.
			names = append(names, path.Join(known.Directory, "prisma"), path.Join(known.Directory, prismaConfig))
		}

		names = append(names, localDependencies(known)...)
	}

	return names
}

// patches are the files with patches that pnpm puts on dependencies, without those in the directory patches.
func (p *Project) patches() []string {
	var config struct {
		Patched map[string]string `yaml:"patchedDependencies"`
	}

	if content, err := source.Read(p.managerFiles(), packagejson.PNPMWorkspace); err == nil {
		_ = yaml.Unmarshal(content, &config) // It is valid: Open has read the workspace's packages from it.
	}

	patched := lo.Assign(p.root.PNPM.PatchedDependencies, config.Patched)

	return lo.FilterMap(slices.Sorted(maps.Values(patched)), func(name string, _ int) (string, bool) {
		return path.Clean(name), !strings.HasPrefix(path.Clean(name), "patches/")
	})
}

// localDependencies are the directories and archives of the source that a package depends on.
func localDependencies(known packagejson.Package) []string {
	asked := known.Manifest.Installed()

	return lo.FilterMap(slices.Sorted(maps.Keys(asked)), func(name string, _ int) (string, bool) {
		local, ok := localPath(asked[name])
		local = path.Join(known.Directory, local)

		return local, ok && local != "." && !strings.HasPrefix(local, "..")
	})
}

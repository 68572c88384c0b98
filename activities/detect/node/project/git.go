package project

import (
	"maps"
	"path"
	"regexp"
	"slices"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/activities/detect/lockfile"
	"github.com/zeitwork/zeitwork/activities/detect/node/packagejson"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// shorthand matches the dependencies that npm asks a host of repositories for.
var shorthand = regexp.MustCompile(`^(?:(?:github|gitlab|bitbucket|gist):)?[\w.-]+/[\w.-]+(?:#.*)?$`)

// fetches matches a command of git that works without a repository around it.
var fetches = regexp.MustCompile(`\bgit\s+(?:clone|ls-remote)\b`)

// needsGit tells whether git has to be there when the dependencies are installed: for dependencies from repositories, and for scripts that clone some.
func (p *Project) needsGit() bool {
	if len(p.lock.NeedsGit) > 0 {
		return true
	}

	return lo.SomeBy(p.packages(), func(known packagejson.Package) bool {
		fromGit := func(asked string) bool {
			return lockfile.IsGit(asked) || p.Manager.Lockfile == "" && shorthand.MatchString(asked)
		}

		return lo.SomeBy(lo.Values(known.Manifest.Installed()), fromGit) || lo.SomeBy(lo.Values(known.Manifest.Scripts), fetches.MatchString)
	})
}

// checkSSH refuses dependencies that are fetched by SSH, for which builds have no key. Its errors are the user's.
func (p *Project) checkSSH() error {
	const advice = "comes from %s by SSH, where builds cannot sign in, as they have no key. " +
		"Name it by https, as in git+https://github.com/acme/left.git#v1.0.0, run %s and commit the lockfile. " +
		"If it is private, publish it to a registry that .npmrc names, or commit it as a directory."

	for _, known := range p.packages() {
		asked := known.Manifest.Installed()
		for _, name := range slices.Sorted(maps.Keys(asked)) {
			if lockfile.IsSSH(asked[name]) {
				file := path.Join(known.Directory, packagejson.FileName)

				return problem.New(problem.Invalid, "The dependency %s in %s "+advice, name, file, asked[name], p.Manager.PlainInstall())
			}
		}
	}

	if repository, found := lo.Find(p.lock.NeedsGit, lockfile.IsSSH); found {
		return problem.New(problem.Invalid, "A dependency in %s "+advice, p.Manager.Lockfile, repository, p.Manager.PlainInstall())
	}

	return nil
}

// PackagesToInstall are Debian's packages that the installation needs, and a sentence that says why.
func (p *Project) PackagesToInstall() (packages []string, reason string) {
	compiles, git := p.compiles(), p.needsGit()

	if compiles {
		packages, reason = append(packages, "python3", "make", "g++"), "Some dependencies compile themselves."
	}

	if git {
		// git asks for certificates, which the image of Node keeps to itself.
		packages, reason = append(packages, "git", "ca-certificates"), "Some dependencies come from git."
	}

	if compiles && git {
		reason = "Some dependencies compile themselves, and some come from git."
	}

	return packages, reason
}

package ruby

import (
	"path"
	"strings"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/activities/detect/lockfile"
	"github.com/zeitwork/zeitwork/activities/detect/source"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// check refuses an app that no build can succeed with.
func (a railsApp) check() error {
	if a.rails.Major() < oldestRails {
		return problem.New(problem.Invalid, "Gemfile.lock has Rails %s. Zeitwork builds Rails 7 and newer: upgrade it, or add a Dockerfile.", a.version)
	}

	if missing, found := lo.Find(a.gemfile.gems, func(gem string) bool { return !lo.Contains(a.lock.Dependencies, gem) }); found {
		return problem.New(problem.Invalid, "The Gemfile asks for the gem %s, but Gemfile.lock does not have it. "+
			"Run bundle install and commit Gemfile.lock.", missing)
	}

	if !a.lock.ForLinux() {
		return problem.New(problem.Invalid, "Gemfile.lock is for %s only. Run bundle lock --add-platform x86_64-linux and commit Gemfile.lock.",
			strings.Join(a.lock.Platforms, ", "))
	}

	if !a.lock.Has("puma") && a.webCommand() == "" {
		return problem.New(problem.Invalid, "Gemfile.lock has no puma, which is the web server that Zeitwork starts. "+
			"Run bundle add puma and commit it, or name another as web in a Procfile.")
	}

	if name, found := lo.Find([]string{gemfileName, lockfile.GemfileName}, a.ignore.Ignores); found {
		return problem.New(problem.Invalid, ".dockerignore keeps %s from the build. Take it out there.", name)
	}

	if !source.IsFile(a.tree, "bin/rails") {
		return problem.New(problem.Invalid, "There is no bin/rails. Run bundle exec rails app:update:bin and commit the directory bin.")
	}

	return a.checkSources()
}

// checkSources refuses gems that come from where no build can get them.
func (a railsApp) checkSources() error {
	for _, remote := range a.lock.GitRemotes {
		if !strings.HasPrefix(remote, "https://") && !a.vendored() {
			return problem.New(problem.Invalid, "A gem in the Gemfile comes from %s, where builds cannot sign in. "+
				"Change it to an https:// address; for a private repository set %s to a token.", remote, bundlerVariable("github.com"))
		}
	}

	for _, directory := range a.lock.Paths {
		if strings.HasPrefix(path.Clean(directory), "..") || path.IsAbs(directory) {
			return problem.New(problem.Invalid, "A gem in the Gemfile comes from %s, which is outside of the app's root directory. "+
				"Move it into the app, such as to vendor/gems, or add a Dockerfile.", directory)
		}
	}

	return nil
}

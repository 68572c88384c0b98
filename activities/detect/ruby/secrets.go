package ruby

import (
	"io/fs"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/activities/detect/source"
	"github.com/zeitwork/zeitwork/internal/problem"
)

const (
	secretKeyBase  = "SECRET_KEY_BASE"
	railsMasterKey = "RAILS_MASTER_KEY"
)

// checkSecret finds the app that would not start for want of its secret. Where the project's variables are not known, it has them.
func (a railsApp) checkSecret(settings buildplan.Settings) error {
	if settings.Variables == nil || lo.Contains(settings.Variables, secretKeyBase) || a.bringsSecret() {
		return nil
	}

	hasMasterKey := lo.Contains(settings.Variables, railsMasterKey)

	switch {
	case hasMasterKey && a.hasCredentials():
		return nil
	case hasMasterKey:
		return problem.New(problem.Invalid, "%s is set, but there is no config/credentials.yml.enc for it to open. "+
			"Commit that file, or set the environment variable %s (bin/rails secret makes one).", railsMasterKey, secretKeyBase)
	case a.hasCredentials():
		return problem.New(problem.Invalid, "Rails does not start without a secret. Set the environment variable %s to what stands in config/master.key, "+
			"or %s (bin/rails secret makes one).", railsMasterKey, secretKeyBase)
	default:
		return problem.New(problem.Invalid,
			"Rails does not start without a secret. Set the environment variable %s: bin/rails secret makes one.", secretKeyBase)
	}
}

func (a railsApp) hasCredentials() bool {
	return source.IsFile(a.tree, "config/credentials.yml.enc") || source.IsFile(a.tree, "config/credentials/production.yml.enc")
}

// bringsSecret tells whether the source may have a secret of its own.
func (a railsApp) bringsSecret() bool {
	for _, file := range []string{"config/secrets.yml", "config/master.key", "config/credentials/production.key"} {
		if source.IsFile(a.tree, file) {
			return true
		}
	}

	// The pattern is right, and what cannot be read is not there.
	initializers, _ := fs.Glob(a.tree, "config/initializers/*.rb")

	return lo.SomeBy(append(initializers, "config/application.rb", productionConfig), func(file string) bool {
		return strings.Contains(a.text(file), "secret_key_base")
	})
}

// installSecrets are the project's variables with which Bundler signs in to the servers that gems come from.
func (a railsApp) installSecrets(settings buildplan.Settings) []string {
	names := lo.FilterMap(append(slices.Clone(a.lock.GemServers), a.lock.GitRemotes...), func(remote string, _ int) (string, bool) {
		server, err := url.Parse(remote)
		if err != nil || server.Hostname() == "" {
			return "", false
		}

		return bundlerVariable(server.Hostname()), true
	})

	slices.Sort(names)

	return lo.Intersect(slices.Compact(names), append(slices.Clone(settings.Variables), settings.BuildVariables...))
}

// bundlerVariable is the name that Bundler reads the setting of a host from.
func bundlerVariable(host string) string {
	return "BUNDLE_" + strings.ToUpper(strings.NewReplacer(".", "__", "-", "___").Replace(host))
}

// checkSources finds gems that no build can fetch.
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

// publicVariables are those that Vite puts into what browsers get.
func (a railsApp) publicVariables(settings buildplan.Settings) []string {
	if !a.lock.Has("vite_ruby") {
		return []string{}
	}

	return lo.Filter(lo.Union(settings.Variables, settings.BuildVariables), func(name string, _ int) bool { return strings.HasPrefix(name, "VITE_") })
}

// buildSecrets are the variables that the compilation of the assets sees and the image does not keep.
func (a railsApp) buildSecrets(settings buildplan.Settings) []string {
	if !a.compilesAssets() {
		return nil
	}

	return lo.Without(settings.BuildVariables, a.publicVariables(settings)...)
}

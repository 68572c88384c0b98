package ruby

import (
	"net/url"
	"slices"
	"strings"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
)

// installSecrets are the names of those variables with which Bundler signs in to the servers that gems come from.
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

// bundlerVariable is the name of the variable in which Bundler looks for the credentials of a host.
func bundlerVariable(host string) string {
	return "BUNDLE_" + strings.ToUpper(strings.NewReplacer(".", "__", "-", "___").Replace(host))
}

// publicVariables are the names of the variables that Vite puts into what browsers get.
func (a railsApp) publicVariables(settings buildplan.Settings) []string {
	if !a.lock.Has("vite_ruby") {
		return []string{}
	}

	return lo.Filter(lo.Union(settings.Variables, settings.BuildVariables), func(name string, _ int) bool { return strings.HasPrefix(name, "VITE_") })
}

// buildSecrets are the names of the variables that the compilation of the assets sees and the image does not keep.
func (a railsApp) buildSecrets(settings buildplan.Settings) []string {
	if !a.compilesAssets() {
		return nil
	}

	return lo.Without(settings.BuildVariables, a.publicVariables(settings)...)
}

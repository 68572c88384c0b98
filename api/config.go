package api

import (
	"net/url"
	"strings"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/internal/setting"
)

// maxOrigins is how many of a project's hostnames a health check tries.
const maxOrigins = 4

// Config is the configuration of the API.
//
//nolint:lll // One field a line, with its documentation.
type Config struct {
	setting.Key
	setting.RegistryAddress
	setting.Cluster
	setting.Git
	setting.Previews
	CallerLimits

	Listen     string  `doc:"Address that the API listens on."                                               env:"ZEITWORK_API_LISTEN"            envDefault:"127.0.0.1:8000"`
	BaseDomain string  `doc:"Projects answer on <slug>.<base domain>."                                       env:"ZEITWORK_BASE_DOMAIN,required"`
	EdgeURL    url.URL `doc:"Where the edge answers; its scheme and port become part of the projects' URLs." env:"ZEITWORK_EDGE_URL,required"`
}

// hostname returns the generated hostname of the project with that slug.
func (c Config) hostname(slug string) string {
	return slug + "." + strings.ToLower(c.BaseDomain)
}

// projectURL returns the URL that the project with that slug answers on.
func (c Config) projectURL(slug string) string { return c.originOf(c.hostname(slug)) }

// environmentURL returns the URL that an environment of the project with that slug answers on.
func (c Config) environmentURL(project, environment string) string {
	if environment == environmentProduction {
		return c.projectURL(project)
	}

	return c.projectURL(project + "-" + environment)
}

// originOf returns the URL by which visitors reach a hostname.
func (c Config) originOf(hostname string) string {
	u := url.URL{Scheme: c.EdgeURL.Scheme, Host: hostname}
	if port := c.EdgeURL.Port(); port != "" {
		u.Host += ":" + port
	}

	return u.String()
}

// origins returns the URLs of the first of a project's hostnames, as many as a health check tries.
func (c Config) origins(hostnames []string) []string {
	return lo.Map(lo.Slice(hostnames, 0, maxOrigins), func(hostname string, _ int) string { return c.originOf(hostname) })
}

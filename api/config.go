package api

import (
	"net/netip"
	"net/url"
	"strings"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/internal/secret"
)

// maxOrigins is how many of a project's hostnames a health check tries.
const maxOrigins = 4

// Config is the configuration of the API.
//
//nolint:lll // One field a line, with its documentation.
type Config struct {
	Listen       string       `doc:"Address that the API listens on."                                               env:"ZEITWORK_API_LISTEN"            envDefault:"127.0.0.1:8000"`
	SecretKey    secret.Key   `doc:"Key that seals values at rest: 32 bytes in base64. api and workers share it."    env:"ZEITWORK_SECRET_KEY,required"`
	BaseDomain   string       `doc:"Projects answer on <slug>.<base domain>."                                       env:"ZEITWORK_BASE_DOMAIN,required"`
	EdgeURL      url.URL      `doc:"Where the edge answers; its scheme and port become part of the projects' URLs." env:"ZEITWORK_EDGE_URL,required"`
	RegistryHost string       `doc:"Host and port of the image registry, as workers, buildkitd and nodes reach it." env:"ZEITWORK_REGISTRY_HOST,required"`
	ClusterRange netip.Prefix `doc:"Addresses of all VMs; every node gets a /24 of it, and nothing else may use them." env:"ZEITWORK_CLUSTER_RANGE"         envDefault:"10.77.0.0/16"`
	GitProtocols []string     `doc:"Protocols that repository URLs may use, with commas between: https; http and file only where every user is trusted." env:"ZEITWORK_GIT_PROTOCOLS"         envDefault:"https"`
}

// hostname returns the generated hostname of the project with that slug.
func (c Config) hostname(slug string) string {
	return slug + "." + strings.ToLower(c.BaseDomain)
}

// projectURL returns the URL that the project with that slug answers on.
func (c Config) projectURL(slug string) string { return c.originOf(c.hostname(slug)) }

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

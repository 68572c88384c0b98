package api

import (
	"net/netip"
	"strings"
	"time"

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
	setting.Domains
	setting.Public
	setting.Edge
	setting.MailServer
	setting.Webhooks
	CallerLimits
	AnonymousLimits

	Listen          string         `doc:"Address that the API listens on."                                               env:"ZEITWORK_API_LISTEN"            envDefault:"127.0.0.1:8000"`
	TrustedProxies  []netip.Prefix `doc:"Networks of proxies that are believed about who asks the API (X-Forwarded-For), with commas between." env:"ZEITWORK_API_TRUSTED_PROXIES"`
	ProjectUndo     time.Duration  `doc:"How long the deletion of a project can be undone: meanwhile its images, variables and domains are kept. 0: it is deleted for good at once." env:"ZEITWORK_PROJECT_UNDO" envDefault:"168h"`
	BaseDomain      string         `doc:"Projects answer on <slug>.<base domain>."                                       env:"ZEITWORK_BASE_DOMAIN,required"`
	ReservedDomains []string       `doc:"Domains that no project may claim, nor names below them, with commas between: the platform's own beside the base domain." env:"ZEITWORK_RESERVED_DOMAINS"`
}

// hostname returns the generated hostname of the project with that slug.
func (c Config) hostname(slug string) string {
	return slug + "." + strings.ToLower(c.BaseDomain)
}

// projectURL returns the URL that the project with that slug answers on.
func (c Config) projectURL(slug string) string { return c.OriginOf(c.hostname(slug)) }

// environmentURL returns the URL that an environment of the project with that slug answers on.
func (c Config) environmentURL(project, environment string) string {
	if environment == environmentProduction {
		return c.projectURL(project)
	}

	return c.projectURL(project + "-" + environment)
}

// origins returns the URLs of the first of a project's hostnames, as many as a health check tries.
func (c Config) origins(hostnames []string) []string {
	return lo.Map(lo.Slice(hostnames, 0, maxOrigins), func(hostname string, _ int) string { return c.OriginOf(hostname) })
}

// Package dnsproof makes the records by which a certificate authority sees whose the platform's base domain is (DNS-01). Each of its functions is safe to run
// twice. Their errors are problems for the operator.
package dnsproof

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/zeitwork/zeitwork/internal/dnscheck"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// requestTimeout bounds one request to whom the zone is with.
const requestTimeout = 30 * time.Second

// Config says where the records are made.
//
//nolint:lll // One variable a line.
type Config struct {
	BaseDomain      string `doc:"The ZEITWORK_BASE_DOMAIN of the API, where ZEITWORK_ACME_CLOUDFLARE_TOKEN is set." env:"ZEITWORK_ACME_BASE_DOMAIN"`
	CloudflareToken string `doc:"API token of Cloudflare with the permissions Zone:Read and DNS:Edit for the zone of the base domain: with it certificates of the base domain and of all names one label below it are ordered from ZEITWORK_ACME_DIRECTORY by DNS-01. Empty: zeitwork admin certificate brings them." env:"ZEITWORK_ACME_CLOUDFLARE_TOKEN"`
}

// Records are the records of the base domain.
type Records struct {
	base       string
	resolver   dnscheck.Resolver
	cloudflare *cloudflare
}

// New returns nil where the configuration names no token. The transport may be nil.
func New(config Config, resolver dnscheck.Resolver, transport http.RoundTripper) (*Records, error) {
	if config.CloudflareToken == "" {
		return nil, nil //nolint:nilnil // No records are made.
	}

	base := strings.ToLower(strings.Trim(config.BaseDomain, "."))
	if base == "" {
		return nil, errors.New("ZEITWORK_ACME_CLOUDFLARE_TOKEN needs ZEITWORK_ACME_BASE_DOMAIN beside it")
	}

	if strings.ContainsFunc(config.CloudflareToken, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return nil, errors.New("ZEITWORK_ACME_CLOUDFLARE_TOKEN must be one word, as Cloudflare has shown it")
	}

	return &Records{base: base, resolver: resolver, cloudflare: &cloudflare{
		token: config.CloudflareToken, http: &http.Client{Timeout: requestTimeout, Transport: transport},
	}}, nil
}

// Hostnames are those for which certificates are ordered.
func (r *Records) Hostnames() []string { return []string{"*." + r.base, r.base} }

// Put makes a TXT record, unless it is there.
func (r *Records) Put(ctx context.Context, name, text string) error {
	id, err := r.zone(ctx, name)
	if err != nil {
		return err
	}

	return r.cloudflare.create(ctx, id, name, text)
}

// Remove removes a TXT record, if it is there. Others of the same name stay.
func (r *Records) Remove(ctx context.Context, name, text string) error {
	id, err := r.zone(ctx, name)
	if err != nil {
		return err
	}

	found, err := r.cloudflare.find(ctx, id, name, text)
	if err != nil {
		return err
	}

	for _, record := range found {
		if err := r.cloudflare.remove(ctx, id, record); err != nil {
			return err
		}
	}

	return nil
}

// Shown returns nil where all name servers of the zone show a TXT record.
func (r *Records) Shown(ctx context.Context, name, text string) error {
	zone, err := r.resolver.ZoneOf(ctx, name)
	if err != nil {
		return unanswered(err, name)
	}

	if err := zone.Shows(ctx, name, text); err != nil {
		return problem.Wrap(err, problem.Unavailable, "The name servers of %s do not show the record TXT %s yet (%v). They are asked again by themselves. "+
			"Workers have to reach them by port 53, and the domain has to be with Cloudflare.", zone.Name, name, err)
	}

	return nil
}

// zone returns Cloudflare's id for the zone of a name.
func (r *Records) zone(ctx context.Context, name string) (string, error) {
	zone, err := r.resolver.ZoneOf(ctx, name)
	if err != nil {
		return "", unanswered(err, name)
	}

	return r.cloudflare.zone(ctx, zone.Name)
}

func unanswered(err error, name string) error {
	return problem.Wrap(err, problem.Unavailable, "The DNS does not answer which zone %s belongs to. It is asked again by itself.", name)
}

package api

import (
	"net/netip"
	"strings"

	"github.com/samber/lo"
	"golang.org/x/net/idna"

	"github.com/zeitwork/zeitwork/internal/problem"
)

// canonicalHostname returns a hostname in the form of the domains table, or a problem where it is none: lower case, in ASCII, without the dot
// that may stand at its end.
func canonicalHostname(hostname string) (string, error) {
	trimmed := strings.TrimSuffix(strings.TrimSpace(hostname), ".")
	refusal := problem.New(problem.Invalid, "%q is not a hostname. Give one such as app.example.com, without a scheme, a port or a path.", hostname)

	ascii, err := idna.Lookup.ToASCII(trimmed)
	if err != nil {
		return "", refusal
	}

	ascii = strings.ToLower(ascii)
	if _, err := netip.ParseAddr(ascii); err == nil || !validHostname(ascii) {
		return "", refusal
	}

	return ascii, nil
}

// wildcard begins the name of a custom domain that stands for all names of one label more.
const wildcard = "*."

// canonicalDomain is canonicalHostname for a hostname that may begin with a wildcard.
func canonicalDomain(hostname string) (string, error) {
	parent, isWildcard := strings.CutPrefix(strings.TrimSpace(hostname), wildcard)

	canonical, err := canonicalHostname(parent)
	if err != nil || !isWildcard {
		return canonical, err
	}

	if len(wildcard+canonical) > maxHostname {
		return "", problem.New(problem.Invalid, "%q is longer than hostnames can be.", hostname)
	}

	return wildcard + canonical, nil
}

// customHostname returns a hostname in its canonical form, or a problem that says why no project may have it.
func (c Config) customHostname(hostname string) (string, error) {
	canonical, err := canonicalDomain(hostname)
	if err != nil {
		return "", err
	}

	for _, own := range c.ownDomains() {
		if covers(canonical, own) {
			return "", problem.New(problem.Invalid, "%s belongs to the platform. Projects get their name under %s from their slug.",
				canonical, strings.ToLower(c.BaseDomain))
		}
	}

	return canonical, nil
}

// ownDomains are the platform's own: nobody may have them, nor a name below them.
func (c Config) ownDomains() []string {
	own := append([]string{c.BaseDomain, c.EdgeDomain, c.EdgeURL.Hostname(), c.PublicURL.Hostname()}, c.ReservedDomains...)

	return lo.FilterMap(own, func(domain string, _ int) (string, bool) {
		domain = strings.Trim(strings.ToLower(strings.TrimSpace(domain)), ".")
		_, err := netip.ParseAddr(domain)

		return domain, domain != "" && err != nil
	})
}

// covers tells whether a custom domain is the other one, below it, or a wildcard that stands for it.
func covers(custom, domain string) bool {
	parent, isWildcard := strings.CutPrefix(custom, wildcard)
	_, above, _ := strings.Cut(domain, ".")

	return parent == domain || strings.HasSuffix(parent, "."+domain) || (isWildcard && parent == above)
}

// maxHostname is how long a hostname may be.
const maxHostname = 253

// validHostname tells whether a hostname follows RFC 1123 and has at least two labels.
func validHostname(hostname string) bool {
	const maxLabel = 63

	labels := strings.Split(hostname, ".")
	if len(hostname) > maxHostname || len(labels) < 2 {
		return false
	}

	for _, label := range labels {
		if label == "" || len(label) > maxLabel || strings.Trim(label, "-") != label ||
			strings.ContainsFunc(label, func(r rune) bool { return r != '-' && (r < 'a' || r > 'z') && (r < '0' || r > '9') }) {
			return false
		}
	}

	// Browsers take a hostname whose last label is digits alone for an address (WHATWG URL, "ends in a number").
	return strings.Trim(labels[len(labels)-1], "0123456789") != ""
}

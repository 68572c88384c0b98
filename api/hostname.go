package api

import (
	"net/netip"
	"strings"

	"golang.org/x/net/idna"

	"github.com/zeitwork/zeitwork/internal/problem"
)

// canonicalHostname returns a hostname in the form of the domains table, or a problem where it is none: lower case, in ASCII, without the dot
// that may stand at its end.
func canonicalHostname(hostname string) (string, error) {
	trimmed := strings.TrimSuffix(strings.TrimSpace(hostname), ".")
	if strings.HasPrefix(trimmed, "*.") {
		return "", problem.New(problem.Invalid, "%q stands for many hostnames. Add each of them by itself, such as app%s.", hostname, trimmed[1:])
	}

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

// customHostname returns a hostname in its canonical form, or a problem that says why no project may have it.
func (c Config) customHostname(hostname string) (string, error) {
	ascii, err := canonicalHostname(hostname)
	if err != nil {
		return "", err
	}

	if base := strings.ToLower(c.BaseDomain); ascii == base || strings.HasSuffix(ascii, "."+base) {
		return "", problem.New(problem.Invalid, "%s belongs to the platform. Projects get their name under it from their slug.", ascii)
	}

	return ascii, nil
}

// validHostname tells whether a hostname follows RFC 1123 and has at least two labels.
func validHostname(hostname string) bool {
	const maxHostname, maxLabel = 253, 63

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

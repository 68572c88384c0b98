package edgeproxy

import (
	"errors"
	"net/netip"
	"strings"
)

const (
	maxHostname = 253
	maxLabel    = 63
	maxPort     = 5
)

var errHostname = errors.New("not a hostname")

// normalizeHost turns a Host header into the form that the route table is keyed by: lower case, without port and trailing dot. It returns
// an error for text that is neither a hostname nor an address.
func normalizeHost(host string) (string, error) {
	if strings.HasPrefix(host, "[") {
		return normalizeIPv6(host)
	}

	name, port, hasPort := strings.Cut(host, ":")
	if hasPort && !isPort(port) {
		return "", errHostname
	}

	name = strings.ToLower(strings.TrimSuffix(name, "."))
	if name == "" || len(name) > maxHostname {
		return "", errHostname
	}

	for label := range strings.SplitSeq(name, ".") {
		if !isLabel(label) {
			return "", errHostname
		}
	}

	return name, nil
}

func normalizeIPv6(host string) (string, error) {
	literal, rest, closed := strings.Cut(host[1:], "]")
	if !closed || (rest != "" && (rest[0] != ':' || !isPort(rest[1:]))) {
		return "", errHostname
	}

	address, err := netip.ParseAddr(literal)
	if err != nil || !address.Is6() || address.Zone() != "" {
		return "", errHostname
	}

	return address.String(), nil
}

// isPort also accepts the empty string: "example.com:" is a legal way to write the default port.
func isPort(s string) bool {
	return len(s) <= maxPort && strings.Trim(s, "0123456789") == ""
}

func isLabel(label string) bool {
	if label == "" || len(label) > maxLabel {
		return false
	}

	for _, c := range []byte(label) {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '_' {
			return false
		}
	}

	return true
}

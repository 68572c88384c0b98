package cli

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
)

// insideAPI is what people copy from a browser or a document behind the address of a platform.
var insideAPI = regexp.MustCompile(`/v1(/.*)?$`)

// platformURL returns the address of a platform in one form, however it was given: with a scheme, and without the path of /v1.
func platformURL(given string) (string, error) {
	given = strings.TrimSpace(given)
	if given == "" {
		return "", UsageError(errors.New("the URL of the platform is empty: give one such as https://api.example.com"))
	}

	if !strings.Contains(given, "://") {
		given = schemeFor(given) + "://" + given
	}

	parsed, err := url.Parse(given)
	if err != nil || parsed.Host == "" || !isWebScheme(parsed.Scheme) {
		return "", UsageError(fmt.Errorf("%q is not the URL of a platform: give one such as https://api.example.com", given))
	}

	if parsed.User != nil {
		return "", UsageError(errors.New("the URL of a platform holds no user and no password: `zeitwork login` asks for the token"))
	}

	host := strings.ToLower(parsed.Host)
	if port := parsed.Port(); port == "80" && parsed.Scheme == schemeHTTP || port == "443" && parsed.Scheme == schemeHTTPS {
		host = strings.TrimSuffix(host, ":"+port)
	}

	return parsed.Scheme + "://" + host + strings.TrimRight(insideAPI.ReplaceAllString(parsed.Path, ""), "/"), nil
}

// The schemes of what the platform answers on, and of repositories that it can fetch.
const (
	schemeHTTP  = "http"
	schemeHTTPS = "https"
)

func isWebScheme(scheme string) bool { return scheme == schemeHTTP || scheme == schemeHTTPS }

// schemeFor returns the scheme of an address that was given without one: a local platform has no certificate.
func schemeFor(address string) string {
	host, _, _ := strings.Cut(address, "/")
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}

	if isLoopback(host) {
		return schemeHTTP
	}

	return schemeHTTPS
}

func isLoopback(host string) bool {
	address, err := netip.ParseAddr(strings.Trim(host, "[]"))

	return host == "localhost" || err == nil && address.IsLoopback()
}

// contextName returns the name of the context of a platform that was given none.
func contextName(api string) string {
	_, name, _ := strings.Cut(api, "://")

	return name
}

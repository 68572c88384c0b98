package api

import (
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// signInCallbackPath is where GitHub sends browsers back to after a sign-in: it has to be among the callback URLs of the GitHub App.
const signInCallbackPath = "/v1/auth/callback"

// address returns the URL at which browsers reach the API, without a slash at its end. Where none is set the API is reached where it listens.
func (c Config) address() url.URL {
	if c.PublicURL.Host != "" {
		return url.URL{Scheme: c.PublicURL.Scheme, Host: c.PublicURL.Host}
	}

	return url.URL{Scheme: "http", Host: reachable(c.Listen)}
}

// checkAddress returns an error where the URL that is set is none of a whole host: cookies are of a host, not of a path.
func (c Config) checkAddress() error {
	set := c.PublicURL
	if set == (url.URL{}) {
		return nil
	}

	if set.Scheme != "https" && set.Scheme != "http" || set.Host == "" || strings.Trim(set.Path, "/") != "" || set.RawQuery != "" || set.User != nil {
		return fmt.Errorf("ZEITWORK_PUBLIC_URL is %q: give the scheme and the host alone, such as https://api.example.com", set.Redacted())
	}

	return nil
}

// isOpen tells whether people sign in over plain HTTP from other machines.
func (c Config) isOpen() bool {
	address := c.address()
	ip := net.ParseIP(address.Hostname())

	return address.Scheme != "https" && address.Hostname() != "localhost" && (ip == nil || !ip.IsLoopback())
}

// at returns the URL of a path of the API.
func (c Config) at(path string) string {
	address := c.address()

	return address.String() + path
}

// reachable is by which host and port this machine's browsers reach what listens on an address.
func reachable(listen string) string {
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return listen
	}

	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}

	return net.JoinHostPort(host, port)
}

// hostPrefix binds a cookie to this host: browsers take it from nobody else, so that an app on a subdomain cannot plant one.
const hostPrefix = "__Host-"

// cookieName is what a cookie is called. Browsers take the prefix and Secure only by way of https; not all of them make an exception for localhost, so
// that a platform by plain HTTP, which is one for trying out, has neither.
func (c Config) cookieName(name string) string {
	if c.address().Scheme == "https" {
		return hostPrefix + name
	}

	return name
}

// cookie makes a cookie of the API. One without a lifetime is taken away.
func (c Config) cookie(name, value string, lifetime time.Duration) *http.Cookie {
	age := int(lifetime.Seconds())
	if age == 0 {
		age = -1
	}

	return &http.Cookie{ //nolint:gosec // Secure where the API is.
		Name: c.cookieName(name), Value: value, Path: "/", MaxAge: age,
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: c.address().Scheme == "https",
	}
}

// localPath returns a path on this platform, which a browser may be sent to, and "/" for whatever leads elsewhere: "//host" and "/\host" are hosts to
// browsers, which take a backslash for a slash and leave out tabs and line breaks.
func localPath(path string) string {
	isControl := func(r rune) bool { return r < ' ' || r == 0x7f }

	parsed, err := url.Parse(path)
	if err != nil || parsed.IsAbs() || parsed.Host != "" || !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") ||
		strings.ContainsRune(path, '\\') || strings.ContainsFunc(path, isControl) {
		return "/"
	}

	return path
}

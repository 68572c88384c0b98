package edgeproxy

import (
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
)

func TestRedirect_KeepsSchemePortPathAndQuery(t *testing.T) {
	t.Parallel()

	b := setup(t, func(c *Config) { c.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")} })
	redirecting := live("www.example.org", app(t, says("www")))
	redirecting.RedirectTo = new("example.org")
	empty := inState("old.example.org", client.RouteStateEmpty)
	empty.RedirectTo = new("example.org")
	b.serve(t, redirecting, empty, live("example.org", app(t, says("apex"))))

	for target, want := range map[string]string{
		"/": "http://example.org/", "/a%2Fb//c;d?x=%20&y": "http://example.org/a%2Fb//c;d?x=%20&y", "//evil.example/": "http://example.org//evil.example/",
		"/?": "http://example.org/?", "/%0d%0aX:%20y": "http://example.org/%0d%0aX:%20y",
	} {
		answer := b.raw(t, "GET "+target+" HTTP/1.1\r\nHost: www.example.org\r\nConnection: close\r\n\r\n")
		require.Contains(t, answer, "HTTP/1.1 308 ", target)
		require.Contains(t, answer, "\r\nLocation: "+want+"\r\n", target)
	}

	b.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

	for host, want := range map[string]string{"www.example.org:8443": "https://example.org:8443/a", "old.example.org": "https://example.org/a"} {
		request := b.request(t, http.MethodPost, host, "/a", strings.NewReader("body"))
		request.Header.Set("X-Forwarded-Proto", "https")

		response, body := b.do(t, request)
		require.Equal(t, http.StatusPermanentRedirect, response.StatusCode)
		require.Equal(t, want, response.Header.Get("Location"))
		require.NotEmpty(t, response.Header.Get("X-Request-Id"))
		require.Empty(t, body)
	}

	answer := b.raw(t, "OPTIONS * HTTP/1.1\r\nHost: www.example.org\r\nConnection: close\r\n\r\n")
	require.NotContains(t, answer, "example.org*")
}

package edgeproxy

import (
	"io"
	"net/http"
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
)

func onlyHTTPS(r client.Route, seconds int32) client.Route {
	r.HTTPS, r.HstsSeconds = client.RouteHTTPSRedirect, seconds

	return r
}

func TestHTTPS_VisitorsWhoComeWithoutTLS_AreSentOn(t *testing.T) {
	t.Parallel()

	b, a := setup(t, withTLS), newAuthority(t)
	www := onlyHTTPS(live("www.example.org"), 0)
	www.RedirectTo = new("example.org")
	b.serve(t,
		onlyHTTPS(live(demoHost, app(t, says("app"))), 3600), onlyHTTPS(live("*.example.net", app(t, says("wildcard"))), 0), www,
		onlyHTTPS(live("own.example.org", app(t, func(w http.ResponseWriter, _ *http.Request) { w.Header().Set(headerHSTS, "max-age=1") })), 3600),
		live("plain.example.org", app(t, says("plain"))))
	b.certify(t, a, demoHost, "www.example.org", "own.example.org", "plain.example.org")

	b.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

	for host, want := range map[string]string{
		demoHost: "https://" + demoHost + "/a%2Fb?c=d", demoHost + ":8080": "https://" + demoHost + "/a%2Fb?c=d", "x.example.net": "https://x.example.net/a%2Fb?c=d",
		"www.example.org": "https://www.example.org/a%2Fb?c=d", "plain.example.org": "",
	} {
		response, _ := b.get(t, host, "/a%2Fb?c=d")
		require.Equal(t, want, response.Header.Get("Location"), host)
		require.Equal(t, want != "", response.StatusCode == http.StatusPermanentRedirect, host)
		require.Empty(t, response.Header.Get(headerHSTS), "it means nothing without TLS")
	}

	for host, want := range map[string][]string{
		demoHost: {"max-age=3600"}, "own.example.org": {"max-age=1"}, "plain.example.org": nil, "www.example.org": nil,
	} {
		for _, http2 := range []bool{false, true} {
			response, err := b.browser(t, a, http2).Get("https://" + host + "/")
			require.NoError(t, err)
			_, err = io.Copy(io.Discard, response.Body)
			require.NoError(t, err)
			require.NoError(t, response.Body.Close())
			require.Equal(t, want, response.Header.Values(headerHSTS), host)
		}
	}
}

func TestHTTPS_TrustedProxySaysHowTheVisitorCame(t *testing.T) {
	t.Parallel()

	b := setup(t, func(c *Config) { c.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")} })
	b.serve(t, onlyHTTPS(live(demoHost, app(t, says("app"))), 60))
	b.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

	for scheme, want := range map[string]int{"https": http.StatusOK, "http": http.StatusPermanentRedirect, "": http.StatusPermanentRedirect} {
		request := b.request(t, http.MethodGet, demoHost, "/", nil)
		if scheme != "" {
			request.Header.Set("X-Forwarded-Proto", scheme)
		}

		response, _ := b.do(t, request)
		require.Equal(t, want, response.StatusCode, scheme)
		require.Equal(t, scheme == "https", response.Header.Get(headerHSTS) == "max-age=60", scheme)
	}
}

func TestChallenges_AreAnsweredForTheirHostnameAlone(t *testing.T) {
	t.Parallel()

	b := setup(t, withTLS)
	b.serve(t, onlyHTTPS(live(demoHost, app(t, says("app"))), 0), live("other.example.com", app(t, says("other"))))
	b.publishCertificates(t, func(c *client.EdgeCertificates) {
		c.Challenges = []client.EdgeChallenge{
			{Hostname: demoHost, Token: "token-1", KeyAuthorization: "token-1.thumb"}, {Hostname: "new.example.com", Token: "token-2", KeyAuthorization: "token-2.thumb"},
		}
	})
	b.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

	for _, c := range []struct {
		host, token string
		status      int
		body        string
	}{
		{demoHost, "token-1", http.StatusOK, "token-1.thumb"}, {"DEMO.example.com:80", "token-1", http.StatusOK, "token-1.thumb"},
		{"new.example.com", "token-2", http.StatusOK, "token-2.thumb"}, {demoHost, "token-2", http.StatusPermanentRedirect, ""},
		{"other.example.com", "token-1", http.StatusOK, "other"}, {"other.example.com", "", http.StatusOK, "other"},
	} {
		response, body := b.get(t, c.host, challengePath+c.token)
		require.Equal(t, c.status, response.StatusCode, c)
		require.Equal(t, c.body, body, c)
	}

	b.publishCertificates(t, func(c *client.EdgeCertificates) { c.Challenges = nil })
	response, _ := b.get(t, demoHost, challengePath+"token-1")
	require.Equal(t, http.StatusPermanentRedirect, response.StatusCode)
}

package edgeproxy

import (
	"encoding/json"
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// echo answers with the request that the app saw.
type echo struct {
	Host   string      `json:"host"`
	URI    string      `json:"uri"`
	Header http.Header `json:"header"`
}

func echoes(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")

	if err := json.NewEncoder(w).Encode(echo{r.Host, r.RequestURI, r.Header}); err != nil {
		panic(http.ErrAbortHandler)
	}
}

func (b *testBundle) echo(t *testing.T, request *http.Request) echo {
	t.Helper()

	response, body := b.do(t, request)
	require.Equal(t, http.StatusOK, response.StatusCode, body)

	var seen echo

	require.NoError(t, json.Unmarshal([]byte(body), &seen))

	return seen
}

func TestForwarding_StrangersCannotLieAboutThemselves(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.serve(t, live(demoHost, app(t, echoes)))

	request := b.request(t, http.MethodGet, demoHost, "/", nil)
	for _, name := range []string{
		"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Port", "X-Forwarded-Prefix", "X-Forwarded-Ssl",
		"X-Real-Ip", "X-Client-Ip", "Client-Ip", "True-Client-Ip", "Cf-Connecting-Ip", "X-Original-Url", "X-Rewrite-Url", "Proxy", "X-Request-Id",
		"X_Forwarded_For", "X_Real-Ip", "X-Zeitwork-Anything",
	} {
		request.Header[name] = []string{"6.6.6.6"}
	}

	request.Header.Set("Authorization", "Bearer visitor")
	request.Header.Set("X-Custom_header", "kept")
	// Naming a header here must not take away what the edge says.
	request.Header.Set("Connection", "X-Forwarded-For, X-Forwarded-Proto, X-Real-Ip, X-Request-Id")

	seen := b.echo(t, request)

	for name, values := range seen.Header {
		require.NotContains(t, values, "6.6.6.6", name)
	}

	require.Equal(t, demoHost, seen.Host)
	require.Equal(t, "127.0.0.1", seen.Header.Get("X-Forwarded-For"))
	require.Equal(t, "127.0.0.1", seen.Header.Get("X-Real-Ip"))
	require.Equal(t, "http", seen.Header.Get("X-Forwarded-Proto"))
	require.Equal(t, demoHost, seen.Header.Get("X-Forwarded-Host"))
	require.Equal(t, "Bearer visitor", seen.Header.Get("Authorization"))
	require.Equal(t, "kept", seen.Header.Get("X-Custom_header"))
	require.NotEmpty(t, seen.Header.Get("X-Request-Id"))
}

func TestForwarding_TrustedProxyIsBelieved(t *testing.T) {
	t.Parallel()

	b := setup(t, func(c *Config) {
		c.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("198.51.100.0/24")}
	})
	b.serve(t, live(demoHost, app(t, echoes)))

	request := b.request(t, http.MethodGet, demoHost, "/", nil)
	// Some proxies name ports, too.
	request.Header.Add("X-Forwarded-For", "6.6.6.6, 203.0.113.9:5150")
	request.Header.Add("X-Forwarded-For", "198.51.100.7:80")
	request.Header.Set("X-Forwarded-Proto", "https")
	request.Header.Set("X-Request-Id", "front-42")

	seen := b.echo(t, request)
	require.Equal(t, "6.6.6.6, 203.0.113.9:5150, 198.51.100.7:80, 127.0.0.1", seen.Header.Get("X-Forwarded-For"))
	require.Equal(t, "203.0.113.9", seen.Header.Get("X-Real-Ip"), "the last one that is not a trusted proxy")
	require.Equal(t, "https", seen.Header.Get("X-Forwarded-Proto"))
	require.Equal(t, "front-42", seen.Header.Get("X-Request-Id"))
}

func TestForwarding_TrustedProxyHandsOnWhatTheClientMadeUp_IsDropped(t *testing.T) {
	t.Parallel()

	b := setup(t, func(c *Config) { c.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")} })
	b.serve(t, live(demoHost, app(t, echoes)))

	madeUp := []string{
		"X-Rewrite-Url", "X-Original-Url", "X-Original-Host", "Proxy", "X_forwarded_for", "Cf_connecting_ip", "Cf-Connecting-Ip", "Cf-Ray", "True-Client-Ip",
		"X-Forwarded-Port", "X-Forwarded-Prefix", "X-Forwarded-Ssl", "X-Client-Ip", "Forwarded",
	}

	request := b.request(t, http.MethodGet, demoHost, "/", nil)
	for _, name := range append(madeUp, "X-Real-Ip", "X-Forwarded-Host") {
		request.Header.Set(name, "6.6.6.6")
	}

	seen := b.echo(t, request)
	for _, name := range madeUp {
		require.NotContains(t, seen.Header, name)
	}

	require.Equal(t, "127.0.0.1", seen.Header.Get("X-Real-Ip"))
	require.Equal(t, demoHost, seen.Header.Get("X-Forwarded-Host"))
}

func TestForwarding_TrustedProxySendsNonsense_FallsBack(t *testing.T) {
	t.Parallel()

	b := setup(t, func(c *Config) { c.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")} })
	b.serve(t, live(demoHost, app(t, echoes)))

	request := b.request(t, http.MethodGet, demoHost, "/", nil)
	request.Header.Set("X-Forwarded-Proto", "gopher")
	request.Header.Set("X-Forwarded-Host", "a b")
	request.Header.Set("X-Request-Id", "<script>")

	seen := b.echo(t, request)
	require.Equal(t, "http", seen.Header.Get("X-Forwarded-Proto"))
	require.Equal(t, demoHost, seen.Header.Get("X-Forwarded-Host"))
	require.NotEqual(t, "<script>", seen.Header.Get("X-Request-Id"))
}

func TestForwarding_HopByHopHeadersStopHere(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.serve(t, live(demoHost, app(t, echoes)))

	request := b.request(t, http.MethodGet, demoHost, "/", nil)
	request.Header.Set("Connection", "X-Private, Upgrade, HTTP2-Settings")
	request.Header.Set("X-Private", "1")
	request.Header.Set("Keep-Alive", "timeout=5")
	request.Header.Set("Proxy-Authorization", "Basic x")
	request.Header.Set("Te", "gzip")
	request.Header.Set("Upgrade", "h2c")
	request.Header.Set("Http2-Settings", "AAMAAABkAAQAAP__")

	seen := b.echo(t, request)
	for _, name := range []string{"Connection", "X-Private", "Keep-Alive", "Proxy-Authorization", "Te", "Upgrade", "Http2-Settings"} {
		require.NotContains(t, seen.Header, name)
	}
}

func TestForwarding_PathAndQueryArriveAsSent(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.serve(t, live(demoHost, app(t, echoes)))

	uris := []string{
		"/a%2Fb/../c?x=1;y=2&z=%zz&empty", "//double//slash", "/?", "/a%20b+c?q=%E2%82%AC", "/.zeitwork/other",
		"/files/a%2Fb|c", `/a%2Fb^"<>{}[]\` + "`", "/caf\u00e9/%2f%2F", "//a%2fb|c//d?x|y", "/a#b%2Fc", "/?a|b^c=\u00e9", "/%41%7e|", "/a%2Fb|?", "//|",
	}

	for _, uri := range uris {
		for form, target := range map[string]string{"origin": uri, "absolute": "http://" + demoHost + uri} {
			answer := b.raw(t, "POST "+target+" HTTP/1.1\r\nHost: "+demoHost+"\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx")

			_, body, _ := strings.Cut(answer, "\r\n\r\n")

			var seen echo

			require.NoError(t, json.Unmarshal([]byte(body), &seen), "%s %s", form, answer)
			require.Equal(t, uri, seen.URI, form)
			require.Equal(t, demoHost, seen.Host)
		}
	}
}

func TestForwarding_PathOverHTTP2ArrivesAsSent(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.serve(t, live(demoHost, app(t, echoes)))

	for _, kind := range []string{"text/plain", "application/grpc"} { // gRPC goes on by HTTP/2.
		request := b.request(t, http.MethodPost, demoHost, "/", strings.NewReader("x"))
		request.URL.Opaque = "//" + demoHost + "//files/a%2Fb|c"
		request.URL.RawQuery = "d|e"
		request.Host = demoHost
		request.Header.Set("Content-Type", kind)

		response, err := b.http2(t).Do(request)
		require.NoError(t, err)

		var seen echo

		require.NoError(t, json.NewDecoder(response.Body).Decode(&seen))
		require.NoError(t, response.Body.Close())
		require.Equal(t, "//files/a%2Fb|c?d|e", seen.URI, kind)
	}
}

func TestForwarding_AnswerIsTheApps(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.serve(t, live(demoHost, app(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header()["Content-Type"] = nil
		w.Header().Set("X-Request-Id", "the app's own")
		w.Header().Add("Set-Cookie", "a=1")
		w.Header().Add("Set-Cookie", "b=2")
		w.Header().Set("Keep-Alive", "timeout=5")
		w.WriteHeader(http.StatusTeapot)
		_, _ = w.Write([]byte("<html>"))
	})))

	response, body := b.get(t, demoHost, "/")
	require.Equal(t, http.StatusTeapot, response.StatusCode)
	require.Equal(t, "<html>", body)
	require.NotContains(t, response.Header, "Content-Type", "the edge does not guess")
	require.NotContains(t, response.Header, "Keep-Alive")
	require.Equal(t, []string{"a=1", "b=2"}, response.Header.Values("Set-Cookie"))
	require.Len(t, response.Header.Values("X-Request-Id"), 1)
	require.NotEqual(t, "the app's own", response.Header.Get("X-Request-Id"))
}

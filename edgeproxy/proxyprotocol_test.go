package edgeproxy

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"github.com/pires/go-proxyproto"
	"github.com/stretchr/testify/require"
)

// behindBalancer has the edge expect PROXY headers from this machine.
func behindBalancer(c *Config) {
	c.ProxyProtocol = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
}

// announcement is the PROXY header of a visitor's connection.
func announcement(t *testing.T, version byte, visitor string) string {
	t.Helper()

	source := net.TCPAddrFromAddrPort(netip.MustParseAddrPort(visitor))
	header := proxyproto.HeaderProxyFromAddrs(version, source, &net.TCPAddr{IP: source.IP, Port: 443})

	var message bytes.Buffer

	_, err := header.WriteTo(&message)
	require.NoError(t, err)

	return message.String()
}

// announced returns a client whose connections come from a visitor, as a balancer tells.
func (b *testBundle) announced(t *testing.T, visitor string) *http.Client {
	t.Helper()

	transport := &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
		connection, err := net.Dial("tcp", b.address)
		if err == nil {
			_, err = io.WriteString(connection, announcement(t, 2, visitor))
		}

		return connection, err
	}}
	t.Cleanup(transport.CloseIdleConnections)

	return &http.Client{Transport: transport, Timeout: patience}
}

func TestProxyProtocol_AppSeesTheVisitorsAddress(t *testing.T) {
	t.Parallel()

	b := setup(t, behindBalancer)
	b.serve(t, live(demoHost, app(t, echoes)))

	const plain, unusual = "GET / HTTP/1.1\r\nHost: demo.example.com\r\n", "GET / HTTP/1.0\r\nHost: demo.example.com\r\n"

	for name, test := range map[string]struct{ header, want string }{
		"version 1":                {announcement(t, 1, "203.0.113.9:4711"), "203.0.113.9"},
		"version 1, IPv6":          {announcement(t, 1, "[2001:db8::9]:4711"), "2001:db8::9"},
		"version 2":                {announcement(t, 2, "203.0.113.9:4711"), "203.0.113.9"},
		"version 2, IPv6":          {announcement(t, 2, "[2001:db8::9]:4711"), "2001:db8::9"},
		"of the balancer's own":    {"PROXY UNKNOWN\r\n", "127.0.0.1"},
		"of the balancer's own, 2": {"\r\n\r\n\x00\r\nQUIT\n\x20\x00\x00\x00", "127.0.0.1"},
	} {
		for _, request := range []string{plain, unusual} {
			// The first request comes with the header, the second one behind it.
			answers := b.raw(t, test.header+request+"Connection: keep-alive\r\n\r\n"+request+"Connection: close\r\n\r\n")
			require.Equal(t, 2, strings.Count(answers, " 200 OK"), "%s: %s", name, answers)

			for _, answer := range strings.Split(answers, "HTTP/1.")[1:] {
				_, body, _ := strings.Cut(answer, "\r\n\r\n")

				var seen echo

				require.NoError(t, json.Unmarshal([]byte(body), &seen), answer)
				require.Equal(t, test.want, seen.Header.Get("X-Forwarded-For"), name)
				require.Equal(t, test.want, seen.Header.Get("X-Real-Ip"), name)
			}
		}
	}
}

func TestProxyProtocol_HeaderComesBeforeTheRequest(t *testing.T) {
	t.Parallel()

	b := setup(t, behindBalancer)
	b.serve(t, live(demoHost, app(t, echoes)))

	response, err := b.announced(t, "203.0.113.9:4711").Do(b.request(t, http.MethodGet, demoHost, "/", nil))
	require.NoError(t, err)

	var seen echo

	require.NoError(t, json.NewDecoder(response.Body).Decode(&seen))
	require.NoError(t, response.Body.Close())
	require.Equal(t, "203.0.113.9", seen.Header.Get("X-Real-Ip"))
}

func TestProxyProtocol_BalancerSendsNone_IsRefused(t *testing.T) {
	t.Parallel()

	var log lockedBuffer

	p := newPlatform(t)
	config := configFor(t, p)
	behindBalancer(&config)
	b := startLogging(t, p, config, slog.New(slog.NewTextHandler(&log, nil)))
	b.serve(t, live(demoHost, app(t, echoes)))

	const request = "GET / HTTP/1.1\r\nHost: demo.example.com\r\nConnection: close\r\n\r\n"

	for name, message := range map[string]string{
		"no header":      request,
		"nothing":        "",
		"a port too far": "PROXY TCP4 6.6.6.6 127.0.0.1 1 70000\r\n" + request,
		"no address":     "PROXY TCP4 six 127.0.0.1 1 80\r\n" + request,
		"no TCP":         announcement(t, 2, "6.6.6.6:1")[:13] + "\x12" + announcement(t, 2, "6.6.6.6:1")[14:] + request,
		"too long":       "PROXY TCP4 " + strings.Repeat("6", 200) + "\r\n" + request,
	} {
		connection := b.connect(t)
		_, err := io.WriteString(connection, message)
		require.NoError(t, err)
		require.NoError(t, connection.(*net.TCPConn).CloseWrite())

		answer, _ := io.ReadAll(connection) // The edge may reset it.
		require.Empty(t, answer, name)
	}

	require.Equal(t, 1, strings.Count(log.String(), "ZEITWORK_EDGE_PROXY_PROTOCOL"), "the log says once what to do: %s", &log)
}

func TestProxyProtocol_FromElsewhere_IsNotBelieved(t *testing.T) {
	t.Parallel()

	for name, change := range map[string]func(*Config){
		"it is off":        func(*Config) {},
		"no such balancer": func(c *Config) { c.ProxyProtocol = []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")} },
		"a trusted proxy":  func(c *Config) { c.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")} },
	} {
		b := setup(t, change)
		b.serve(t, live(demoHost, app(t, echoes)))

		for _, version := range []byte{1, 2} {
			connection := b.connect(t)
			_, err := io.WriteString(connection, announcement(t, version, "6.6.6.6:1")+"GET / HTTP/1.1\r\nHost: demo.example.com\r\n\r\n")
			require.NoError(t, err)

			answer, _ := io.ReadAll(connection) // The edge may reset it.
			require.Contains(t, string(answer), " 400 ", name)
			require.NotContains(t, string(answer), "6.6.6.6", name)
		}
	}
}

func TestProxyProtocol_EdgeStops_AnnouncedConnectionsAreServedToTheirEnd(t *testing.T) {
	t.Parallel()

	b := setup(t, behindBalancer)
	b.serve(t, live(demoHost, app(t, echoes)))

	connection := b.connect(t)
	_, err := io.WriteString(connection, announcement(t, 1, "203.0.113.9:4711"))
	require.NoError(t, err)

	// The edge has accepted that one once it answers on a later one.
	response, err := b.announced(t, "203.0.113.9:4712").Do(b.request(t, http.MethodGet, demoHost, "/", nil))
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	b.stop()

	_, err = io.WriteString(connection, "GET / HTTP/1.1\r\nHost: demo.example.com\r\n\r\n")
	require.NoError(t, err)

	answer, err := io.ReadAll(connection)
	require.NoError(t, err)
	require.Contains(t, string(answer), "203.0.113.9")
	<-b.stopped
}

func TestCloudflare_IsBelievedFromItsOwnAddressesAlone(t *testing.T) {
	t.Parallel()

	off := setup(t, behindBalancer)
	on := setup(t, behindBalancer, func(c *Config) { c.Cloudflare = true })
	upstream := app(t, echoes)

	off.serve(t, live(demoHost, upstream))
	on.serve(t, live(demoHost, upstream))

	const client = "203.0.113.9"

	for name, test := range map[string]struct {
		edge     *testBundle
		peer     string
		believed bool
	}{
		"Cloudflare":               {on, "173.245.48.1:1", true},
		"Cloudflare, IPv6":         {on, "[2606:4700::1]:1", true},
		"a stranger":               {on, "198.51.100.7:1", false},
		"Cloudflare, switched off": {off, "173.245.48.1:1", false},
	} {
		request := test.edge.request(t, http.MethodGet, demoHost, "/", nil)
		for header, value := range map[string]string{
			"Cf-Connecting-Ip": client, "Cf-Ray": "abc", "Cf-Ipcountry": "DE", "Cf-Visitor": "{}", "X-Forwarded-For": "6.6.6.6, " + client, "X-Forwarded-Proto": "https",
			"True-Client-Ip": "6.6.6.6", "Cf-Worker": "6.6.6.6", "X-Real-Ip": "6.6.6.6", "X-Forwarded-Host": "6.6.6.6", "Cf_Connecting_Ip": "6.6.6.6",
		} {
			request.Header.Set(header, value)
		}

		response, err := test.edge.announced(t, test.peer).Do(request)
		require.NoError(t, err)

		var seen echo

		require.NoError(t, json.NewDecoder(response.Body).Decode(&seen))
		require.NoError(t, response.Body.Close())

		peer := netip.MustParseAddrPort(test.peer).Addr().String()

		for header, values := range seen.Header {
			require.NotContains(t, strings.Join(values, " "), "6.6.6.6", "%s: %s", name, header)
		}

		if test.believed {
			require.Equal(t, client+", "+peer, seen.Header.Get("X-Forwarded-For"), name)
			require.Equal(t, client, seen.Header.Get("X-Real-Ip"), name)
			require.Equal(t, client, seen.Header.Get("Cf-Connecting-Ip"), name)
			require.Equal(t, "DE", seen.Header.Get("Cf-Ipcountry"), name)
			require.Equal(t, "https", seen.Header.Get("X-Forwarded-Proto"), name)
		} else {
			require.Equal(t, peer, seen.Header.Get("X-Forwarded-For"), name)
			require.Equal(t, peer, seen.Header.Get("X-Real-Ip"), name)
			require.NotContains(t, seen.Header, "Cf-Connecting-Ip", name)
			require.NotContains(t, seen.Header, "Cf-Ipcountry", name)
			require.Equal(t, "http", seen.Header.Get("X-Forwarded-Proto"), name)
		}
	}
}

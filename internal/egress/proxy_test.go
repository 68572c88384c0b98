package egress

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"
)

func direct(*url.URL) (*url.URL, error) { return nil, nil } //nolint:nilnil // No proxy and no error.

// loopback is a dialer that may reach one address of this machine.
func loopback() Dialer {
	return Dialer{Internal: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}}
}

func start(t *testing.T, dialer Dialer, proxyOf upstream) (*Proxy, *http.Client) {
	t.Helper()

	proxy, err := newProxy(t.Context(), dialer, proxyOf)
	require.NoError(t, err)
	t.Cleanup(proxy.Close)

	transport := &http.Transport{
		Proxy:           func(*http.Request) (*url.URL, error) { return url.Parse(proxy.URL()) },
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true},
	}
	t.Cleanup(transport.CloseIdleConnections)

	return proxy, &http.Client{Transport: transport}
}

func get(t *testing.T, client *http.Client, address string) (int, string, error) {
	t.Helper()

	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, http.NoBody)
	require.NoError(t, err)

	response, err := client.Do(request)
	if err != nil {
		return 0, "", err
	}
	defer func() { _ = response.Body.Close() }()

	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)

	return response.StatusCode, string(body), nil
}

func hello() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, "hello "+r.Host) })
}

func TestProxy_PassesOnWhatIsAllowed(t *testing.T) {
	t.Parallel()

	upstreamProxy, _ := start(t, loopback(), direct)
	operators := func(*url.URL) (*url.URL, error) { return url.Parse(upstreamProxy.URL()) }

	for name, serve := range map[string]func(http.Handler) *httptest.Server{"http": httptest.NewServer, "https": httptest.NewTLSServer} {
		server := serve(hello())
		t.Cleanup(server.Close)

		_, client := start(t, loopback(), direct)
		status, body, err := get(t, client, server.URL)
		require.NoError(t, err, name)
		require.Equal(t, http.StatusOK, status)
		require.Equal(t, "hello "+server.Listener.Addr().String(), body)

		// Through the operator's proxy, which alone decides.
		proxy, client := start(t, Dialer{}, operators)
		_, body, err = get(t, client, server.URL)
		require.NoError(t, err, name)
		require.Equal(t, "hello "+server.Listener.Addr().String(), body)
		require.NoError(t, proxy.Failure())
	}
}

func TestProxy_InternalAddress_IsRefusedAlikeWhetherItListensOrNot(t *testing.T) {
	t.Parallel()

	open, closed := listen(t), listen(t)
	require.NoError(t, closed.Close())

	connected := make(chan struct{}, 1)

	go func() {
		if _, err := open.Accept(); err == nil {
			connected <- struct{}{}
		}
	}()

	answers := map[string]bool{}

	for _, scheme := range []string{"http", "https"} {
		for _, listener := range []net.Listener{open, closed} {
			_, port, err := net.SplitHostPort(listener.Addr().String())
			require.NoError(t, err)

			for _, host := range []string{"127.0.0.1", "localhost", "[::ffff:127.0.0.1]"} {
				proxy, client := start(t, Dialer{}, direct)
				status, body, err := get(t, client, scheme+"://"+host+":"+port)
				require.ErrorIs(t, proxy.Failure(), ErrNotPublic, host)

				if scheme == "https" {
					require.ErrorContains(t, err, "Bad Gateway")

					continue
				}

				require.NoError(t, err)
				require.Equal(t, http.StatusBadGateway, status)

				answers[body] = true
			}
		}
	}

	require.Len(t, answers, 1)
	require.Empty(t, connected)
}

func listen(t *testing.T) net.Listener {
	t.Helper()

	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = listener.Close() })

	return listener
}

func TestProxy_RedirectToAnInternalAddress_IsRefused(t *testing.T) {
	t.Parallel()

	inside := httptest.NewUnstartedServer(hello())
	require.NoError(t, inside.Listener.Close())

	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.2:0")
	require.NoError(t, err)

	inside.Listener = listener
	inside.Start()
	t.Cleanup(inside.Close)

	outside := httptest.NewServer(http.RedirectHandler(inside.URL, http.StatusFound))
	t.Cleanup(outside.Close)

	proxy, client := start(t, loopback(), direct)
	status, _, err := get(t, client, outside.URL)
	require.NoError(t, err)
	require.Equal(t, http.StatusBadGateway, status)
	require.ErrorIs(t, proxy.Failure(), ErrNotPublic)
}

func TestProxy_NameThatDoesNotExist_IsToldApart(t *testing.T) {
	t.Parallel()

	proxy, client := start(t, Dialer{}, direct)
	_, _, err := get(t, client, "https://zeitwork.invalid")
	require.ErrorContains(t, err, "Bad Gateway")

	failure, ok := errors.AsType[*net.DNSError](proxy.Failure())
	require.True(t, ok, "%v", proxy.Failure())
	require.True(t, failure.IsNotFound)
}

func TestProxy_Close_EndsTunnels(t *testing.T) {
	t.Parallel()

	server := listen(t)
	proxy, _ := start(t, loopback(), direct)

	client, err := connectThrough(t.Context(), &url.URL{Scheme: "http", Host: proxy.listener.Addr().String()}, server.Addr().String())
	require.NoError(t, err)

	defer func() { _ = client.Close() }()

	accepted, err := server.Accept()
	require.NoError(t, err)

	defer func() { _ = accepted.Close() }()

	// One byte through it, so that the tunnel stands.
	_, err = io.WriteString(client, "x")
	require.NoError(t, err)
	_, err = io.ReadFull(accepted, make([]byte, 1))
	require.NoError(t, err)

	proxy.Close()

	_, err = accepted.Read(make([]byte, 1))
	require.Error(t, err)
}

func TestDialer_AddressOfThisMachine_IsInternal(t *testing.T) {
	t.Parallel()

	dialer := Dialer{addresses: func() ([]net.Addr, error) {
		return []net.Addr{&net.IPNet{IP: net.ParseIP("203.0.113.7"), Mask: net.CIDRMask(24, 32)}}, nil
	}}

	require.ErrorIs(t, dialer.check("tcp4", "203.0.113.7:443", nil), ErrNotPublic)
	require.NoError(t, dialer.check("tcp4", "203.0.113.8:443", nil))
	require.NoError(t, Dialer{}.check("tcp4", "203.0.113.7:443", nil))
}

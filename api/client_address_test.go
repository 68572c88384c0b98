package api

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestClientOf_BelievesTrustedProxiesAlone(t *testing.T) {
	t.Parallel()

	config := Config{}
	config.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}

	for _, c := range []struct {
		remote    string
		forwarded []string
		expected  string
	}{
		{"198.51.100.7:1234", nil, "198.51.100.7"},
		{"198.51.100.7:1234", []string{"192.0.2.1"}, "198.51.100.7"},
		{"10.0.0.1:1234", []string{"192.0.2.1"}, "192.0.2.1"},
		{"10.0.0.1:1234", []string{"203.0.113.9, 192.0.2.1, 10.0.0.2"}, "192.0.2.1"},
		// The addresses that the client wrote stand before the one that the proxy adds, in a line of their own or not.
		{"10.0.0.1:1234", []string{"127.0.0.1", "192.0.2.1"}, "192.0.2.1"},
		{"10.0.0.1:1234", []string{"nonsense"}, "10.0.0.1"},
		{"[::ffff:10.0.0.1]:1234", []string{"2001:db8::1"}, "2001:db8::1"},
		{"@", nil, "::"},
	} {
		request := httptest.NewRequest(http.MethodGet, "/", nil)
		request.RemoteAddr, request.Header["X-Forwarded-For"] = c.remote, c.forwarded
		require.Equal(t, c.expected, config.clientOf(request).String(), "%+v", c)
	}
}

func TestAddressUse_CountsANetworkOfIPv6AsOne(t *testing.T) {
	t.Parallel()

	use := newAddressUse(burstShare)
	require.Zero(t, use.request(netip.MustParseAddr("2001:db8::1")))
	require.Positive(t, use.request(netip.MustParseAddr("2001:db8::2")))
	require.Zero(t, use.request(netip.MustParseAddr("2001:db8:0:1::1")))
	require.Zero(t, use.request(netip.MustParseAddr("192.0.2.1")))
	require.Zero(t, use.request(netip.MustParseAddr("192.0.2.2")))
	require.Positive(t, use.request(netip.MustParseAddr("192.0.2.2")))
}

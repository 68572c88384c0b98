package dnscheck_test

import (
	"net"
	"testing"

	"github.com/miekg/dns"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/dnscheck"
)

func TestZone_IsThatOfTheLongestNameWithServersOfItsOwn_AndAllOfThemAreAsked(t *testing.T) {
	t.Parallel()

	const name = "_acme-challenge.apps.example.com"

	b, second := setup(t), setup(t)
	_, port, err := net.SplitHostPort(b.server.Address)
	require.NoError(t, err)

	resolver := b.resolver.WithZonePort(port)

	b.server.Set(t, "example.com", "SOA ns1.example.net. ops.example.com. 1 3600 600 86400 60", "NS ns1.example.net.", "NS ns2.example.net.")
	// A name that has nothing but an alias begins no zone.
	b.server.Set(t, "apps.example.com", "CNAME other.example.org.")
	b.server.Set(t, "other.example.org", "SOA ns1.example.net. ops.example.com. 1 3600 600 86400 60")
	b.server.Set(t, "ns1.example.net", "A 127.0.0.1")
	b.server.Set(t, "ns2.example.net", "A 127.0.0.1")

	zone, err := resolver.ZoneOf(t.Context(), name)
	require.NoError(t, err)
	require.Equal(t, "example.com", zone.Name)
	require.ErrorIs(t, zone.Shows(t.Context(), name, "text"), dnscheck.ErrNotShown)

	b.server.Set(t, name, "TXT another", "TXT text")
	require.NoError(t, zone.Shows(t.Context(), name, "text"))

	// One that does not answer may not show it.
	b.server.Set(t, "ns2.example.net", "A 127.0.0.2")
	silent, err := resolver.ZoneOf(t.Context(), name)
	require.NoError(t, err)
	require.ErrorContains(t, silent.Shows(t.Context(), name, "text"), "ns2.example.net")
	b.server.Set(t, "ns2.example.net", "A 127.0.0.1")

	// The port of the second leads where nothing is known of the zone.
	_, port, err = net.SplitHostPort(second.server.Address)
	require.NoError(t, err)

	zone, err = b.resolver.WithZonePort(port).ZoneOf(t.Context(), name)
	require.NoError(t, err)
	require.ErrorIs(t, zone.Shows(t.Context(), name, "text"), dnscheck.ErrNotShown)

	second.server.Fail(dns.RcodeRefused)
	require.ErrorIs(t, zone.Shows(t.Context(), name, "text"), dnscheck.ErrUnanswered)

	b.server.Set(t, "example.com")
	_, err = resolver.ZoneOf(t.Context(), name)
	require.ErrorIs(t, err, dnscheck.ErrUnanswered)
}

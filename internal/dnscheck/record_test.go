package dnscheck_test

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/miekg/dns"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/dnscheck"
	"github.com/zeitwork/zeitwork/internal/dnscheck/dnstest"
)

type testBundle struct {
	server   *dnstest.Server
	resolver dnscheck.Resolver
}

func setup(t *testing.T) testBundle {
	t.Helper()

	server := dnstest.New(t)
	resolver, err := dnscheck.NewResolver(server.Address)
	require.NoError(t, err)

	return testBundle{server, resolver}
}

func claim(hostname string) dnscheck.Claim {
	return dnscheck.Claim{Hostname: hostname, Token: "abc", Edge: "apps.example.net", Addresses: []netip.Addr{
		netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("2001:db8::1"),
	}}
}

func TestRecords_OfAnApex_AreAddressesBesideTheProof(t *testing.T) {
	t.Parallel()

	require.Equal(t, []dnscheck.Record{
		{Type: "TXT", Name: "_zeitwork.example.co.uk", Value: "zeitwork-verify=abc", Proof: true},
		{Type: "A", Name: "example.co.uk", Value: "192.0.2.1"},
		{Type: "AAAA", Name: "example.co.uk", Value: "2001:db8::1"},
	}, claim("example.co.uk").Records())

	without := claim("example.com")
	without.Addresses = nil
	require.Equal(t, dnscheck.Record{Type: "ALIAS", Name: "example.com", Value: "domain-abc.apps.example.net"}, without.Records()[1])
}

func TestRecords_OfAWildcard_AreThoseOfItsDomain(t *testing.T) {
	t.Parallel()

	require.Equal(t, []dnscheck.Record{
		{Type: "TXT", Name: "_zeitwork.example.com", Value: "zeitwork-verify=abc", Proof: true},
		{Type: "CNAME", Name: "*.example.com", Value: "domain-abc.apps.example.net", Proof: true},
	}, claim("*.example.com").Records())
}

func TestCheck_FindsEitherProof(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.server.Set(t, "_zeitwork.txt.example.com", "TXT other", "TXT zeitwork-verify=abc")
	b.server.Set(t, "cname.example.com", "CNAME Domain-ABC.apps.example.net.")
	b.server.Set(t, "chain.example.com", "CNAME cname.example.com.")
	b.server.Set(t, "*.wild.example.com", "CNAME domain-abc.apps.example.net.")
	b.server.Set(t, "domain-abc.apps.example.net", "CNAME edge.example.net.")
	b.server.Set(t, "edge.example.net", "A 192.0.2.1")
	b.server.Set(t, "_zeitwork.other.example.com", "TXT zeitwork-verify=abcd", `TXT "zeitwork-verify=ab" "d"`)
	b.server.Set(t, "other.example.com", "CNAME domain-abcd.apps.example.net.")
	b.server.Set(t, "address.example.com", "A 192.0.2.1")

	for hostname, proven := range map[string]bool{
		"txt.example.com": true, "cname.example.com": true, "chain.example.com": true, "*.wild.example.com": true,
		"other.example.com": false, "address.example.com": false, "nothing.example.com": false,
	} {
		found, err := b.resolver.Check(t.Context(), claim(hostname))
		require.NoError(t, err, hostname)
		require.Equal(t, proven, found.Proven, "%s: %v", hostname, found.Records)
	}

	found, err := b.resolver.Check(t.Context(), claim("address.example.com"))
	require.NoError(t, err)
	require.Equal(t, []string{"192.0.2.1"}, found.Records[1].Found, "what stands in the place of the CNAME record is shown")

	found, err = b.resolver.Check(t.Context(), claim("chain.example.com"))
	require.NoError(t, err)
	require.Equal(t, []string{"cname.example.com", "domain-abc.apps.example.net", "edge.example.net"}, found.Records[1].Found)
}

func TestCheck_TextInPieces_IsOneText(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.server.Set(t, "_zeitwork.example.com", `TXT "zeitwork-" "verify=abc"`)

	found, err := b.resolver.Check(t.Context(), claim("example.com"))
	require.NoError(t, err)
	require.True(t, found.Proven)
}

func TestCheck_AnswerTooLongForUDP_IsAskedForOverTCP(t *testing.T) {
	t.Parallel()

	b := setup(t)
	texts := make([]string, 0, 15)

	for range 14 {
		texts = append(texts, "TXT "+strings.Repeat("x", 250))
	}

	b.server.Set(t, "_zeitwork.example.com", append(texts, "TXT zeitwork-verify=abc")...)

	found, err := b.resolver.Check(t.Context(), claim("example.com"))
	require.NoError(t, err)
	require.True(t, found.Proven)
}

func TestCheck_ServerThatFails_SaysNothingAboutTheProof(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.server.Fail(dns.RcodeServerFailure)

	found, err := b.resolver.Check(t.Context(), claim("example.com"))
	require.ErrorIs(t, err, dnscheck.ErrUnanswered)
	require.ErrorContains(t, err, "SERVFAIL")

	for _, record := range found.Records {
		require.False(t, record.Answered, record.Type)
	}

	b.server.Fail(dns.RcodeSuccess)

	found, err = b.resolver.Check(t.Context(), claim("example.com"))
	require.NoError(t, err)

	for _, record := range found.Records {
		require.True(t, record.Answered, record.Type)
	}
}

func TestNewResolver_WantsAnAddress(t *testing.T) {
	t.Parallel()

	for _, server := range []string{"", "192.0.2.53", "192.0.2.53:5353", "2001:db8::53", "[2001:db8::53]:53"} {
		_, err := dnscheck.NewResolver(server)
		require.NoError(t, err, server)
	}

	for _, server := range []string{"dns.example.com", "192.0.2.53:", ":53"} {
		_, err := dnscheck.NewResolver(server)
		require.ErrorContains(t, err, "is not the address of a name server", server)
	}
}

package iprange_test

import (
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/iprange"
)

func TestIsPublic_TellsTheInternetFromAllElse(t *testing.T) {
	t.Parallel()

	for _, address := range []string{"1.1.1.1", "::ffff:1.1.1.1", "2606:4700:4700::1111", "64:ff9b::101:101"} {
		require.True(t, iprange.IsPublic(netip.MustParseAddr(address)), address)
	}

	for _, address := range []string{
		"127.0.0.1", "0.0.0.0", "10.0.0.1", "100.100.100.100", "169.254.169.254", "255.255.255.255",
		"::", "::1", "::ffff:127.0.0.1", "::127.0.0.1", "fe80::1", "fe80::1%eth0", "fd00:ec2::254", "ff02::1",
		"64:ff9b::7f00:1", "64:ff9b:1::1", "2001::1", "2001:db8::1", "2002:7f00:1::1", "3fff::1",
	} {
		require.False(t, iprange.IsPublic(netip.MustParseAddr(address)), address)
	}

	require.False(t, iprange.IsPublic(netip.Addr{}))
}

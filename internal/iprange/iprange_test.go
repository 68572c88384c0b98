package iprange_test

import (
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/iprange"
)

func TestInternal_RangesAreWholeAndDoNotOverlap(t *testing.T) {
	t.Parallel()

	ranges := iprange.Internal()
	for i, prefix := range ranges {
		require.Equal(t, prefix.Masked(), prefix)

		for _, other := range ranges[i+1:] {
			require.False(t, prefix.Overlaps(other), "%s and %s", prefix, other)
		}
	}
}

func TestInternal_HoldsMetadataServicesAndNotTheInternet(t *testing.T) {
	t.Parallel()

	holds := func(address string) bool {
		for _, prefix := range iprange.Internal() {
			if prefix.Contains(netip.MustParseAddr(address)) {
				return true
			}
		}

		return false
	}

	for _, address := range []string{"169.254.169.254", "168.63.129.16", "100.100.100.200", "192.0.0.192", "255.255.255.255"} {
		require.True(t, holds(address), address)
	}

	for _, address := range []string{"1.1.1.1", "168.63.129.17", "100.128.0.1", "192.0.1.1", "223.255.255.255"} {
		require.False(t, holds(address), address)
	}
}

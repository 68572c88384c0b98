package cluster

import (
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestOptions_RangeTooSmallForTheNodes_IsRefused(t *testing.T) {
	t.Parallel()

	options := Options{ClusterRange: netip.MustParsePrefix("10.95.0.0/23"), Nodes: 2}
	require.ErrorContains(t, options.complete(t.Context()), "10.95.0.0/23 is too small for 2 nodes")

	options.ClusterRange = netip.MustParsePrefix("10.95.0.0/22")
	require.NoError(t, options.complete(t.Context()))
}

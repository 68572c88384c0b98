package cluster

import (
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestClusters_TwoWithOneRange_TheSecondIsRefused(t *testing.T) {
	t.Parallel()

	options := Options{ClusterRange: netip.MustParsePrefix("10.89.255.0/24")}
	first, second := &Cluster{options: options, end: func() {}}, &Cluster{options: options, end: func() {}}

	require.NoError(t, first.claimRange())
	require.ErrorContains(t, second.claimRange(), "10.89.255.0/24")

	require.NoError(t, first.Stop(t.Context()))
	require.NoError(t, second.claimRange())
	require.NoError(t, second.Stop(t.Context()))
}

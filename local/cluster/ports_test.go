package cluster

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPorts_ThatAreNotGiven_AreChosenOnce(t *testing.T) {
	t.Parallel()

	ports := Ports{API: 4711}
	require.NoError(t, ports.choose(t.Context()))
	require.Equal(t, 4711, ports.API)

	chosen := map[int]bool{ports.API: true, ports.Edge: true, ports.Postgres: true, ports.Registry: true}
	require.Len(t, chosen, 4)
	require.NotContains(t, chosen, 0)
}

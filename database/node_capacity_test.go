package database_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/database"
)

func TestNode_GivesVMsWhatIsReportedUpToTheBoundLessTheReserve(t *testing.T) {
	t.Parallel()

	const gibibyte = 1 << 30

	for name, test := range map[string]struct {
		node                database.Node
		shares, memoryBytes int64
	}{
		"no bound":      {database.Node{CPUMillis: 2000, MemoryBytes: 8 * gibibyte, CPUOvercommit: 4}, 8000, 8 * gibibyte},
		"more reported": {database.Node{CPUMillis: 64_000, MemoryBytes: 1 << 50, MaxCPUMillis: new(int32(4000)), MaxMemoryBytes: new(int64(8 * gibibyte)), CPUOvercommit: 1.5}, 6000, 8 * gibibyte},
		"less reported": {database.Node{CPUMillis: 1000, MemoryBytes: gibibyte, MaxCPUMillis: new(int32(4000)), MaxMemoryBytes: new(int64(8 * gibibyte)), CPUOvercommit: 1}, 1000, gibibyte},
		"reserve":       {database.Node{MemoryBytes: 8 * gibibyte, ReservedMemoryBytes: gibibyte}, 0, 7 * gibibyte},
		"large reserve": {database.Node{MemoryBytes: gibibyte, ReservedMemoryBytes: 2 * gibibyte}, 0, 0},
		"no report":     {database.Node{MaxCPUMillis: new(int32(4000)), MaxMemoryBytes: new(int64(8 * gibibyte)), ReservedMemoryBytes: gibibyte, CPUOvercommit: 4}, 0, 0},
	} {
		require.Equal(t, test.shares, test.node.CPUShares(), name)
		require.Equal(t, test.memoryBytes, test.node.MemoryForVMs(), name)
	}
}

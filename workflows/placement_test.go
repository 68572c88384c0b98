package workflows

import (
	"errors"
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/problem"
)

func TestPlace_NoRoom_SaysWhatIsShort(t *testing.T) {
	t.Parallel()

	const gibibyte = 1 << 30

	node := func(freeMillis, freeBytes int64) *candidate {
		return &candidate{
			node:      database.Node{CPUMillis: 2000, MemoryBytes: 24 * gibibyte, Prefix: netip.MustParsePrefix("10.79.1.0/24")},
			cpuMillis: freeMillis, memoryBytes: freeBytes, addresses: 100,
		}
	}
	app := need{cpuMillis: 1000, memoryBytes: gibibyte / 2}
	start := "No node has room for another VM with 512 MiB of memory and 1.00 processors"

	remedy := ". Make the app's VMs smaller, or ask an operator of the platform for more room."

	for name, test := range map[string]struct {
		nodes              []*candidate
		members, operators string
	}{
		"processors": {
			[]*candidate{node(0, 22*gibibyte), node(500, gibibyte)},
			start + ": processors are short" + remedy,
			start + ". Processors are short: the node with the most has 0.50 processors free, although each processor is given away 4 times.",
		},
		"memory": {
			[]*candidate{node(8000, gibibyte/4), node(6000, -gibibyte)},
			start + ": memory is short" + remedy,
			start + ". Memory is short: the node with the most has 256 MiB free.",
		},
		"each on another node": {
			[]*candidate{node(0, gibibyte), node(1000, 0)},
			start + ": some have the memory and others the processors" + remedy,
			start + ": some have the memory and others the processors.",
		},
		"both": {
			[]*candidate{node(-500, 0)},
			start + ": memory and processors are short" + remedy,
			start + ". Memory is short: the node with the most has 0 MiB free; and processors are: the node with the most has 0.00 processors free, " +
				"although each processor is given away 4 times.",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			_, err := place(test.nodes, 1, app)
			require.Equal(t, test.members, problem.MessageOf(err))

			noRoom, ok := errors.AsType[*noRoomError](err)
			require.True(t, ok)
			require.EqualError(t, noRoom, test.operators)
		})
	}
}

func TestPlace_ProcessorsAreShares_MemoryIsNot(t *testing.T) {
	t.Parallel()

	fresh := func() []*candidate {
		return candidates([]database.Node{{CPUMillis: 2000, MemoryBytes: 22 << 30, Prefix: netip.MustParsePrefix("10.79.1.0/24")}}, nil)
	}

	_, err := place(fresh(), 8, need{cpuMillis: 1000, memoryBytes: 512 << 20})
	require.NoError(t, err, "two cores run eight apps that may each use one")

	_, err = place(fresh(), 3, need{cpuMillis: 100, memoryBytes: 10 << 30})
	require.ErrorContains(t, err, "Memory is short")
}

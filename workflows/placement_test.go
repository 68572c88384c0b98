package workflows

import (
	"errors"
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
			node: nodeWith("n", 2000, 24*gibibyte), cpuMillis: freeMillis, memoryBytes: freeBytes + overhead, addresses: 100,
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
			start + ". Processors are short: the node with the most has 0.50 processors free of what it gives away.",
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
			start + ". Memory is short: the node with the most has 0 MiB free; and processors are: the node with the most has 0.00 processors free " +
				"of what it gives away.",
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
		return candidates([]database.Node{nodeWith("n", 2000, 22<<30)}, nil)
	}

	_, err := place(fresh(), 8, need{cpuMillis: 1000, memoryBytes: 512 << 20})
	require.NoError(t, err, "two cores run eight apps that may each use one")

	_, err = place(fresh(), 3, need{cpuMillis: 100, memoryBytes: 10 << 30})
	require.ErrorContains(t, err, "Memory is short")
}

func TestPlace_WhatTheRuntimeTakesOfEachVM_IsNotGivenToAnother(t *testing.T) {
	t.Parallel()

	const apps, appBytes, kataOverhead = 10, 512 << 20, 207 << 20

	for runtime, most := range map[string]int{runc: apps, "io.containerd.kata.v2": apps * (appBytes + overhead) / (appBytes + kataOverhead), "": 7} {
		node := nodeWith("n", 64_000, apps*(appBytes+overhead))
		node.Runtime = runtime

		_, err := place(candidates([]database.Node{node}, nil), most, need{cpuMillis: 100, memoryBytes: appBytes})
		require.NoError(t, err, runtime)
		_, err = place(candidates([]database.Node{node}, nil), most+1, need{cpuMillis: 100, memoryBytes: appBytes})
		require.ErrorContains(t, err, "Memory is short", runtime)

		// It is the same whether the VMs are placed at once or stand there already.
		usage := []database.ListNodeUsageRow{{NodeID: node.ID, MemoryBytes: int64(most-1) * appBytes, Holding: int64(most - 1)}}
		_, err = place(candidates([]database.Node{node}, usage), 1, need{cpuMillis: 100, memoryBytes: appBytes})
		require.NoError(t, err, runtime)
		_, err = place(candidates([]database.Node{node}, usage), 2, need{cpuMillis: 100, memoryBytes: appBytes})
		require.ErrorContains(t, err, "Memory is short", runtime)
	}
}

package nodeagent

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/nodeagent/containers"
)

func TestMachine_OutOfMemoryIsToldByEvents(t *testing.T) {
	t.Parallel()

	setup := func(runtime string) (*Agent, *machine) {
		agent := &Agent{config: Config{Runtime: runtime}}
		m := &machine{agent: agent, id: id.New(), outOfMemory: make(chan struct{}, 1)}
		agent.machines = map[uuid.UUID]*machine{m.id: m}

		return agent, m
	}

	t.Run("before the end of the VM", func(t *testing.T) {
		t.Parallel()

		agent, m := setup("io.containerd.runc.v2")
		agent.noteOutOfMemory(m.id)
		agent.noteOutOfMemory(m.id) // One event a process that was ended.
		agent.noteOutOfMemory(id.New())
		require.True(t, m.wasOutOfMemory(t.Context(), 1))
		require.False(t, m.wasOutOfMemory(t.Context(), 1), "it is told once")
	})

	t.Run("of an earlier start it is forgotten", func(t *testing.T) {
		t.Parallel()

		agent, m := setup("io.containerd.runc.v2")
		agent.noteOutOfMemory(m.id)
		m.forgetOutOfMemory()
		m.forgetOutOfMemory()
		require.False(t, m.wasOutOfMemory(t.Context(), killed))
	})

	t.Run("a moment after the end of a VM of Kata Containers", func(t *testing.T) {
		t.Parallel()

		synctest.Test(t, func(t *testing.T) {
			agent, m := setup("io.containerd.kata.v2")
			time.AfterFunc(toldTime/2, func() { agent.noteOutOfMemory(m.id) })
			require.True(t, m.wasOutOfMemory(t.Context(), killed))

			began := time.Now()
			require.False(t, m.wasOutOfMemory(t.Context(), killed))
			require.Equal(t, toldTime, time.Since(began))
			require.False(t, m.wasOutOfMemory(t.Context(), 1), "nothing killed it")
			require.Equal(t, toldTime, time.Since(began))
		})
	})
}

func TestDescribeCommandExit_Killed_SaysThatItMayHaveRunOutOfMemory(t *testing.T) {
	t.Parallel()

	// Kata Containers tell no more.
	require.Equal(t, "It was ended by signal 9 (SIGKILL). It may have run out of memory.", describeCommandExit(containers.Exit{Code: killed}, mebibyte))
}

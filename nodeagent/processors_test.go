package nodeagent

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestProcessorTime_OfALoadedMachine_IsNotIdle(t *testing.T) {
	t.Parallel()

	before := parseProcessorTime("cpu  1000 0 1000 8000 0 0 0 0 500 0\ncpu0 1 1 1 1\n")
	require.Equal(t, processorTime{idle: 8000, all: 10_000}, before)
	require.InDelta(t, 0.01, parseProcessorTime("cpu  1900 0 1050 8010 40 0 0 0 0 0\n").idleSince(before), 0.0001)
	require.InDelta(t, 1, parseProcessorTime("").idleSince(before), 0, "the kernel does not tell")
}

package rig

import (
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRun_ReturnsWhatTheCommandWrote_WithoutSpaceAround(t *testing.T) {
	t.Parallel()

	output, err := Run(exec.CommandContext(t.Context(), "sh", "-c", "echo out; echo err >&2"))
	require.NoError(t, err)
	require.Equal(t, "out\nerr", output)
}

func TestRun_CommandFails_TheErrorHasItsNameAndWhatItWrote(t *testing.T) {
	t.Parallel()

	_, err := Run(exec.CommandContext(t.Context(), "sh", "-c", "echo the reason >&2; exit 3"))
	require.ErrorContains(t, err, "sh -c")
	require.ErrorContains(t, err, "exit status 3")
	require.ErrorContains(t, err, "the reason")
}

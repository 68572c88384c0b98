package process

import (
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestEndLeftovers_EndsOnlyTheProgramThatUsesThePath(t *testing.T) {
	t.Parallel()

	folder := t.TempDir()
	used, unused := filepath.Join(folder, "used"), filepath.Join(folder, "unused")

	// A program that reads its input waits for the test to write to the pipe, which it never does.
	start := func(program string, arguments ...string) *exec.Cmd {
		command := exec.CommandContext(t.Context(), program, arguments...)
		input, err := command.StdinPipe()
		require.NoError(t, err)
		t.Cleanup(func() { _ = input.Close() })
		require.NoError(t, command.Start())

		return command
	}

	leftover, elsewhere, unrelated := start("tee", used), start("tee", unused), start("cat", "-", used)

	require.NoError(t, EndLeftovers(t.Context(), "tee", used))
	require.ErrorContains(t, leftover.Wait(), "signal: terminated")

	for _, spared := range []*exec.Cmd{elsewhere, unrelated} {
		require.NoError(t, spared.Process.Kill())
		require.ErrorContains(t, spared.Wait(), "signal: killed")
	}
}

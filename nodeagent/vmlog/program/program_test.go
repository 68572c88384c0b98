package program_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/nodeagent/vmlog"
	"github.com/zeitwork/zeitwork/nodeagent/vmlog/program"
)

func install(t *testing.T, folder string) string {
	t.Helper()

	path, err := program.Install(t.Context(), folder)
	if errors.Is(err, program.ErrAbsent) {
		t.Skip("it needs the log program, which `go tool task build` compiles")
	}

	require.NoError(t, err)

	return path
}

func TestInstall_TakesThePlaceOfOtherVersions(t *testing.T) {
	t.Parallel()

	folder := filepath.Join(t.TempDir(), "bin")
	path := install(t, folder)

	other := filepath.Join(folder, "vmlogger-of-another-version")
	require.NoError(t, os.WriteFile(other, nil, 0o600))
	require.Equal(t, path, install(t, folder))
	require.NoFileExists(t, other)
	require.FileExists(t, path)
}

func TestProgram_IsTheLogProcessOfAVM(t *testing.T) {
	t.Parallel()

	path, logs := install(t, t.TempDir()), filepath.Join(t.TempDir(), "log")
	require.NoError(t, vmlog.Prepare(logs, 7))

	pipe := func() (read, write *os.File) {
		read, write, err := os.Pipe()
		require.NoError(t, err)

		return read, write
	}

	stdout, app := pipe()
	stderr, silent := pipe()
	ready, tell := pipe()

	command := exec.Command(path, vmlog.Command, logs)
	command.Env = append(os.Environ(), "CONTAINER_ID=vm", "CONTAINER_NAMESPACE=test")
	command.ExtraFiles = []*os.File{stdout, stderr, tell}
	require.NoError(t, command.Start())

	for _, given := range command.ExtraFiles {
		require.NoError(t, given.Close())
	}

	_, _ = ready.Read(make([]byte, 1)) // It ends when the program is ready.

	_, err := app.WriteString("hello\n")
	require.NoError(t, err)
	require.NoError(t, app.Close())
	require.NoError(t, silent.Close())
	require.NoError(t, command.Wait())

	last := vmlog.Last(logs)
	require.Equal(t, "hello", last.Line)
	require.EqualValues(t, 8, last.Sequence)
}

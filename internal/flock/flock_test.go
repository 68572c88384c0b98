package flock

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTry_Exclusive_ExcludesAllOthersUntilItIsClosed(t *testing.T) {
	t.Parallel()

	path := filepath.Join(t.TempDir(), "lock")

	held, err := Try(path, Exclusive)
	require.NoError(t, err)
	require.Equal(t, path, held.Path())

	for _, mode := range []Mode{Exclusive, Shared} {
		_, err = Try(path, mode)
		require.ErrorIs(t, err, ErrHeld)
	}

	require.NoError(t, held.Close())

	held, err = Try(path, Exclusive)
	require.NoError(t, err)
	require.NoError(t, held.Close())
}

func TestTry_Shared_ExcludesOnlyExclusive(t *testing.T) {
	t.Parallel()

	path := filepath.Join(t.TempDir(), "lock")

	for range 2 {
		held, err := Try(path, Shared)
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, held.Close()) })
	}

	_, err := Try(path, Exclusive)
	require.ErrorIs(t, err, ErrHeld)
}

func TestTry_FolderIsMissing_IsNotErrHeld(t *testing.T) {
	t.Parallel()

	_, err := Try(filepath.Join(t.TempDir(), "missing", "lock"), Exclusive)
	require.ErrorIs(t, err, os.ErrNotExist)
	require.NotErrorIs(t, err, ErrHeld)
}

func TestTryDirectory_LocksADirectoryAndMakesNone(t *testing.T) {
	t.Parallel()

	directory := t.TempDir()

	held, err := TryDirectory(directory, Exclusive)
	require.NoError(t, err)

	_, err = TryDirectory(directory, Exclusive)
	require.ErrorIs(t, err, ErrHeld)
	require.NoError(t, held.Close())

	_, err = TryDirectory(filepath.Join(directory, "missing"), Exclusive)
	require.ErrorIs(t, err, os.ErrNotExist)
	require.NoFileExists(t, filepath.Join(directory, "missing"))
}

func TestWait_ReturnsOnceTheLockIsFree(t *testing.T) {
	t.Parallel()

	path := filepath.Join(t.TempDir(), "lock")

	held, err := Try(path, Exclusive)
	require.NoError(t, err)

	waited := make(chan error, 1)

	go func() {
		lock, err := Wait(t.Context(), path, Exclusive)
		if err == nil {
			err = lock.Close()
		}

		waited <- err
	}()

	require.NoError(t, held.Close())
	require.NoError(t, <-waited)
}

func TestWait_EndsWithTheContext(t *testing.T) {
	t.Parallel()

	path := filepath.Join(t.TempDir(), "lock")

	held, err := Try(path, Exclusive)
	require.NoError(t, err)

	defer func() { require.NoError(t, held.Close()) }()

	ctx, cancel := context.WithCancel(t.Context())
	cancel()

	_, err = Wait(ctx, path, Shared)
	require.ErrorIs(t, err, context.Canceled)
}

func TestTake_FileWasRemovedOrReplacedAfterItWasOpened_CountsAsHeld(t *testing.T) {
	t.Parallel()

	path := filepath.Join(t.TempDir(), "lock")

	open := func() *os.File {
		file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
		require.NoError(t, err)

		return file
	}

	first, second := open(), open()
	require.NoError(t, os.Remove(path))

	_, err := take(first, Exclusive)
	require.ErrorIs(t, err, ErrHeld)

	require.NoError(t, open().Close())

	_, err = take(second, Exclusive)
	require.ErrorIs(t, err, ErrHeld)
}

// The test runs itself as the process that holds the lock and is then killed.
func TestLock_ProcessIsKilled_IsReleased(t *testing.T) {
	t.Parallel()

	if path := os.Getenv("ZEITWORK_FLOCK_TEST_PATH"); path != "" {
		_, err := Try(path, Exclusive)
		require.NoError(t, err)

		_, _ = os.Stdout.WriteString("locked\n")

		select {}
	}

	path := filepath.Join(t.TempDir(), "lock")
	holder := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$")
	holder.Env = append(os.Environ(), "ZEITWORK_FLOCK_TEST_PATH="+path)

	output, err := holder.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, holder.Start())

	line, err := bufio.NewReader(output).ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "locked\n", line)

	_, err = Try(path, Exclusive)
	require.ErrorIs(t, err, ErrHeld)

	require.NoError(t, holder.Process.Kill())
	require.ErrorContains(t, holder.Wait(), "killed")

	lock, err := Wait(t.Context(), path, Exclusive)
	require.NoError(t, err)
	require.NoError(t, lock.Close())
}

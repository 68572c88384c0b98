package main

import (
	"context"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/caarlos0/env/v11"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/postgresbin"
)

func TestRun_CommandFails_ReturnsItsCode(t *testing.T) {
	t.Parallel()
	needPostgres(t)

	code, err := run(t.Context(), []string{"-only", "postgres", "sh", "-c", "exit 7"})
	require.NoError(t, err)
	require.Equal(t, 7, code)
}

func TestRun_Postgres_AnswersTheCommandAndIsGoneAfterIt(t *testing.T) {
	t.Parallel()
	needPostgres(t)

	seen := filepath.Join(t.TempDir(), "seen")

	code, err := run(t.Context(), []string{"-only", "postgres", "sh", "-c", `printf %s "$ZEITWORK_TEST_DATABASE_URL" > ` + seen})
	require.NoError(t, err)
	require.Zero(t, code)

	address, err := os.ReadFile(seen)
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(string(address), "postgres://postgres:"))

	requireGone(t, string(address))
}

func TestRun_Interrupted_StillStopsWhatItStarted(t *testing.T) {
	t.Parallel()
	needPostgres(t)

	ctx, cancel := context.WithCancel(t.Context())
	fifo := filepath.Join(t.TempDir(), "url")
	require.NoError(t, syscall.Mkfifo(fifo, 0o600))

	address := make(chan string, 1)

	go func() {
		// The read ends when the command has written: it runs.
		content, _ := os.ReadFile(fifo)
		address <- string(content)

		cancel()
	}()

	code, err := run(ctx, []string{"-only", "postgres", "sh", "-c", `printf %s "$ZEITWORK_TEST_DATABASE_URL" > ` + fifo + `; exec sleep 1000`})
	require.ErrorContains(t, err, "interrupt")
	require.Equal(t, 1, code)
	requireGone(t, <-address)
}

func TestRun_NoCommand_SaysWhatToRun(t *testing.T) {
	t.Parallel()

	code, err := run(t.Context(), nil)
	require.ErrorContains(t, err, "say which command to run")
	require.Equal(t, 2, code)
}

func TestChoose_UnknownPart_NamesTheParts(t *testing.T) {
	t.Parallel()

	_, err := choose([]string{"postgres", "mysql"})
	require.ErrorContains(t, err, `there is no part "mysql"; the parts are `+
		`sqlc, lint, generate, release, tailnet, prometheus, chromium, postgres, s3, registry, containerd, buildkitd, machine`)
}

func TestChoose_KeepsTheOrderOfStarting(t *testing.T) {
	t.Parallel()

	chosen, err := choose([]string{"buildkitd", "registry"})
	require.NoError(t, err)
	require.Equal(t, "registry", chosen[0].name)
	require.Equal(t, "buildkitd", chosen[1].name)
}

func TestLookPath_UsesThePathOfTheCommand(t *testing.T) {
	t.Parallel()

	folder := t.TempDir()
	program := filepath.Join(folder, "only-here")
	require.NoError(t, os.WriteFile(program, []byte("#!/bin/sh\n"), 0o700))

	found, err := lookPath("only-here", []string{"HOME=/", "PATH=/nowhere:" + folder})
	require.NoError(t, err)
	require.Equal(t, program, found)

	_, err = lookPath("only-here", []string{"PATH=/nowhere"})
	require.ErrorIs(t, err, exec.ErrNotFound)
}

func TestRemoveFolder_StillMounted_LeavesWhatIsBehindTheMount(t *testing.T) {
	t.Parallel()

	if os.Geteuid() != 0 {
		t.Skip("only root mounts")
	}

	behind, folder := t.TempDir(), t.TempDir()
	kept := filepath.Join(behind, "kept")
	require.NoError(t, os.WriteFile(kept, nil, 0o600))

	target := filepath.Join(folder, "mount")
	require.NoError(t, os.Mkdir(target, 0o700))
	require.NoError(t, syscall.Mount(behind, target, "", syscall.MS_BIND, ""))

	require.NoError(t, removeFolder(folder))
	require.NoDirExists(t, folder)
	require.FileExists(t, kept)
}

func needPostgres(t *testing.T) {
	t.Helper()

	config, err := env.ParseAs[config]()
	require.NoError(t, err)

	if _, err := postgresbin.Find(config.Postgres.Folder); err != nil {
		t.Skip(err)
	}
}

// requireGone checks that nothing answers any more at the address of a database.
func requireGone(t *testing.T, address string) {
	t.Helper()

	parsed, err := url.Parse(address)
	require.NoError(t, err)

	connection, err := net.Dial("tcp", parsed.Host)
	if err == nil {
		_ = connection.Close()
	}

	require.ErrorIs(t, err, syscall.ECONNREFUSED)
}

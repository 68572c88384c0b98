package localcluster

import (
	"context"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/daemon"
)

func TestPart_Dies_IsStartedAgain_UntilTheClusterStops(t *testing.T) {
	t.Parallel()

	program, err := exec.LookPath("tail")
	require.NoError(t, err)

	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))

	lifetime, end := context.WithCancel(t.Context())
	c := &Cluster{
		options:  Options{Progress: func(string, string) {}, Logger: slog.New(slog.DiscardHandler)},
		lifetime: lifetime, end: end, parts: map[string]*part{},
	}
	t.Cleanup(func() { _ = c.Stop(context.WithoutCancel(t.Context())) })

	service := daemon.Service{
		Home: daemon.Home(dir), Name: "child", Program: program, Arguments: []string{"-f", file}, Instance: file, Ready: alwaysReady,
	}

	_, err = c.run(t.Context(), "child", service.Start)
	require.NoError(t, err)

	first := c.PID("child")
	require.NoError(t, syscall.Kill(first, syscall.SIGKILL))

	require.Eventually(t, func() bool { return c.PID("child") != first }, 10*time.Second, 10*time.Millisecond)

	second := c.PID("child")
	require.NoError(t, c.Stop(t.Context()))
	require.ErrorIs(t, syscall.Kill(second, 0), syscall.ESRCH)
	require.NoError(t, c.Stop(t.Context()), "it may be stopped twice")
}

package cluster

import (
	"context"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/process"
	"github.com/zeitwork/zeitwork/local/daemon"
)

func TestPart_Dies_IsStartedAgain_UntilTheClusterStops(t *testing.T) {
	t.Parallel()

	c := childCluster(t)

	first := c.PID("child")
	require.NoError(t, syscall.Kill(first, syscall.SIGKILL))

	require.Eventually(t, func() bool { return c.PID("child") != first }, 10*time.Second, 10*time.Millisecond)

	second := c.PID("child")
	require.NoError(t, c.Stop(t.Context()))
	require.ErrorIs(t, syscall.Kill(second, 0), syscall.ESRCH)
	require.NoError(t, c.Stop(t.Context()), "it may be stopped twice")
}

func TestPart_Held_StaysAwayUntilItIsReleased(t *testing.T) {
	t.Parallel()

	c := childCluster(t, "other")
	first := c.PID("child")

	require.NoError(t, syscall.Kill(first, syscall.SIGSTOP), "a frozen one dies too")
	require.NoError(t, c.Hold(t.Context(), "child"))
	require.ErrorIs(t, syscall.Kill(first, 0), syscall.ESRCH)
	require.NoError(t, c.Hold(t.Context(), "child"), "it may be held twice")

	// Another that dies later is back, and this one is not.
	other := c.PID("other")
	require.NoError(t, syscall.Kill(other, syscall.SIGKILL))
	require.Eventually(t, func() bool { return c.PID("other") != other }, 10*time.Second, 10*time.Millisecond)
	require.Equal(t, first, c.PID("child"))

	require.NoError(t, c.Release(t.Context(), "child"))

	second := c.PID("child")
	require.NotEqual(t, first, second)
	require.NoError(t, syscall.Kill(second, 0))

	// It is watched again.
	require.NoError(t, syscall.Kill(second, syscall.SIGKILL))
	require.Eventually(t, func() bool { return c.PID("child") != second }, 10*time.Second, 10*time.Millisecond)
	require.NoError(t, c.Release(t.Context(), "child"), "it may be released twice")
}

func TestPart_HeldWhileItIsBeingStarted_IsNotStarted(t *testing.T) {
	t.Parallel()

	c := childCluster(t)
	child := c.parts["child"]
	starting := &slowStarter{began: make(chan struct{})}

	child.turn.Lock()
	child.starter = starting
	child.turn.Unlock()

	first := c.PID("child")
	require.NoError(t, syscall.Kill(first, syscall.SIGKILL))
	<-starting.began

	require.NoError(t, c.Hold(t.Context(), "child"))
	require.Equal(t, first, c.PID("child"))
}

func TestPart_Replaced_RunsTheOtherProgramFromThenOn(t *testing.T) {
	t.Parallel()

	c := childCluster(t)
	first := c.PID("child")

	program, err := exec.LookPath("tail")
	require.NoError(t, err)

	other := filepath.Join(t.TempDir(), "other")
	require.NoError(t, os.Symlink(program, other))

	// One that is held starts from the other program when it is released.
	require.NoError(t, c.Hold(t.Context(), "child"))
	require.NoError(t, c.Replace(t.Context(), "child", program))
	require.Equal(t, first, c.PID("child"))
	require.NoError(t, c.Release(t.Context(), "child"))
	second := c.PID("child")
	require.NotEqual(t, first, second)

	require.NoError(t, c.Replace(t.Context(), "child", other))
	require.ErrorIs(t, syscall.Kill(second, 0), syscall.ESRCH)

	for range 2 {
		running := c.PID("child")

		// A process has begun a moment before the kernel says what it runs.
		require.Eventually(t, func() bool {
			commandLine, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(running), "cmdline"))

			return err == nil && strings.HasPrefix(string(commandLine), other+"\x00")
		}, 10*time.Second, 10*time.Millisecond)

		require.NoError(t, syscall.Kill(running, syscall.SIGKILL))
		require.Eventually(t, func() bool { return c.PID("child") != running }, 10*time.Second, 10*time.Millisecond)
	}
}

func TestPart_HeldOrFrozenWhenTheClusterStops_LeavesNoProcess(t *testing.T) {
	t.Parallel()

	c := childCluster(t)
	child := c.PID("child")

	require.NoError(t, syscall.Kill(child, syscall.SIGSTOP))
	require.NoError(t, c.Stop(t.Context()))
	require.ErrorIs(t, syscall.Kill(child, 0), syscall.ESRCH)
	require.Error(t, c.Release(t.Context(), "child"), "nothing starts after Stop")
}

func TestPart_ThatThereIsNot_IsRefusedWithTheNamesOfThoseThereAre(t *testing.T) {
	t.Parallel()

	c := childCluster(t)

	require.Equal(t, []string{"child"}, c.Parts())
	require.ErrorContains(t, c.Hold(t.Context(), "worker-7"), `no part "worker-7"; there are child`)
	require.Zero(t, c.PID("worker-7"))
}

// childCluster is a cluster of the part child, and of more; each is the process of a program that waits.
func childCluster(t *testing.T, more ...string) *Cluster {
	t.Helper()

	program, err := exec.LookPath("tail")
	require.NoError(t, err)

	lifetime, end := context.WithCancel(t.Context())
	c := &Cluster{
		options:  Options{Progress: func(string, string) {}, Logger: slog.New(slog.DiscardHandler)},
		lifetime: lifetime, end: end, parts: map[string]*part{},
	}
	t.Cleanup(func() { _ = c.Stop(context.WithoutCancel(t.Context())) })

	for _, name := range append(more, "child") {
		dir := t.TempDir()
		file := filepath.Join(dir, "file")
		require.NoError(t, os.WriteFile(file, nil, 0o600))

		_, err = c.run(t.Context(), name, daemon.Service{
			Home: process.Home(dir), Name: name, Program: program, Arguments: []string{"-f", file}, Instance: file,
		}, nil)
		require.NoError(t, err)
	}

	return c
}

// slowStarter does not get anything started before it is interrupted.
type slowStarter struct{ began chan struct{} }

func (s *slowStarter) Start(ctx context.Context) (*process.Process, error) {
	close(s.began)
	<-ctx.Done()

	return nil, ctx.Err()
}

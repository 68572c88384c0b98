package process

import (
	"bufio"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestStart_ProcessEndsBeforeItIsReady_ShowsTheEndOfItsLog(t *testing.T) {
	t.Parallel()

	home := Home(t.TempDir())

	_, err := home.Start(t.Context(), Spec{
		Name: "broken", Program: "/bin/sh", Arguments: []string{"-c", "echo the port is taken; exit 3"},
		Ready: func(context.Context) error { return errors.New("not yet") },
	})
	require.ErrorContains(t, err, "broken did not start")
	require.ErrorContains(t, err, "the port is taken")
	require.ErrorContains(t, err, "exit status 3")
}

func TestStart_ContextEnds_LeavesNoProcess(t *testing.T) {
	t.Parallel()

	ctx, cancel := context.WithCancel(t.Context())
	home := Home(t.TempDir())
	pidFile := filepath.Join(string(home), "pid")

	_, err := home.Start(ctx, Spec{
		Name: "silent", Program: "/bin/sh", Arguments: []string{"-c", "echo $$ > " + pidFile + "; exec sleep 1000"},
		Ready: func(context.Context) error {
			// The shell makes the file before it writes to it.
			if pid, err := os.ReadFile(pidFile); err == nil && len(pid) > 0 {
				cancel()
			}

			return errors.New("never")
		},
	})
	require.ErrorContains(t, err, "silent does not answer: never")

	pid, err := os.ReadFile(pidFile)
	require.NoError(t, err)
	require.NoDirExists(t, filepath.Join("/proc", strings.TrimSpace(string(pid))))
}

func TestStop_ProcessIgnoresTheSignal_IsKilledWhenTheContextEnds(t *testing.T) {
	t.Parallel()

	home := Home(t.TempDir())
	ready := filepath.Join(string(home), "ready")

	process, err := home.Start(t.Context(), Spec{
		Name: "stubborn", Program: "/bin/sh", Arguments: []string{"-c", "trap '' TERM; touch " + ready + "; while :; do sleep 1000; done"},
		Ready: func(context.Context) error { _, err := os.Stat(ready); return err },
	})
	require.NoError(t, err)
	require.NoError(t, process.Err())

	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()

	require.NoError(t, process.Stop(ctx))
	require.ErrorContains(t, process.Err(), "killed")
	require.NoError(t, process.Stop(t.Context()), "a second call is fine")
}

// The test runs itself as the process that starts a daemon and is then killed.
func TestProcess_ParentIsKilled_ChildEndsToo(t *testing.T) {
	t.Parallel()

	if home := os.Getenv("ZEITWORK_PROCESS_TEST_PARENT"); home != "" {
		process, err := Home(home).Start(context.Background(), Spec{
			Name: "child", Program: "/bin/sleep", Arguments: []string{"1000"}, Ready: func(context.Context) error { return nil },
		})
		require.NoError(t, err)
		_, _ = os.Stdout.WriteString("pid " + strconv.Itoa(process.PID()) + "\n")
		<-process.Done()
	}

	parent := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestProcess_ParentIsKilled_ChildEndsToo$")
	parent.Env = append(os.Environ(), "ZEITWORK_PROCESS_TEST_PARENT="+t.TempDir())

	output, err := parent.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, parent.Start())

	lines := bufio.NewScanner(output)
	child := ""

	for child == "" && lines.Scan() {
		child, _ = strings.CutPrefix(lines.Text(), "pid ")
	}

	require.NotEmpty(t, child)
	require.NoError(t, parent.Process.Kill())

	// Wait fails as it was killed.
	_ = parent.Wait()

	require.Eventually(t, func() bool { return !alive(child) }, 10*time.Second, 10*time.Millisecond)
}

// alive tells whether the process runs; one that has ended and was not waited for does not.
func alive(pid string) bool {
	status, err := os.ReadFile(filepath.Join("/proc", pid, "stat"))

	return err == nil && !strings.Contains(string(status), ") Z ")
}

package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/cmd/zeitwork/cli"
)

// A command whose terminal is closed ends in order, and so undoes what it has to, unless it was started to outlive its terminal.
func TestCommand_ItsTerminalIsClosed_EndsAsWithCtrlC_UnlessNohupHasStartedIt(t *testing.T) {
	t.Parallel()

	executable, err := os.Executable()
	require.NoError(t, err)

	asked, answers := make(chan struct{}), make(chan struct{})
	platform := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked <- struct{}{}

		select {
		case <-answers:
			w.Header().Set("Content-Type", "application/json")

			_, _ = io.WriteString(w, `{"items": []}`) // The command may be gone.
		case <-r.Context().Done():
		}
	}))
	t.Cleanup(platform.Close)

	run := func(program string, arguments ...string) (*exec.Cmd, error) {
		command := exec.Command(program, arguments...)
		command.Env = []string{AsProgram + "=1", "HOME=" + t.TempDir(), "ZEITWORK_API_URL=" + platform.URL, "ZEITWORK_TOKEN=zwt_any"}

		return command, command.Start()
	}

	command, err := run(executable, "edges")
	require.NoError(t, err)

	<-asked

	require.NoError(t, command.Process.Signal(syscall.SIGHUP))
	require.Error(t, command.Wait())
	require.Equal(t, cli.ExitInterrupted, command.ProcessState.ExitCode())

	command, err = run("nohup", executable, "edges")
	require.NoError(t, err)

	<-asked

	require.NoError(t, command.Process.Signal(syscall.SIGHUP))

	answers <- struct{}{}

	require.NoError(t, command.Wait(), "it outlives its terminal")
}

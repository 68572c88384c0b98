package main

import (
	"bytes"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// AsProgram is the environment variable that makes the test binary the program: tests start it in processes of its own without compiling it again.
const AsProgram = "ZEITWORK_TEST_AS_PROGRAM"

// Main is the program. It does not return.
func Main() { main() }

// programFolder has the program by its name, for PATH.
func programFolder(t *testing.T) string {
	t.Helper()

	executable, err := os.Executable()
	require.NoError(t, err)

	folder := t.TempDir()
	require.NoError(t, os.Symlink(executable, filepath.Join(folder, "zeitwork")))

	return folder
}

// startProgram starts a service with an environment of its own. The returned function stops it as a supervisor does.
func startProgram(t *testing.T, environment []string, service string) (stop func()) {
	t.Helper()

	executable, err := os.Executable()
	require.NoError(t, err)

	var log bytes.Buffer

	process := exec.Command(executable, service)
	process.Env = append([]string{AsProgram + "=1", "PATH=" + os.Getenv("PATH")}, environment...)
	process.Stdout, process.Stderr = &log, &log
	require.NoError(t, process.Start())

	stop = sync.OnceFunc(func() {
		require.NoError(t, process.Process.Signal(syscall.SIGTERM))
		require.NoError(t, process.Wait(), log.String())
	})
	t.Cleanup(stop)

	return stop
}

// awaitAPI waits until an API answers.
func awaitAPI(t *testing.T, url string) {
	t.Helper()

	require.Eventually(t, func() bool {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url+"/healthz", nil)
		require.NoError(t, err)

		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			return false
		}

		return answer.Body.Close() == nil && answer.StatusCode == http.StatusOK
	}, time.Minute, 10*time.Millisecond, "the API does not start")
}

package daemon

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/process"
)

func TestService_SeesOnlyThePlatformVariablesThatItIsGiven(t *testing.T) {
	t.Setenv("ZEITWORK_SECRET_KEY", "canary")

	service, seen := testService(t)
	service.Environ = []string{"ZEITWORK_API_LISTEN=127.0.0.1:1"}

	process, err := service.Start(t.Context())
	require.NoError(t, err)

	environ, err := os.ReadFile(seen)
	require.NoError(t, err)
	require.Contains(t, string(environ), "ZEITWORK_API_LISTEN=127.0.0.1:1")
	require.NotContains(t, string(environ), "canary")
	require.NoError(t, process.Stop(t.Context()))
}

func TestService_LeftByAnEarlierRun_IsReplaced(t *testing.T) {
	t.Parallel()

	service, seen := testService(t)

	first, err := service.Start(t.Context())
	require.NoError(t, err)
	require.NoError(t, os.Remove(seen))

	second, err := service.Start(t.Context())
	require.NoError(t, err)

	<-first.Done()
	require.NoError(t, second.Err())
	require.NoError(t, second.Stop(t.Context()))
}

// testService is a program that writes its environment to a file, whose path is returned, and waits for what never comes.
func testService(t *testing.T) (Service, string) {
	t.Helper()

	home := t.TempDir()
	seen := filepath.Join(home, "seen")
	instance := filepath.Join(home, "instance")

	return Service{
		Home: process.Home(home), Name: "service", Program: "/bin/bash", Instance: instance,
		Arguments: []string{"-c", "env > $0.new; mv $0.new $0; mkfifo $0.never; read < $0.never", seen, instance},
		Ready:     func(context.Context) error { _, err := os.Stat(seen); return err },
	}, seen
}

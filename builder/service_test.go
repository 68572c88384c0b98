package builder

import (
	"context"
	"log/slog"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health/grpc_health_v1"

	"github.com/zeitwork/zeitwork/internal/process"
)

func TestService_BuildkitdKilled_IsStartedAgain_AndDrainsWhenAskedToEnd(t *testing.T) {
	home := string(testBuildkitd(t).Home)
	socket := filepath.Join(home, "door.sock")
	bin := os.Getenv("ZEITWORK_TEST_BIN")

	service, err := New(Config{
		Listen: url.URL{Scheme: "unix", Path: socket}, DataDir: home, Drain: time.Minute, Interface: testBridge, Range: netip.MustParsePrefix(testSubnet),
		Buildkitd: filepath.Join(bin, "buildkitd"), Runc: filepath.Join(bin, "runc"), CNI: bin,
		CacheBytes: 1e9, FreeBytes: 1, StepBytes: 1e9, Processes: 1000,
	}, slog.New(slog.DiscardHandler))
	require.NoError(t, err)

	ctx, end := context.WithCancel(t.Context())
	defer end()

	ended := make(chan error, 1)

	go func() { ended <- service.Run(ctx) }()

	serves := func() bool { return process.ServesGRPC(t.Context(), socket) == nil }
	require.Eventually(t, serves, time.Minute, 20*time.Millisecond)

	require.NoError(t, process.SignalUntilGone(t.Context(), syscall.SIGKILL, func(folder string) bool {
		arguments, _ := os.ReadFile(filepath.Join(folder, "cmdline"))

		return strings.HasPrefix(string(arguments), service.buildkitd.Programs.Buildkitd) && strings.Contains(string(arguments), home)
	}))
	// As often as can be: the service may be asked to end before it knows itself that buildkitd answers again.
	require.Eventually(t, serves, time.Minute, time.Millisecond, "it is started again")

	// The connection of a build.
	connection, err := grpc.NewClient("unix://"+socket, grpc.WithTransportCredentials(insecure.NewCredentials()))
	require.NoError(t, err)

	ask := func() error {
		_, err := grpc_health_v1.NewHealthClient(connection).Check(t.Context(), &grpc_health_v1.HealthCheckRequest{})

		return err
	}
	require.NoError(t, ask())

	end()
	require.Eventually(t, func() bool { return !serves() }, time.Minute, time.Millisecond, "no further build is taken")

	require.NoError(t, ask(), "a build that runs is still answered")
	require.Empty(t, ended)

	require.NoError(t, connection.Close())
	require.NoError(t, <-ended)
	requireNothingLeft(t, service.buildkitd)
}

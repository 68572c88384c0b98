package activities

import (
	"context"
	"net/netip"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/builder"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/problem"
	"github.com/zeitwork/zeitwork/internal/process"
)

// ownBuildkitd returns a buildkitd that the test may kill, with a network that nothing else uses.
func ownBuildkitd(t *testing.T, bridge, subnet string) builder.Buildkitd {
	t.Helper()

	if os.Geteuid() != 0 {
		t.Skip("it sets a network up: run it as root")
	}

	folder, err := os.MkdirTemp("/tmp", "zw") //nolint:usetesting // The name of the test would make the path too long for a socket.
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(folder)) })

	return builder.Buildkitd{
		Home: process.Home(folder), Programs: builder.ProgramsIn(part(t, "ZEITWORK_TEST_BIN")),
		RegistryHost: part(t, "ZEITWORK_TEST_REGISTRY"), RegistryInsecure: true,
		Bridge: bridge, Subnet: netip.MustParsePrefix(subnet),
		Nameservers: []netip.Addr{netip.MustParseAddr("198.18.5.53")},
	}
}

func TestBuild_BuildkitdKilledDuringAStep_IsOursAndToldAtOnce(t *testing.T) {
	t.Parallel()

	bundle := setupBuilder(t)
	buildkitd := ownBuildkitd(t, "zwactivities0", "10.82.5.0/24")

	process, err := buildkitd.Start(t.Context())
	require.NoError(t, err)

	stop := func() { require.NoError(t, process.Stop(context.Background())) }
	defer func() { stop() }()

	bundle.builder.config.Addresses = []string{process.Address()}

	mark := id.New().String()
	repository := newApp(t, toolDockerfile+`RUN ["/tool", "sleep", "10m", "`+mark+`"]`+"\n")
	request := bundle.request(t, repository)
	ended := make(chan error, 1)

	go func() {
		_, err := bundle.builder.Build(t.Context(), request, func(LogLine) {})
		ended <- err
	}()

	require.Eventually(t, func() bool { return runsWith(t, mark) }, time.Minute, 50*time.Millisecond)
	require.NoError(t, syscall.Kill(process.PID(), syscall.SIGKILL))

	begun := time.Now()

	select {
	case err = <-ended:
	case <-time.After(20 * time.Second):
		require.Fail(t, "the build does not notice")
	}

	require.Equal(t, problem.Unavailable, problem.CodeOf(err), "%v", err)
	require.Contains(t, problem.MessageOf(err), "does not answer")
	t.Logf("told after %s: %v", time.Since(begun).Round(time.Millisecond), err)

	// A supervisor starts it again, in the same folder; the next attempt builds.
	stop()

	process, err = buildkitd.Start(t.Context())
	require.NoError(t, err)

	stop = func() { require.NoError(t, process.Stop(context.Background())) }

	require.False(t, runsWith(t, mark), "the step of the killed build still runs")

	bundle.builder.config.Addresses = []string{process.Address()}
	request = bundle.request(t, newApp(t, strings.Replace(toolDockerfile, "/tool\n", "/tool\nRUN [\"/tool\", \"print\", \"again\"]\n", 1)))
	_, log, err := bundle.build(t.Context(), request)
	require.NoError(t, err, log)
}

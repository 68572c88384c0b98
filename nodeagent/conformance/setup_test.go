package conformance

import (
	"context"
	"fmt"
	"maps"
	"net/netip"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/caarlos0/env/v11"
	"github.com/stretchr/testify/require"
	"github.com/vishvananda/netlink"

	"github.com/zeitwork/zeitwork/internal/flock"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/process"
	"github.com/zeitwork/zeitwork/nodeagent/containers"
)

// setup returns options for the containerd that the tests share. The tests run one after the other, also with those of another run on this machine: the
// stand-ins for other machines have the same addresses each time.
func setup(t *testing.T) Options {
	t.Helper()

	socket := os.Getenv("ZEITWORK_TEST_CONTAINERD")
	if socket == "" {
		t.Skip("it needs containerd: run through `go tool task test`")
	}

	lock, err := flock.Wait(t.Context(), filepath.Join(os.TempDir(), "zeitwork-conformance-test.lock"), flock.Exclusive)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, lock.Close()) })

	options := Options{
		VMs: 3, Parallel: 12, Range: netip.MustParsePrefix("10.231.78.0/24"), Patience: time.Minute, Offline: true,
		Environ: env.ToMap(os.Environ()),
	}
	options.Environ["ZEITWORK_CONTAINERD_SOCKET"] = socket
	options.Environ["ZEITWORK_CONTAINERD_NAMESPACE"] = "zeitwork-test-" + id.New().String()[24:]
	options.Environ["ZEITWORK_NODE_RUNTIME"] = containers.Runc
	options.Environ["ZEITWORK_NODE_ALLOW_RUNC"] = "true"
	options.Environ["ZEITWORK_NODE_DATA_DIR"] = filepath.Join(t.TempDir(), "node")

	return options
}

// begin returns a trial whose first check has passed. The settings are of its agent alone.
func begin(t *testing.T, options Options, settings map[string]string) *trial {
	t.Helper()

	begun, err := newTrial(options)
	require.NoError(t, err)
	maps.Copy(begun.environ, settings)

	release, err := begun.prepare(t.Context())
	require.NoError(t, err)

	ctx, broken := context.WithCancelCause(t.Context())
	begun.broken = broken

	t.Cleanup(func() {
		require.NoError(t, begun.cleanUp(context.Background()))
		release()
		requireNothingLeft(t, options)
	})
	require.NoError(t, begun.begin(ctx))

	started := checkStart(ctx, begun)
	require.Equal(t, Passed, started.result, started.reason)

	return begun
}

// requireNothingLeft looks for what the checks themselves make on a machine.
func requireNothingLeft(t *testing.T, options Options) {
	t.Helper()

	made, err := newTrial(options)
	require.NoError(t, err)

	for _, role := range []string{tailnetRole, internetRole} {
		_, err := netlink.LinkByName(interfaceName(made.config.ContainerdNamespace, role))
		require.ErrorAs(t, err, &netlink.LinkNotFoundError{})
	}

	require.NoError(t, made.checkRanges(), "its routes are gone")
	require.NoDirExists(t, made.tailnet.folder)
	require.NoDirExists(t, filepath.Dir(made.vmNetwork().Folder))
	require.Empty(t, made.processes(func(string) bool { return false }))

	rules, err := made.countRules()
	require.NoError(t, err)
	require.Zero(t, rules)

	connection, err := containers.Connect(made.config.ContainerdSocket, made.config.ContainerdNamespace)
	require.NoError(t, err)

	defer func() { require.NoError(t, connection.Close()) }()

	namespaces, err := connection.NamespaceService().List(context.Background())
	require.NoError(t, err)
	require.NotContains(t, namespaces, made.config.ContainerdNamespace)

	cgroups, err := filepath.Glob("/sys/fs/cgroup/*/" + made.config.ContainerdNamespace)
	require.NoError(t, err)
	require.Empty(t, cgroups)
}

// observer keeps what it sees, and calls found with each finding where that is not nil.
type observer struct{ found func(Finding) }

func (o observer) Running([]string) {}

func (o observer) Found(finding Finding) {
	if o.found != nil {
		o.found(finding)
	}
}

// ownContainerd starts a containerd that a test may kill, and returns its socket and its process.
func ownContainerd(t *testing.T) (string, *process.Process, func() *process.Process) {
	t.Helper()

	binaries := os.Getenv("ZEITWORK_TEST_BIN")
	if binaries == "" {
		t.Skip("it needs containerd's binaries: run through `go tool task test`")
	}

	// The path of a socket must be short.
	folder, err := os.MkdirTemp("", "zw") //nolint:usetesting // The name of the test would make it too long.
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(folder)) })

	home := process.Home(folder)
	socket := filepath.Join(folder, "containerd.sock")
	config, err := home.Write(fmt.Appendf(nil, `version = 3
root = %q
state = %q
disabled_plugins = [
  "io.containerd.cri.v1.images", "io.containerd.cri.v1.runtime", "io.containerd.grpc.v1.cri", "io.containerd.snapshotter.v1.btrfs",
  "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.erofs",
  "io.containerd.snapshotter.v1.blockfile", "io.containerd.differ.v1.erofs",
]
[grpc]
address = %q
`, filepath.Join(folder, "root"), filepath.Join(folder, "state"), socket), "containerd.toml")
	require.NoError(t, err)

	var running *process.Process

	start := func() *process.Process {
		running, err = home.Start(context.Background(), process.Spec{
			Name: "containerd", Program: filepath.Join(binaries, "containerd"), Arguments: []string{"--config", config},
			Environment: append(os.Environ(), "PATH="+binaries+":"+os.Getenv("PATH")),
			Ready:       func(ctx context.Context) error { return process.ServesGRPC(ctx, socket) },
		})
		require.NoError(t, err)

		return running
	}

	t.Cleanup(func() { require.NoError(t, running.Stop(context.Background())) })

	return socket, start(), start
}

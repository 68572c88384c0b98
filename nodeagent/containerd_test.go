package nodeagent_test

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	containerd "github.com/containerd/containerd/v2/client"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
)

func TestAgent_KilledContainerd_VMsServeOnAndAreStoppedLater(t *testing.T) {
	t.Parallel()

	d := newDaemon(t, testBinaries(t))
	b := setupOn(t, d.socket)

	vm := b.vm(pushApp(t, b.registry, nil), "")
	b.api.assign(vm)
	b.startAgent(t)
	b.api.waitFor(t, vm.ID, client.VMReportStateHealthy)

	_, started := get(t, vm, "/")

	d.kill(t)

	status, again := get(t, vm, "/")
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, started, again)
	b.api.waitForMessage(t, vm.ID, "The node tries again")

	d.start(t)
	b.api.waitUntil(t, vm.ID, "healthy without a complaint", func(r client.VMReport) bool {
		return r.State == client.VMReportStateHealthy && r.Message == nil
	})

	_, again = get(t, vm, "/")
	require.Equal(t, started, again)

	b.api.assign()
	b.requireNothingLeft(t)
}

// testBinaries returns the folder of containerd's binaries, or skips the test.
func testBinaries(t *testing.T) string {
	t.Helper()

	binaries := os.Getenv("ZEITWORK_TEST_BIN")
	if binaries == "" {
		t.Skip("it needs containerd's binaries: run through `go tool task test`")
	}

	return binaries
}

// daemon is a containerd that a test may kill.
type daemon struct {
	binaries, folder, socket string

	command *exec.Cmd
}

// newDaemon starts a containerd. It is stopped after the cleanups of all that the test sets up later.
func newDaemon(t *testing.T, binaries string) *daemon {
	t.Helper()

	return newDaemonIn(t, binaries, shortFolder(t))
}

// newDaemonIn is newDaemon in a folder that the test has prepared.
func newDaemonIn(t *testing.T, binaries, folder string) *daemon {
	t.Helper()

	d := &daemon{binaries: binaries, folder: folder, socket: filepath.Join(folder, "containerd.sock")}

	t.Cleanup(func() {
		_ = d.command.Process.Signal(syscall.SIGTERM)
		_ = d.command.Wait()
	})
	d.start(t)

	return d
}

func (d *daemon) kill(t *testing.T) {
	t.Helper()

	require.NoError(t, d.command.Process.Kill())
	_ = d.command.Wait()
}

func (d *daemon) start(t *testing.T) {
	t.Helper()

	config := filepath.Join(d.folder, "containerd.toml")
	require.NoError(t, os.WriteFile(config, fmt.Appendf(nil, `version = 3
root = %q
state = %q
disabled_plugins = [
  "io.containerd.cri.v1.images", "io.containerd.cri.v1.runtime", "io.containerd.grpc.v1.cri", "io.containerd.snapshotter.v1.btrfs",
  "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.erofs",
  "io.containerd.snapshotter.v1.blockfile", "io.containerd.differ.v1.erofs",
]
[grpc]
address = %q
`, filepath.Join(d.folder, "root"), filepath.Join(d.folder, "state"), d.socket), 0o600))

	d.command = exec.Command(filepath.Join(d.binaries, "containerd"), "--config", config)
	d.command.Env = append(os.Environ(), "PATH="+d.binaries+":"+os.Getenv("PATH"))
	require.NoError(t, d.command.Start())

	require.Eventually(t, func() bool {
		connection, err := containerd.New(d.socket, containerd.WithTimeout(time.Second))
		if err != nil {
			return false
		}

		defer func() { _ = connection.Close() }()

		serving, err := connection.IsServing(t.Context())

		return err == nil && serving
	}, 20*time.Second, 20*time.Millisecond)
}

// shortFolder returns a folder whose sockets fit the kernel's limit.
func shortFolder(t *testing.T) string {
	t.Helper()

	folder, err := os.MkdirTemp("", "zw") //nolint:usetesting // The name of the test would make the path too long.
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(folder)) })

	return folder
}

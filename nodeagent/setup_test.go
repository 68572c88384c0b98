package nodeagent_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/caarlos0/env/v11"
	containerd "github.com/containerd/containerd/v2/client"
	"github.com/containerd/containerd/v2/core/snapshots"
	"github.com/containerd/errdefs"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"github.com/vishvananda/netlink"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/setting"
	"github.com/zeitwork/zeitwork/nodeagent"
	"github.com/zeitwork/zeitwork/nodeagent/network"
	"github.com/zeitwork/zeitwork/nodeagent/vmlog"
)

const agentProcess = "ZEITWORK_TEST_RUN_AGENT"

// TestMain makes the test binary do the work of the zeitwork binary: as the log process of VMs, and as an agent that can be killed.
func TestMain(m *testing.M) {
	switch {
	case len(os.Args) == 3 && os.Args[1] == vmlog.Command:
		stallLog(os.Args[2])
		vmlog.Run(os.Args[2])
	case os.Getenv(agentProcess) != "":
		config, err := env.ParseAs[nodeagent.Config]()
		if err == nil {
			err = runAgent(context.Background(), config, os.Stderr)
		}

		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	default:
		os.Exit(m.Run())
	}
}

// stallLog holds the start of a VM up, which waits for its log process, as long as a test wants and no longer than half a minute.
func stallLog(folder string) {
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if _, err := os.Stat(stallFile(folder)); err != nil {
			return
		}
	}
}

func stallFile(logFolder string) string { return filepath.Join(filepath.Dir(logFolder), "stall") }

func runAgent(ctx context.Context, config nodeagent.Config, log io.Writer) error {
	agent, err := nodeagent.New(config, slog.New(slog.NewTextHandler(log, nil)))
	if err != nil {
		return err
	}

	return agent.Run(ctx)
}

// testBundle is a node with a cluster range and a containerd namespace of its own.
type testBundle struct {
	api      *fakeAPI
	config   nodeagent.Config
	client   *containerd.Client
	network  *network.Network
	registry string
	log      *buffer

	nextAddress netip.Addr
	stopAgent   func()
}

var lastRange atomic.Int32 //nolint:gochecknoglobals // Tests of one process share the machine's network.

func setup(t *testing.T) *testBundle {
	t.Helper()

	socket := os.Getenv("ZEITWORK_TEST_CONTAINERD")
	if socket == "" {
		t.Skip("it needs containerd: run through `go tool task test`")
	}

	return setupOn(t, socket)
}

// setupOn makes a node on the containerd that listens on socket.
func setupOn(t *testing.T, socket string) *testBundle {
	t.Helper()

	registry := os.Getenv("ZEITWORK_TEST_REGISTRY")
	if registry == "" {
		t.Skip("it needs a registry: run through `go tool task test`")
	}

	clusterRange := netip.MustParsePrefix(fmt.Sprintf("10.79.%d.0/24", lastRange.Add(1)))
	namespace := "zeitwork-test-" + id.New().String()[24:]

	connection, err := containerd.New(socket, containerd.WithDefaultNamespace(namespace))
	require.NoError(t, err)

	b := &testBundle{
		api: newFakeAPI(t, clusterRange.String()), client: connection, registry: registry, log: &buffer{},
		nextAddress: clusterRange.Addr(), stopAgent: func() {},
		network: &network.Network{Range: clusterRange, Folder: filepath.Join("/run/zeitwork", namespace, "netns")},
	}
	b.config = nodeagent.Config{
		API: setting.API{APIURL: b.api.URL}, Token: testToken, Runtime: "io.containerd.runc.v2", AllowRunc: true,
		ContainerdSocket: socket, ContainerdNamespace: namespace, Snapshotter: "overlayfs", DataDir: t.TempDir(),
		RegistryAddress: setting.RegistryAddress{RegistryHost: registry}, RegistryProtocol: setting.RegistryProtocol{RegistryInsecure: true},
	}

	t.Cleanup(func() { b.cleanup(t) })

	return b
}

// cleanup has the agent remove everything and looks whether it did.
func (b *testBundle) cleanup(t *testing.T) {
	t.Helper()

	b.stopAgent()
	b.api.setAway(false)
	b.api.assign()
	b.startAgent(t)
	b.requireNothingLeft(t)
	b.stopAgent()

	require.NoError(t, b.network.Teardown(context.Background()))
	require.NoError(t, os.RemoveAll(filepath.Dir(b.network.Folder)))

	if err := b.client.NamespaceService().Delete(context.Background(), b.config.ContainerdNamespace); !errdefs.IsNotFound(err) {
		require.NoError(t, err)
	}

	require.NoError(t, b.client.Close())

	if t.Failed() {
		t.Log(b.log.String())
	}
}

// startAgent runs an agent in this process until stopAgent.
func (b *testBundle) startAgent(t *testing.T) {
	t.Helper()

	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)

	go func() { done <- runAgent(ctx, b.config, b.log) }()

	b.stopAgent = sync.OnceFunc(func() {
		cancel()
		require.NoError(t, <-done)
	})
}

// startAgentProcess runs an agent that can be killed.
func (b *testBundle) startAgentProcess(t *testing.T) *exec.Cmd {
	t.Helper()

	executable, err := os.Executable()
	require.NoError(t, err)

	command := exec.Command(executable)
	command.Stderr = b.log
	command.Env = append(os.Environ(), agentProcess+"=1",
		"ZEITWORK_API_URL="+b.config.APIURL, "ZEITWORK_NODE_TOKEN="+b.config.Token, "ZEITWORK_NODE_RUNTIME="+b.config.Runtime,
		"ZEITWORK_NODE_ALLOW_RUNC=true", "ZEITWORK_CONTAINERD_SOCKET="+b.config.ContainerdSocket,
		"ZEITWORK_CONTAINERD_NAMESPACE="+b.config.ContainerdNamespace, "ZEITWORK_NODE_DATA_DIR="+b.config.DataDir,
		"ZEITWORK_REGISTRY_HOST="+b.config.RegistryHost, "ZEITWORK_REGISTRY_INSECURE=true",
	)
	require.NoError(t, command.Start())

	kill := sync.OnceFunc(func() {
		_ = command.Process.Kill()
		_ = command.Wait()
	})
	b.stopAgent = kill
	t.Cleanup(kill)

	return command
}

// vm describes a VM that behaves as the mode says.
func (b *testBundle) vm(image, mode string) client.AssignedVM {
	b.nextAddress = b.nextAddress.Next()

	return client.AssignedVM{
		ID: id.New(), DeploymentID: id.New(), ProjectID: id.New(), DesiredState: client.AssignedVMDesiredStateRunning,
		Image: image, IP: b.nextAddress.String(), Port: 3000, CPUMillis: 500, MemoryBytes: 64 << 20, PIDS: 100, GraceSeconds: 5,
		Environment: map[string]string{"MODE": mode},
	}
}

// requireNothingLeft looks for every trace that a VM can leave on a machine.
func (b *testBundle) requireNothingLeft(t *testing.T) {
	t.Helper()

	var left []string

	clean := func() bool {
		left = b.traces(t)

		return len(left) == 0
	}

	for deadline := time.Now().Add(30 * time.Second); !clean(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			require.FailNow(t, "something is left", "%s", strings.Join(left, "\n"))
		}
	}
}

func (b *testBundle) traces(t *testing.T) []string {
	t.Helper()

	ctx := context.Background()

	var left []string

	list, err := b.client.Containers(ctx)
	require.NoError(t, err)

	for _, container := range list {
		left = append(left, "container "+container.ID())
	}

	err = b.client.SnapshotService("overlayfs").Walk(ctx, func(_ context.Context, info snapshots.Info) error {
		left = append(left, "snapshot "+info.Name)

		return nil
	})
	require.NoError(t, err)

	images, err := b.client.ListImages(ctx)
	require.NoError(t, err)

	for _, image := range images {
		left = append(left, "image "+image.Name())
	}

	leases, err := b.client.LeasesService().List(ctx)
	require.NoError(t, err)

	for _, lease := range leases {
		left = append(left, "lease "+lease.ID)
	}

	kept, err := b.client.SandboxStore().List(ctx)
	require.NoError(t, err)

	for _, record := range kept {
		left = append(left, "sandbox "+record.ID)
	}

	for _, folder := range []string{b.network.Folder, filepath.Join(b.config.DataDir, "vms")} {
		entries, _ := os.ReadDir(folder)
		for _, entry := range entries {
			left = append(left, filepath.Join(folder, entry.Name()))
		}
	}

	processes, err := filepath.Glob("/proc/[0-9]*/cmdline")
	require.NoError(t, err)

	for _, process := range processes {
		arguments, _ := os.ReadFile(process)
		for _, mark := range []string{b.config.ContainerdNamespace, b.config.DataDir} {
			if bytes.Contains(arguments, []byte(mark)) {
				left = append(left, "process "+string(bytes.ReplaceAll(arguments, []byte{0}, []byte{' '})))
			}
		}
	}

	routes, err := netlink.RouteList(nil, netlink.FAMILY_V4)
	require.NoError(t, err)

	for _, route := range routes {
		if route.Dst != nil && route.LinkIndex != 0 && route.Dst.IP != nil && b.network.Range.Contains(netip.AddrFrom4([4]byte(route.Dst.IP.To4()))) {
			left = append(left, "route "+route.String())
		}
	}

	return left
}

// task returns the VM's task.
func (b *testBundle) task(t *testing.T, vm uuid.UUID) containerd.Task {
	t.Helper()

	container, err := b.client.LoadContainer(t.Context(), vm.String())
	require.NoError(t, err)

	task, err := container.Task(t.Context(), nil)
	require.NoError(t, err)

	return task
}

func get(t *testing.T, vm client.AssignedVM, path string) (int, string) {
	t.Helper()

	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+net.JoinHostPort(vm.IP, strconv.FormatInt(vm.Port, 10))+path, http.NoBody)
	require.NoError(t, err)

	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)

	defer func() { _ = response.Body.Close() }()

	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)

	return response.StatusCode, string(body)
}

func goarch() string { return runtime.GOARCH }

// buffer is a log that is written and read at once.
type buffer struct {
	mu   sync.Mutex
	text strings.Builder
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()

	return b.text.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()

	return b.text.String()
}

package machine_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/registry"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/test/machine"
	"github.com/zeitwork/zeitwork/test/rig"
)

const (
	clusterRange = "10.94.0.0/24"
	// internet is an address of the link's other end that VMs take for one of the internet.
	internet = "198.51.100.2"

	apiHost, registryHost = machine.Gateway + ":8000", machine.Gateway + ":5000"

	// machinePort is where something listens in the machine.
	machinePort = "2000"

	// patience is how long anything in the machine may take, which is emulated beside other tests.
	patience = 2 * time.Minute
)

// testBundle is a machine with the platform that it is to become a node of.
type testBundle struct {
	machine  *machine.Machine
	platform *platform
	image    string

	nextAddress netip.Addr
	// first and second are VMs that run all the time.
	first, second client.AssignedVM
}

// setup starts a machine that has two builds of the zeitwork binary in /mnt.
func setup(t *testing.T) *testBundle {
	t.Helper()

	base := os.Getenv("ZEITWORK_TEST_MACHINE")
	if base == "" {
		t.Skip("it needs a machine of its own: run through `go tool task test`, as root and where Debian's qemu can be installed")
	}

	folder, err := rig.NewScratch()
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(folder)) })

	share := t.TempDir()
	build(t, filepath.Join(share, "zeitwork"), "first")
	build(t, filepath.Join(share, "zeitwork-next"), "next")

	b := &testBundle{platform: newPlatform(filepath.Join(share, "zeitwork")), nextAddress: netip.MustParsePrefix(clusterRange).Addr()}
	b.machine, err = machine.New(t.Context(), machine.Base(base), folder, share)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, b.machine.Close()) })
	t.Cleanup(func() { b.explain(t) })

	require.NoError(t, b.machine.Outside.AddAddress(internet))
	require.NoError(t, b.machine.Outside.Route(clusterRange))

	images := registry.New(registry.Logger(log.New(io.Discard, "", 0)))
	b.image = pushApp(t, images, registryHost)
	b.serve(t, apiHost, b.platform)
	b.serve(t, registryHost, images)
	b.serve(t, internet+":80", http.NotFoundHandler())

	began := time.Now()
	b.start(t)
	t.Logf("the machine started in %s", time.Since(began).Round(time.Second))

	return b
}

func build(t *testing.T, file, version string) {
	t.Helper()

	_, err := rig.Run(exec.CommandContext(t.Context(), "go", "build", "-ldflags", "-s -w -X github.com/zeitwork/zeitwork/internal/version.version="+version,
		"-o", file, "github.com/zeitwork/zeitwork/cmd/zeitwork"))
	require.NoError(t, err)
}

// serve answers at the machine's end of the link until the test ends.
func (b *testBundle) serve(t *testing.T, hostPort string, handler http.Handler) {
	t.Helper()

	listener, err := b.machine.Outside.Listen(hostPort)
	require.NoError(t, err)

	server := &http.Server{Handler: handler, ReadHeaderTimeout: patience}
	t.Cleanup(func() { _ = server.Close() })

	go func() { _ = server.Serve(listener) }()
}

func (b *testBundle) start(t *testing.T) {
	t.Helper()

	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()

	require.NoError(t, b.machine.Start(ctx))
	b.prepare(t)
}

// restart has the machine restart itself.
func (b *testBundle) restart(t *testing.T) {
	t.Helper()

	ctx, cancel := context.WithTimeout(t.Context(), 2*patience)
	defer cancel()

	require.NoError(t, b.machine.Reboot(ctx))
	b.prepare(t)
}

// prepare does what the machine's start does not do.
func (b *testBundle) prepare(t *testing.T) {
	t.Helper()

	b.run(t, "mount", "-o", "ro", "/dev/vda", "/mnt")
	// Something of the machine listens that VMs may not reach.
	b.run(t, "systemd-run", "--unit=listener", "systemd-socket-activate", "--listen="+machinePort, "/bin/sleep", "3600")
	require.EventuallyWithT(t, func(c *assert.CollectT) {
		require.Zero(c, b.try(t, "sh", "-c", "ss --listening --tcp --no-header sport = "+machinePort+" | grep LISTEN").Code)
	}, patience, time.Second)
}

// explain shows what the machine has logged where the test failed.
func (b *testBundle) explain(t *testing.T) {
	t.Helper()

	if !t.Failed() {
		return
	}

	ctx, cancel := context.WithTimeout(context.Background(), patience/4)
	defer cancel()

	for _, command := range [][]string{
		{"journalctl", "--no-pager", "--lines=60", "--unit=zeitwork-*", "--output=short-monotonic"},
		{"journalctl", "--no-pager", "--lines=40", "--output=short-monotonic", "--priority=warning"},
		{"systemctl", "status", "--no-pager", "--lines=0", "zeitwork-nodeagent", "containerd"},
		{"nft", "list", "ruleset"},
	} {
		output, err := b.machine.Run(ctx, "", command...)
		t.Log(strings.Join(command, " "), err, "\n", output.Stdout, output.Stderr)
	}

	console, _ := os.ReadFile(b.machine.Console())
	t.Log(string(console))
}

// try runs a command in the machine.
func (b *testBundle) try(t *testing.T, command ...string) machine.Output {
	t.Helper()

	return b.tryWith(t, "", command...)
}

func (b *testBundle) tryWith(t *testing.T, input string, command ...string) machine.Output {
	t.Helper()

	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()

	output, err := b.machine.Run(ctx, input, command...)
	require.NoError(t, err)

	return output
}

// run runs a command in the machine that is to succeed, and returns what it wrote.
func (b *testBundle) run(t *testing.T, command ...string) string {
	t.Helper()

	output := b.try(t, command...)
	require.Zero(t, output.Code, "%s\n%s%s", strings.Join(command, " "), output.Stdout, output.Stderr)

	return strings.TrimSpace(output.Stdout)
}

// vm describes another VM.
func (b *testBundle) vm() client.AssignedVM {
	b.nextAddress = b.nextAddress.Next()

	return client.AssignedVM{
		ID: id.New(), DeploymentID: id.New(), ProjectID: id.New(), DesiredState: client.AssignedVMDesiredStateRunning,
		Image: b.image, IP: b.nextAddress.String(), Port: 3000, CPUMillis: 500, MemoryBytes: 64 << 20, PIDS: 100, GraceSeconds: 5,
		Environment: map[string]string{},
	}
}

// get asks the VM from outside, as an edge does. It returns the status and the body.
func (b *testBundle) get(ctx context.Context, vm client.AssignedVM, path string) (int, string, error) {
	transport := &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, hostPort string) (net.Conn, error) {
			return b.machine.Outside.Dial(ctx, hostPort)
		},
	}
	client := &http.Client{Transport: transport, Timeout: 10 * time.Second}

	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+net.JoinHostPort(vm.IP, strconv.FormatInt(vm.Port, 10))+path, http.NoBody)
	if err != nil {
		return 0, "", err
	}

	response, err := client.Do(request)
	if err != nil {
		return 0, "", err
	}
	defer func() { _ = response.Body.Close() }()

	body, err := io.ReadAll(response.Body)

	return response.StatusCode, string(body), err
}

// since returns what the app says of when it was started, which changes when it is started again.
func (b *testBundle) since(t *testing.T, vm client.AssignedVM) string {
	t.Helper()

	status, body, err := b.get(t.Context(), vm, "/")
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, status)

	return body
}

// dials tells whether the VM reaches an address.
func (b *testBundle) dials(t *testing.T, vm client.AssignedVM, hostPort string) bool {
	t.Helper()

	status, body, err := b.get(t.Context(), vm, "/dial?address="+hostPort)
	require.NoError(t, err)
	require.Contains(t, []int{http.StatusOK, http.StatusBadGateway}, status, body)

	return status == http.StatusOK
}

// requireIsolated requires that the VM serves and reaches the internet, and neither the machine, nor what is inside, nor another VM.
func (b *testBundle) requireIsolated(t *testing.T, vm, other client.AssignedVM) {
	t.Helper()

	require.True(t, b.dials(t, vm, internet+":80"), "the internet")
	require.False(t, b.dials(t, vm, apiHost), "the API's private address")
	require.False(t, b.dials(t, vm, fmt.Sprintf("%s:%d", other.IP, other.Port)), "another VM")
	require.False(t, b.dials(t, vm, machine.Address+":"+machinePort), "the machine")
}

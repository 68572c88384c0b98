package builder

import (
	"encoding/json"
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/nftables"
	"github.com/moby/buildkit/client"
	"github.com/moby/buildkit/client/llb"
	"github.com/stretchr/testify/require"
	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netns"

	"github.com/zeitwork/zeitwork/internal/netnamespace"
	"github.com/zeitwork/zeitwork/internal/process"
)

// These tests change the machine's interfaces and firewall, so they run one after another, with names and ranges that
// nothing else uses.
const (
	testBridge = "zwbuildtest0"
	testSubnet = "10.82.3.0/24"
	// The neighbour is a machine beside this one with an internal address and one that stands for the internet.
	neighbourInternal = "10.82.4.2"
	neighbourPublic   = "203.0.113.2"
)

func TestBuildkitd_Build_ReachesTheInternetAndNothingInternal(t *testing.T) {
	buildkitd := testBuildkitd(t)
	neighbour(t)

	buildkitd.Nameservers = []netip.Addr{netip.MustParseAddr(neighbourInternal)}

	onMachine, err := net.Listen("tcp", "0.0.0.0:0")
	require.NoError(t, err)

	defer func() { require.NoError(t, onMachine.Close()) }()

	port := strconv.Itoa(onMachine.Addr().(*net.TCPAddr).Port)

	process, err := buildkitd.Start(t.Context())
	require.NoError(t, err)

	defer func() { require.NoError(t, process.Stop(t.Context())) }()

	expected := map[string]string{
		neighbourPublic + ":80":   "open",
		neighbourInternal + ":53": "open", // It is the nameserver.
		neighbourInternal + ":80": "closed",
		"10.82.3.253:" + port:     "closed", // This machine, by its end of the link.
		"10.82.4.1:" + port:       "closed", // This machine, by another of its addresses.
		"203.0.113.1:" + port:     "closed", // This machine, by its address in the internet.
	}

	for _, address := range []string{neighbourPublic + ":80", neighbourInternal + ":80", "10.82.4.1:" + port, "203.0.113.1:" + port} {
		connection, err := net.Dial("tcp", address)
		require.NoError(t, err, "outside of a build all of them answer")
		require.NoError(t, connection.Close())
	}

	output := probe(t, buildkitd, process, expected)
	for address, state := range expected {
		require.Contains(t, output, "PROBE "+address+" "+state)
	}

	requireIsolatedPorts(t, buildkitd)
}

func TestBuildkitd_Itself_ReachesThePlatformsRegistryAndNothingInternal(t *testing.T) {
	buildkitd := testBuildkitd(t)
	internal := neighbour(t)

	var asked atomic.Int64

	// It stands on the machine's loopback interface, and sends whoever wants a token to an internal address.
	registry := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		w.Header().Set("WWW-Authenticate", `Bearer realm="http://`+neighbourInternal+`:80/token",service="registry"`)
		w.WriteHeader(http.StatusUnauthorized)
	}))
	defer registry.Close()

	buildkitd.RegistryHost, buildkitd.RegistryInsecure = registry.Listener.Addr().String(), true
	buildkitd.Nameservers = []netip.Addr{netip.MustParseAddr(neighbourInternal)}

	for _, allowed := range [][]string{nil, {neighbourInternal + ":80"}} {
		buildkitd.Allowed = allowed

		daemon, err := buildkitd.Start(t.Context())
		require.NoError(t, err)

		for _, host := range []string{buildkitd.RegistryHost, neighbourInternal + ":80"} {
			require.Error(t, pull(t, daemon, host+"/app:1"))
			require.Equal(t, allowed != nil, internal.Swap(0) > 0, "%s leads to what is internal where the operator says so, and nowhere else", host)
		}

		require.NoError(t, daemon.Stop(t.Context()))
		require.NotZero(t, asked.Swap(0), "the registry is reached")
	}
}

func TestBuildkitd_Stopped_LeavesNothingOnTheMachine(t *testing.T) {
	buildkitd := testBuildkitd(t)

	process, err := buildkitd.Start(t.Context())
	require.NoError(t, err)
	require.Contains(t, tables(t), "zeitwork-build-"+testBridge)

	_, err = netlink.LinkByName(testBridge)
	require.NoError(t, err)
	require.NoError(t, process.Stop(t.Context()))
	requireNothingLeft(t, buildkitd)
}

func TestBuildkitd_Killed_StartsAgainAndLeavesNothing(t *testing.T) {
	buildkitd := testBuildkitd(t)

	first, err := buildkitd.Start(t.Context())
	require.NoError(t, err)
	first.Kill()

	second, err := buildkitd.Start(t.Context())
	require.NoError(t, err)
	probe(t, buildkitd, second, map[string]string{"10.82.3.1:1": "closed"})
	require.NoError(t, second.Stop(t.Context()))
	requireNothingLeft(t, buildkitd)
}

func TestBuildkitd_KilledDuringABuild_EndsItAtTheNextStart(t *testing.T) {
	buildkitd := testBuildkitd(t)

	first, err := buildkitd.Start(t.Context())
	require.NoError(t, err)
	hang(t, buildkitd, first)
	first.Kill()
	require.NotEmpty(t, builds(t, buildkitd), "a build outlives buildkitd")

	second, err := buildkitd.Start(t.Context())
	require.NoError(t, err)
	require.Empty(t, builds(t, buildkitd))
	require.NoError(t, second.Stop(t.Context()))
	requireNothingLeft(t, buildkitd)
}

func TestBuildkitd_StoppedDuringABuild_EndsIt(t *testing.T) {
	buildkitd := testBuildkitd(t)
	buildkitd.Steps, buildkitd.Processes = 1, 500

	process, err := buildkitd.Start(t.Context())
	require.NoError(t, err)
	hang(t, buildkitd, process)
	require.Equal(t, "500", valuesOf(t, buildkitd.cgroup())["pids.max"])
	require.NoError(t, process.Stop(t.Context()))
	require.Empty(t, builds(t, buildkitd))
	requireNothingLeft(t, buildkitd)
}

func TestBuildkitd_HostNetworkAsked_Refuses(t *testing.T) {
	buildkitd := testBuildkitd(t)

	process, err := buildkitd.Start(t.Context())
	require.NoError(t, err)

	defer func() { require.NoError(t, process.Stop(t.Context())) }()

	output, err := build(t, buildkitd, process, "RUN --network=host [\"/probe\"]", "--allow", "network.host")
	require.Error(t, err)
	require.Contains(t, output, "network.host is not allowed")
}

func testBuildkitd(t *testing.T) Buildkitd {
	t.Helper()

	if os.Geteuid() != 0 {
		t.Skip("needs root")
	}

	bin := os.Getenv("ZEITWORK_TEST_BIN")
	if bin == "" {
		t.Skip("needs the daemons' binaries; run it through `go tool task test`, or set ZEITWORK_TEST_BIN to their folder")
	}

	home, err := os.MkdirTemp("/tmp", "zw-") //nolint:usetesting // The path of t.TempDir is too long for sockets.
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(home)) })

	return Buildkitd{
		Home: process.Home(home), Programs: ProgramsIn(bin), Bridge: testBridge, Subnet: netip.MustParsePrefix(testSubnet)}
}

// hang begins a build that never ends, and returns when its step runs.
func hang(t *testing.T, buildkitd Buildkitd, daemon *process.Process) {
	t.Helper()

	command := buildCommand(t, buildkitd, daemon, `RUN ["/probe"]`)
	built := make(chan struct{})

	go func() {
		defer close(built)
		// The build fails when buildkitd ends.
		_ = command.Run()
	}()

	t.Cleanup(func() { <-built })
	// Before it is the step, the process is runc, which ends together with buildkitd.
	require.Eventually(t, func() bool {
		return slices.ContainsFunc(builds(t, buildkitd), func(command string) bool { return strings.HasPrefix(command, "/probe") })
	}, time.Minute, 10*time.Millisecond)
}

// builds returns the command lines of the steps that run.
func builds(t *testing.T, buildkitd Buildkitd) []string {
	t.Helper()

	folders, err := filepath.Glob("/proc/[0-9]*")
	require.NoError(t, err)

	var running []string

	for _, folder := range folders {
		if (buildProcesses{cgroup: buildkitd.cgroup()}).contain(folder) {
			command, _ := os.ReadFile(filepath.Join(folder, "cmdline"))
			running = append(running, string(command))
		}
	}

	return running
}

// probe builds an image whose one step tries the addresses, and returns the build's log.
func probe(t *testing.T, buildkitd Buildkitd, daemon *process.Process, addresses map[string]string) string {
	t.Helper()

	step, err := json.Marshal(append([]string{"/probe"}, slices.Collect(maps.Keys(addresses))...))
	require.NoError(t, err)

	output, err := build(t, buildkitd, daemon, "RUN "+string(step))
	require.NoError(t, err, output)

	return output
}

func build(t *testing.T, buildkitd Buildkitd, daemon *process.Process, step string, more ...string) (string, error) {
	t.Helper()

	output, err := buildCommand(t, buildkitd, daemon, step, more...).CombinedOutput()

	return string(output), err
}

// compiledProbe is the program that the Dockerfiles of these tests run.
var compiledProbe = sync.OnceValues(func() ([]byte, error) { //nolint:gochecknoglobals // It is compiled once for all tests.
	folder, err := os.MkdirTemp("", "probe")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder) //nolint:errcheck // It is a temporary folder.

	path := filepath.Join(folder, "probe")
	compile := exec.Command("go", "build", "-o", path, "./testdata/probe") //nolint:noctx // It belongs to no single test.
	compile.Env = append(os.Environ(), "CGO_ENABLED=0")

	if output, err := compile.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("compile the probe: %w: %s", err, output)
	}

	return os.ReadFile(path)
})

func buildCommand(t *testing.T, buildkitd Buildkitd, daemon *process.Process, step string, more ...string) *exec.Cmd {
	t.Helper()

	folder := t.TempDir()
	program, err := compiledProbe()
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(folder, "probe"), program, 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(folder, "Dockerfile"), []byte("FROM scratch\nCOPY probe /probe\n"+step+"\n"), 0o600))

	arguments := append([]string{
		"--addr", daemon.Address(), "build", "--progress", "plain", "--frontend", "dockerfile.v0", "--no-cache",
		"--local", "context=" + folder, "--local", "dockerfile=" + folder,
	}, more...)

	return exec.CommandContext(t.Context(), filepath.Join(buildkitd.Programs.CNI, "buildctl"), arguments...)
}

// pull has buildkitd pull an image for a client that, other than buildctl, asks for no tokens in its place.
func pull(t *testing.T, daemon *process.Process, image string) error {
	t.Helper()

	buildkit, err := client.New(t.Context(), daemon.Address())
	require.NoError(t, err)

	defer func() { require.NoError(t, buildkit.Close()) }()

	definition, err := llb.Image(image).Marshal(t.Context())
	require.NoError(t, err)

	_, err = buildkit.Solve(t.Context(), definition, client.SolveOpt{}, nil)

	return err
}

// neighbour makes a network namespace that is wired to this machine and answers on ports 53 and 80. It counts connections to port 80 of its internal
// address.
func neighbour(t *testing.T) *atomic.Int64 {
	t.Helper()

	var internal atomic.Int64

	runtime.LockOSThread()

	defer runtime.UnlockOSThread()

	machine, err := netns.Get()
	require.NoError(t, err)

	defer func() { require.NoError(t, machine.Close()) }()

	// The namespace lives as long as the listeners in it.
	apart, err := netns.New()
	require.NoError(t, err)

	defer func() { require.NoError(t, apart.Close()) }()

	require.NoError(t, netns.Set(machine))
	require.NoError(t, netlink.LinkAdd(&netlink.Veth{
		LinkAttrs: netlink.LinkAttrs{Name: "zwbuildtest1"}, PeerName: "eth0", PeerNamespace: netlink.NsFd(apart),
	}))
	t.Cleanup(func() {
		link, err := netlink.LinkByName("zwbuildtest1")
		require.NoError(t, err)
		require.NoError(t, netlink.LinkDel(link))
	})
	configure(t, "zwbuildtest1", "10.82.4.1/24", "203.0.113.1/24")
	require.NoError(t, netns.Set(apart))

	defer func() { require.NoError(t, netns.Set(machine)) }()

	configure(t, "eth0", neighbourInternal+"/24", neighbourPublic+"/24")

	for _, port := range []string{"53", "80"} {
		listener, err := net.Listen("tcp", ":"+port)
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, listener.Close()) })

		go func() {
			for connection, err := listener.Accept(); err == nil; connection, err = listener.Accept() {
				if connection.LocalAddr().String() == neighbourInternal+":80" {
					internal.Add(1)
				}

				_ = connection.Close()
			}
		}()
	}

	return &internal
}

func configure(t *testing.T, name string, addresses ...string) {
	t.Helper()

	link, err := netlink.LinkByName(name)
	require.NoError(t, err)

	for _, address := range addresses {
		parsed, err := netlink.ParseAddr(address)
		require.NoError(t, err)
		require.NoError(t, netlink.AddrAdd(link, parsed))
	}

	require.NoError(t, netlink.LinkSetUp(link))
}

// requireIsolatedPorts checks that one build cannot reach another through the bridge.
func requireIsolatedPorts(t *testing.T, buildkitd Buildkitd) {
	t.Helper()

	isolated := 0

	require.NoError(t, netnamespace.Do(buildkitd.NetworkNamespace(), func() error {
		links, err := netlink.LinkList()
		if err != nil {
			return err
		}

		for _, link := range links {
			if link.Attrs().MasterIndex == 0 {
				continue
			}

			port, err := netlink.LinkGetProtinfo(link)
			if err != nil {
				continue // The pool has just closed this network.
			}

			if !port.Isolated {
				return fmt.Errorf("%s can reach other builds", link.Attrs().Name)
			}

			isolated++
		}

		return nil
	}))
	require.NotZero(t, isolated)
}

func requireNothingLeft(t *testing.T, buildkitd Buildkitd) {
	t.Helper()

	require.NotContains(t, tables(t), "zeitwork-build-"+testBridge)

	_, err := netlink.LinkByName(testBridge)
	require.ErrorAs(t, err, &netlink.LinkNotFoundError{})

	mounts, err := os.ReadFile("/proc/self/mounts")
	require.NoError(t, err)
	require.NotContains(t, string(mounts), string(buildkitd.Home))
	require.NoFileExists(t, buildkitd.NetworkNamespace())

	groups, err := filepath.Glob("/sys/fs/cgroup/*/" + buildkitd.cgroup())
	require.NoError(t, err)
	require.Empty(t, groups)

	results, err := filepath.Glob("/var/lib/cni/results/" + testBridge + "*")
	require.NoError(t, err)
	require.Empty(t, results)

	if _, err := exec.LookPath("iptables-save"); err == nil {
		rules, err := exec.CommandContext(t.Context(), "iptables-save").CombinedOutput()
		require.NoError(t, err)
		require.NotContains(t, string(rules), testBridge)
	}
}

func tables(t *testing.T) []string {
	t.Helper()

	connection, err := nftables.New()
	require.NoError(t, err)

	all, err := connection.ListTables()
	require.NoError(t, err)

	names := make([]string, len(all))
	for i, table := range all {
		names[i] = table.Name
	}

	return names
}

package cluster_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/nftables"
	"github.com/samber/lo"
	"github.com/stretchr/testify/require"
	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"github.com/zeitwork/zeitwork/local/baseimages"
	"github.com/zeitwork/zeitwork/local/cluster"
	"github.com/zeitwork/zeitwork/local/toolchain"
	"github.com/zeitwork/zeitwork/test/fixtures/npm"
)

// No other test uses these.
const bridge = "zwclus0"

var (
	clusterRange = netip.MustParsePrefix("10.95.0.0/16")
	buildRange   = netip.MustParsePrefix("10.96.0.0/16")
)

// setup is what two runs of one cluster share.
type setup struct {
	DataDir  string `json:"data_dir"`
	CacheDir string `json:"cache_dir"`
	Program  string `json:"program"`
	Bin      string `json:"bin"`
}

func newSetup(t *testing.T) *setup {
	t.Helper()

	if given := os.Getenv(childVariable); given != "" {
		s := &setup{}
		require.NoError(t, json.Unmarshal([]byte(given), s))

		return s
	}

	bin := os.Getenv("ZEITWORK_TEST_BIN")
	if bin == "" {
		t.Skip("ZEITWORK_TEST_BIN is not set: run the tests through `go tool task test`, which builds the daemons for them")
	}

	if os.Geteuid() != 0 {
		t.Skip("the platform needs root: network namespaces, mounts and containerd")
	}

	config, err := toolchain.ReadConfig()
	require.NoError(t, err)

	err = baseimages.Make(t.Context(), config.CacheDir, func(string, string) {})
	npm.SkipIfCause(t, err)
	require.NoError(t, err)

	// A short path: the sockets below it may be 107 bytes long. Postgres runs as another user, who must be able to pass.
	folder, err := os.MkdirTemp("/tmp", "zw") //nolint:usetesting // Its paths are long.
	require.NoError(t, err)
	require.NoError(t, os.Chmod(folder, 0o711))
	t.Cleanup(func() {
		if !t.Failed() {
			require.NoError(t, os.RemoveAll(folder))
		}
	})

	s := &setup{DataDir: filepath.Join(folder, "data"), CacheDir: config.CacheDir, Program: filepath.Join(folder, "zeitwork"), Bin: bin}
	output, err := exec.CommandContext(t.Context(), "go", "build", "-o", s.Program, "../../cmd/zeitwork").CombinedOutput()
	require.NoError(t, err, "%s", output)

	return s
}

func (s *setup) options() cluster.Options {
	return cluster.Options{
		DataDir: s.DataDir, CacheDir: s.CacheDir, Program: s.Program, Bin: s.Bin,
		ClusterRange: clusterRange, BuildRange: buildRange, Bridge: bridge, Disposable: true, Nodes: 2, Edges: 2,
		Environ:  []string{"ZEITWORK_LOG_LEVEL=debug"},
		Progress: func(part, detail string) { fmt.Fprintln(os.Stderr, "cluster:", part, detail) },
	}
}

// childVariable makes the test run itself as the process that is killed.
const childVariable = "ZEITWORK_LOCALCLUSTER_TEST_CHILD"

// startAndKill runs the cluster in a process of its own, with the app, and kills that.
func (s *setup) startAndKill(t *testing.T) {
	t.Helper()

	if os.Getenv(childVariable) != "" {
		started, err := cluster.Start(t.Context(), s.options())
		require.NoError(t, err)

		a := &app{cluster: started}
		a.deploy(t, filepath.Join(filepath.Dir(s.DataDir), "app"))
		a.answersFromBothNodes(t)

		_, _ = os.Stdout.WriteString("ready\n")

		select {}
	}

	given, err := json.Marshal(s)
	require.NoError(t, err)

	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$")
	child.Env = append(os.Environ(), childVariable+"="+string(given))
	child.Stderr = os.Stderr

	output, err := child.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, child.Start())

	var said []string

	for lines := bufio.NewScanner(output); lines.Scan() && lines.Text() != "ready"; {
		said = append(said, lines.Text())
	}

	require.NoError(t, child.Process.Kill())
	require.ErrorContains(t, child.Wait(), "killed", "%s", strings.Join(said, "\n"))
}

// left lists what there is of the cluster on the machine outside its folder.
func (s *setup) left(t *testing.T, started *cluster.Cluster, namespaces []uint64) []string {
	t.Helper()

	var found []string

	processes, err := filepath.Glob("/proc/[0-9]*")
	require.NoError(t, err)

	for _, process := range processes {
		commandLine, _ := os.ReadFile(filepath.Join(process, "cmdline"))
		directory, _ := os.Readlink(filepath.Join(process, "cwd"))

		var stat unix.Stat_t

		_ = unix.Stat(filepath.Join(process, "ns", "net"), &stat)

		if strings.Contains(string(commandLine)+directory, s.DataDir) || lo.Contains(namespaces, stat.Ino) {
			found = append(found, "process "+strings.ReplaceAll(string(commandLine), "\x00", " "))
		}
	}

	mounts, err := os.ReadFile("/proc/self/mounts")
	require.NoError(t, err)

	for line := range strings.Lines(string(mounts)) {
		if strings.Contains(line, s.DataDir) || strings.Contains(line, started.Namespace()) {
			found = append(found, "mount "+line)
		}
	}

	links, err := netlink.LinkList()
	require.NoError(t, err)

	for _, link := range links {
		if name := link.Attrs().Name; name == bridge || strings.HasPrefix(name, "zwn"+strings.TrimPrefix(started.Namespace(), "zeitwork-")) {
			found = append(found, "interface "+name)
		}
	}

	routes, err := netlink.RouteList(nil, netlink.FAMILY_V4)
	require.NoError(t, err)

	for _, route := range routes {
		if to := prefixOf(t, route.Dst); clusterRange.Overlaps(to) && to.Bits() > 0 || buildRange.Overlaps(to) && to.Bits() > 0 {
			found = append(found, "route "+route.String())
		}
	}

	filter, err := nftables.New()
	require.NoError(t, err)

	tables, err := filter.ListTables()
	require.NoError(t, err)

	// Tables are those of the network namespace that this thread is in.
	namespace, err := os.Readlink("/proc/thread-self/ns/net")
	require.NoError(t, err)

	for _, table := range tables {
		if strings.Contains(table.Name, bridge) || strings.Contains(table.Name, clusterRange.Addr().String()) {
			found = append(found, fmt.Sprintf("packet filter %s in %s", table.Name, namespace))
		}
	}

	folders, err := filepath.Glob("/run/zeitwork/" + started.Namespace() + "*")
	require.NoError(t, err)

	return append(found, folders...)
}

// prefixOf returns the range of a route; the default route has none.
func prefixOf(t *testing.T, to *net.IPNet) netip.Prefix {
	t.Helper()

	if to == nil {
		return netip.PrefixFrom(netip.IPv4Unspecified(), 0)
	}

	prefix, err := netip.ParsePrefix(to.String())
	require.NoError(t, err)

	return prefix
}

func inode(t *testing.T, path string) uint64 {
	t.Helper()

	var stat unix.Stat_t

	require.NoError(t, unix.Stat(path, &stat))

	return stat.Ino
}

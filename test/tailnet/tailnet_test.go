package tailnet_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/require"
	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netns"
	"golang.org/x/sys/unix"

	"github.com/zeitwork/zeitwork/internal/netnamespace"
	"github.com/zeitwork/zeitwork/internal/tailscaled"
)

const (
	policyFile = "../../pulumi/policy.json"
	// hubAddress is where the control plane and its relay answer, in a network that leads nowhere else. It is private: tailscaled speaks plain HTTP to no other.
	hubAddress  = "192.168.231.1"
	loginServer = "http://" + hubAddress + ":8080"
	authKey     = "tskey-auth-test"
	// tailnetInterface is the name that tailscaled gives its interface.
	tailnetInterface = "tailscale0"
	patience         = 30 * time.Second
)

// decider decides what each machine of a tailnet may do.
type decider func(machines []machine) map[string]decision

// tailnet is a control plane, with the network by which machines reach it and each other.
type tailnet struct {
	programs, folder, hub string
	control               *exec.Cmd
	clusterRange          netip.Prefix

	mu      sync.Mutex
	decide  decider
	members int
}

// member is a machine of a tailnet.
type member struct {
	namespace string
	socket    tailscaled.Socket
	address   netip.Addr
	daemon    *exec.Cmd
}

// newTailnet starts a tailnet without machines. Addresses of the cluster's range lead nowhere in it but through tailscaled.
func newTailnet(t *testing.T, clusterRange netip.Prefix, decide decider) *tailnet {
	t.Helper()

	programs := os.Getenv("ZEITWORK_TEST_TAILNET")

	switch {
	case programs == "":
		t.Skip("ZEITWORK_TEST_TAILNET is not set: run the tests through `go tool task test`, which builds tailscaled for them")
	case os.Geteuid() != 0:
		t.Skip("network namespaces need root")
	}

	if _, err := os.Stat("/dev/net/tun"); err != nil {
		t.Skip("tailscaled needs /dev/net/tun")
	}

	// A short path: the sockets below it may be 107 bytes long.
	folder, err := os.MkdirTemp("/tmp", "zwt") //nolint:usetesting // Its paths are long.
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(folder)) })

	n := &tailnet{programs: programs, folder: folder, hub: filepath.Join(folder, "hub"), clusterRange: clusterRange, decide: decide}

	// The one binary is both: it goes by its name.
	require.NoError(t, os.Mkdir(filepath.Join(folder, "bin"), 0o755))
	require.NoError(t, os.Symlink(filepath.Join(programs, "tailscaled"), filepath.Join(folder, "bin", "tailscale")))
	t.Setenv("PATH", filepath.Join(folder, "bin")+":"+os.Getenv("PATH"))

	n.makeHub(t)
	n.serveDecisions(t)

	keyFile := filepath.Join(folder, "key")
	require.NoError(t, os.WriteFile(keyFile, []byte(authKey), 0o600))

	n.control = exec.CommandContext(context.Background(), filepath.Join(programs, "control"),
		"-address", hubAddress, "-decider", n.deciderSocket(), "-auth-key", keyFile)
	startIn(t, n.hub, filepath.Join(folder, "plane.log"), n.control)
	await(t, patience, func() string { return textOf(dial(n.hub, hubAddress+":8080", time.Second)) })

	return n
}

func (n *tailnet) deciderSocket() string { return filepath.Join(n.folder, "decider") }

// makeHub makes the namespace of the control plane, with a bridge that connects all machines.
func (n *tailnet) makeHub(t *testing.T) {
	t.Helper()

	require.NoError(t, netnamespace.Ensure(n.hub))
	t.Cleanup(func() { require.NoError(t, netnamespace.Remove(n.hub)) })

	require.NoError(t, netnamespace.Do(n.hub, func() error {
		attributes := netlink.NewLinkAttrs()
		attributes.Name = "hub0"

		if err := netlink.LinkAdd(&netlink.Bridge{LinkAttrs: attributes}); err != nil {
			return err
		}

		return turnOn("hub0", hubAddress+"/24")
	}))
}

// serveDecisions answers the control plane's questions about machines.
func (n *tailnet) serveDecisions(t *testing.T) {
	t.Helper()

	listener, err := net.Listen("unix", n.deciderSocket())
	require.NoError(t, err)

	server := &http.Server{ReadHeaderTimeout: patience, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var machines []machine

		if err := json.NewDecoder(r.Body).Decode(&machines); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)

			return
		}

		n.mu.Lock()
		decide := n.decide
		n.mu.Unlock()

		_ = json.NewEncoder(w).Encode(decide(machines)) //nolint:errchkjson,musttag // It fails only when the client has gone.
	})}

	go func() { _ = server.Serve(listener) }()

	t.Cleanup(func() { _ = server.Close() })
}

// redecide has the control plane tell machines what another decider decides.
func (n *tailnet) redecide(t *testing.T, decide decider) {
	t.Helper()

	n.mu.Lock()
	n.decide = decide
	n.mu.Unlock()

	require.NoError(t, n.control.Process.Signal(syscall.SIGHUP))
}

// socketOf returns where the tailscaled of a machine listens, or will.
func (n *tailnet) socketOf(machine string) tailscaled.Socket {
	return tailscaled.Socket(filepath.Join(n.folder, machine+".sock"))
}

// add connects a machine's network namespace to the tailnet's network and starts its tailscaled, which is signed out.
func (n *tailnet) add(t *testing.T, name, namespace string) *member {
	t.Helper()

	n.members++

	m := &member{namespace: namespace, socket: n.socketOf(name)}
	n.cable(t, namespace, fmt.Sprintf("192.168.231.%d/24", n.members+1))

	state := filepath.Join(n.folder, name)
	m.daemon = exec.CommandContext(context.Background(), filepath.Join(n.programs, "tailscaled"),
		"--tun="+tailnetInterface, "--statedir="+state, "--socket="+string(m.socket), "--port=0")
	m.daemon.Env = append(os.Environ(), "TS_DEBUG_FIREWALL_MODE=nftables")
	startIn(t, namespace, state+".log", m.daemon)
	m.awaitState(t, tailscaled.NeedsLogin)

	return m
}

// cable connects a namespace to the hub.
func (n *tailnet) cable(t *testing.T, namespace, address string) {
	t.Helper()

	hub, err := netns.GetFromPath(n.hub)
	require.NoError(t, err)

	defer func() { require.NoError(t, hub.Close()) }()

	port := fmt.Sprintf("port%d", n.members)

	require.NoError(t, netnamespace.Do(namespace, func() error {
		attributes := netlink.NewLinkAttrs()
		attributes.Name = "hub0"

		if err := netlink.LinkAdd(&netlink.Veth{LinkAttrs: attributes, PeerName: port, PeerNamespace: netlink.NsFd(hub)}); err != nil {
			return err
		}

		if err := turnOn("hub0", address); err != nil {
			return err
		}

		// No packet for a VM leaves the machine but through tailscaled.
		return netlink.RouteReplace(&netlink.Route{Dst: ipNet(n.clusterRange), Type: unix.RTN_UNREACHABLE, Table: unix.RT_TABLE_MAIN})
	}))
	require.NoError(t, netnamespace.Do(n.hub, func() error {
		link, err := netlink.LinkByName(port)
		if err != nil {
			return err
		}

		bridge, err := netlink.LinkByName("hub0")
		if err != nil {
			return err
		}

		if err := netlink.LinkSetMaster(link, bridge); err != nil {
			return err
		}

		return netlink.LinkSetUp(link)
	}))
}

// signIn signs the machine in as `zeitwork node join` does.
func (m *member) signIn(t *testing.T, tag string) {
	t.Helper()

	require.NoError(t, m.socket.Join(t.Context(), tailscaled.SignIn{AuthKey: authKey, Tags: tag, LoginServer: loginServer}, func(string) {}))

	status := m.awaitState(t, tailscaled.Running)
	require.NotEmpty(t, status.Addresses)
	m.address = status.Addresses[0]
}

func (m *member) awaitState(t *testing.T, states ...string) tailscaled.Status {
	t.Helper()

	var status tailscaled.Status

	await(t, patience, func() string {
		var err error
		if status, err = m.socket.Status(t.Context()); err != nil {
			return err.Error()
		}

		return lo.Ternary(slices.Contains(states, status.State), "", "tailscaled is in the state "+status.State)
	})

	return status
}

// tailscale runs the command tailscale for the machine.
func (m *member) tailscale(t *testing.T, arguments ...string) {
	t.Helper()

	output, err := exec.CommandContext(t.Context(), "tailscale", append([]string{"--socket=" + string(m.socket)}, arguments...)...).CombinedOutput()
	require.NoError(t, err, "%s", output)
}

// awaitRoute returns once packets to the address go through tailscaled. Nobody is to dial before that.
func (m *member) awaitRoute(t *testing.T, address netip.Addr) {
	t.Helper()

	await(t, patience, func() string {
		return textOf(netnamespace.Do(m.namespace, func() error {
			link, err := netlink.LinkByName(tailnetInterface)
			if err != nil {
				return err
			}

			routes, err := netlink.RouteGet(address.AsSlice())
			if err != nil {
				return err
			}

			if len(routes) != 1 || routes[0].LinkIndex != link.Attrs().Index {
				return fmt.Errorf("packets to %s do not go through tailscaled", address)
			}

			return nil
		}))
	})
}

// await returns once nothing is in the way any more, and fails with what it is where that takes too long.
func await(t *testing.T, patience time.Duration, obstacle func() string) {
	t.Helper()

	const pause = 20 * time.Millisecond

	for deadline := time.Now().Add(patience); ; time.Sleep(pause) {
		found := obstacle()
		if found == "" {
			return
		}

		require.True(t, time.Now().Before(deadline), found)
	}
}

func textOf(err error) string {
	if err != nil {
		return err.Error()
	}

	return ""
}

// startIn starts a program in a network namespace; it ends with the test, which shows its log where it fails.
func startIn(t *testing.T, namespace, log string, command *exec.Cmd) {
	t.Helper()

	file, err := os.OpenFile(log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	require.NoError(t, err)

	command.Stdout, command.Stderr = file, file

	require.NoError(t, netnamespace.Do(namespace, command.Start))
	require.NoError(t, file.Close())

	t.Cleanup(func() {
		_ = command.Process.Signal(syscall.SIGTERM)

		late := time.AfterFunc(patience, func() { _ = command.Process.Kill() })
		_ = command.Wait()

		late.Stop()

		if t.Failed() {
			showEnd(t, log)
		}
	})
}

func showEnd(t *testing.T, log string) {
	t.Helper()

	const enough = 6000

	content, _ := os.ReadFile(log)
	t.Logf("%s:\n%s", filepath.Base(log), content[max(0, len(content)-enough):])
}

// dial connects from a namespace.
func dial(namespace, address string, timeout time.Duration) error {
	return netnamespace.Do(namespace, func() error {
		connection, err := net.DialTimeout("tcp4", address, timeout)
		if err != nil {
			return err
		}

		return connection.Close()
	})
}

// listen accepts connections in a namespace, and says nothing on them.
func listen(t *testing.T, namespace, address string) {
	t.Helper()

	var listener net.Listener

	require.NoError(t, netnamespace.Do(namespace, func() (err error) {
		listener, err = net.Listen("tcp4", address)

		return err
	}))
	t.Cleanup(func() { _ = listener.Close() })

	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}

			go func() {
				_, _ = io.Copy(io.Discard, connection)
				_ = connection.Close()
			}()
		}
	}()
}

func turnOn(name, address string) error {
	link, err := netlink.LinkByName(name)
	if err != nil {
		return err
	}

	parsed, err := netlink.ParseAddr(address)
	if err != nil {
		return err
	}

	if err := netlink.AddrAdd(link, parsed); err != nil {
		return err
	}

	return netlink.LinkSetUp(link)
}

func ipNet(prefix netip.Prefix) *net.IPNet {
	return &net.IPNet{IP: prefix.Addr().AsSlice(), Mask: net.CIDRMask(prefix.Bits(), prefix.Addr().BitLen())}
}

func newNamespace(t *testing.T) string {
	t.Helper()

	path := filepath.Join(t.TempDir(), "namespace")
	require.NoError(t, netnamespace.Ensure(path))
	t.Cleanup(func() { require.NoError(t, netnamespace.Remove(path)) })

	return path
}

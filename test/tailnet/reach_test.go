package tailnet_test

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/samber/lo"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/netnamespace"
	"github.com/zeitwork/zeitwork/nodeagent/network"
)

const (
	vmPort, otherVMPort = 8080, 9090
	// metricsPort stands for everything that no policy names.
	metricsPort = 9100
)

// attempt is a connection that somebody tries.
type attempt struct{ from, to string }

// world is a tailnet with a machine of each kind, two of nodes, each of which has a VM.
type world struct {
	tailnet *tailnet
	members map[string]*member
	// namespaces has where connections begin: machines, and VMs.
	namespaces map[string]string
	// addresses has where they lead to, by the names that the tests give.
	addresses map[string]string
	vms       map[string]vm // By their nodes.
}

// vm is the VM of a node, with the node's rules.
type vm struct {
	network *network.Network
	// address is where its app listens.
	address netip.AddrPort
}

// machinePorts are the ports of each machine: a service of each kind, whatever really runs there, SSH, and one more.
func machinePorts() []uint16 { return []uint16{22, 443, 5432, 8080, 8372, metricsPort} }

func TestTailnet_MachinesAndVMsReachWhatThePolicyNames_AndNothingElse(t *testing.T) {
	p := readPolicy(t, policyFile)
	clusterRange, ok := lo.First(lo.Keys(p.AutoApprovers.Routes))
	require.True(t, ok)

	w := &world{
		tailnet: newTailnet(t, clusterRange, everything), members: map[string]*member{}, namespaces: map[string]string{}, addresses: map[string]string{},
		vms: map[string]vm{},
	}

	for name, tag := range map[string]string{
		"control": "control", "control-2": "control", "registry": "registry", "node": "node", "node-2": "node", "edge": "edge", "builder": "builder",
	} {
		w.addMachine(t, name, "tag:zeitwork-"+tag)
	}

	w.addVM(t, "node", "10.77.1.0/24", clusterRange)
	w.addVM(t, "node-2", "10.77.2.0/24", clusterRange)

	for name, m := range w.members {
		for node, vm := range w.vms {
			if name != node {
				m.awaitRoute(t, vm.address.Addr())
			}
		}
	}

	all := w.attempts()
	fromVM := func(a attempt) bool { return strings.HasPrefix(a.from, "VM") }
	toVM := func(a attempt) bool { return strings.HasPrefix(a.to, "VM") }
	toApp := func(a attempt) bool { return toVM(a) && strings.HasSuffix(a.to, strconv.Itoa(vmPort)) }

	// Where the tailnet lets everything through, and nodes let everybody in, all machines reach each other and apps: what is refused further below is the policy's
	// or the nodes' doing. VMs reach nothing of it, and no port but their app's is reached, all the same.
	w.admit(t, nil)
	w.requireReached(t, all, lo.Filter(all, func(a attempt, _ int) bool { return isNeeded(a) || !fromVM(a) && (!toVM(a) || toApp(a)) }))

	w.tailnet.redecide(t, p.decide)
	w.awaitPolicy(t)
	w.requireReached(t, all, lo.Filter(all, func(a attempt, _ int) bool { return isNeeded(a) }))

	// Nodes do not rely on the policy.
	w.tailnet.redecide(t, everything)
	require.NoError(t, dial(w.namespaces["registry"], w.vms["node"].address.String(), patience))
	w.admit(t, []netip.Addr{w.members["edge"].address})

	vmsOnly := lo.Filter(all, func(a attempt, _ int) bool { return toVM(a) })
	w.requireReached(t, vmsOnly, lo.Filter(vmsOnly, func(a attempt, _ int) bool { return isNeeded(a) }))
}

// everything approves all routes and lets all machines reach all.
func everything(machines []machine) map[string]decision {
	return lo.SliceToMap(machines, func(m machine) (string, decision) {
		const last = 65535

		return m.ID, decision{Routes: m.Advertised, Rules: []rule{{
			SrcIPs: []string{"*"}, DstPorts: []destination{{IP: "*", Ports: portRange{Last: last}}}, IPProto: []int{tcp},
		}}}
	})
}

// isNeeded tells whether the platform works by the connection.
func isNeeded(a attempt) bool {
	return lo.Contains([]attempt{
		{"node", "control:443"}, {"node", "control-2:443"}, {"node", "registry:443"},
		{"node-2", "control:443"}, {"node-2", "control-2:443"}, {"node-2", "registry:443"},
		{"edge", "control:443"}, {"edge", "control-2:443"},
		{"edge", "VM of node:8080"}, {"edge", "VM of node-2:8080"},
		{"builder", "registry:443"},
		{"control", "registry:443"}, {"control", "builder:8372"}, {"control", "control-2:443"}, {"control", "control-2:5432"},
		{"control-2", "registry:443"}, {"control-2", "builder:8372"}, {"control-2", "control:443"}, {"control-2", "control:5432"},
		// The node itself probes its VM. No packet of that is in the tailnet.
		{"node", "VM of node:8080"}, {"node", "VM of node:9090"}, {"node-2", "VM of node-2:8080"}, {"node-2", "VM of node-2:9090"},
	}, a)
}

func (w *world) addMachine(t *testing.T, name, tag string) {
	t.Helper()

	m := w.tailnet.add(t, name, newNamespace(t))
	m.signIn(t, tag)

	w.members[name], w.namespaces[name] = m, m.namespace

	for _, port := range machinePorts() {
		listen(t, m.namespace, fmt.Sprintf(":%d", port))
		w.addresses[fmt.Sprintf("%s:%d", name, port)] = netip.AddrPortFrom(m.address, port).String()
	}

	// Only edges are told to, but nothing keeps the others from it.
	m.tailscale(t, "set", "--accept-routes")
}

// addVM gives a node its prefix and a VM, behind the rules that its agent makes.
func (w *world) addVM(t *testing.T, node, prefix string, clusterRange netip.Prefix) {
	t.Helper()

	m, own := w.members[node], netip.MustParsePrefix(prefix)
	address, vmID := own.Addr().Next().Next(), id.New()
	n := &network.Network{Range: clusterRange, Folder: filepath.Join(t.TempDir(), "namespaces"), Ingress: []string{tailnetInterface}}

	require.NoError(t, netnamespace.Do(m.namespace, func() error { return errors.Join(n.Setup(), n.Forward(t.Context())) }))
	w.attach(t, m, n, vmID, address)

	require.NoError(t, m.socket.Advertise(t.Context(), own, clusterRange))

	// Else VMs might see the node's address in the place of an edge's.
	preferences, err := m.socket.Preferences(t.Context())
	require.NoError(t, err)
	require.True(t, preferences.KeepsSources)

	w.vms[node] = vm{network: n, address: netip.AddrPortFrom(address, vmPort)}
	name := "VM of " + node
	w.namespaces[name] = n.NamespacePath(vmID)

	for _, port := range []uint16{vmPort, otherVMPort} {
		listen(t, n.NamespacePath(vmID), netip.AddrPortFrom(address, port).String())
		w.addresses[fmt.Sprintf("%s:%d", name, port)] = netip.AddrPortFrom(address, port).String()
	}
}

// admit has the nodes let these in to their apps; nil is everybody.
func (w *world) admit(t *testing.T, edges []netip.Addr) {
	t.Helper()

	for node, one := range w.vms {
		require.NoError(t, netnamespace.Do(w.members[node].namespace, func() error {
			return one.network.Admit(edges, []netip.AddrPort{one.address})
		}))
	}
}

func (w *world) attach(t *testing.T, m *member, n *network.Network, vmID uuid.UUID, address netip.Addr) {
	t.Helper()

	require.NoError(t, netnamespace.Do(m.namespace, func() error {
		_, err := n.Attach(vmID, address)

		return err
	}))
	t.Cleanup(func() {
		require.NoError(t, netnamespace.Do(m.namespace, func() error { return n.Detach(vmID) }))
	})
}

// attempts are all connections from anybody to anybody else.
func (w *world) attempts() []attempt {
	var all []attempt

	for from := range w.namespaces {
		for to := range w.addresses {
			if host, _, _ := net.SplitHostPort(to); host != from {
				all = append(all, attempt{from, to})
			}
		}
	}

	return all
}

// awaitPolicy returns once the policy is in force everywhere: each machine had let a port through that it now refuses.
func (w *world) awaitPolicy(t *testing.T) {
	t.Helper()

	for name := range w.members {
		from := lo.Ternary(name == "registry", "builder", "registry")
		to := w.addresses[fmt.Sprintf("%s:%d", name, metricsPort)]

		await(t, patience, func() string {
			return lo.Ternary(dial(w.namespaces[from], to, refusedAfter) != nil, "", from+" reaches "+name)
		})
	}
}

// refusedAfter is how long a connection is waited for that nobody answers: tailscaled drops what it refuses. Within the test each that is let through
// takes milliseconds.
const refusedAfter = 1500 * time.Millisecond

// requireReached tries all, and requires that the reached ones were reached, and no other one.
func (w *world) requireReached(t *testing.T, all, reached []attempt) {
	t.Helper()

	const atOnce = 100

	var group errgroup.Group

	group.SetLimit(atOnce)

	wrong := make(chan string, len(all))

	for _, one := range all {
		group.Go(func() error {
			open := lo.Contains(reached, one)

			err := dial(w.namespaces[one.from], w.addresses[one.to], lo.Ternary(open, patience, refusedAfter))
			if (err == nil) != open {
				wrong <- fmt.Sprintf("%s → %s: %v", one.from, one.to, err)
			}

			return nil
		})
	}

	require.NoError(t, group.Wait())
	close(wrong)
	require.Empty(t, lo.ChannelToSlice(wrong), "of %d connections", len(all))
}

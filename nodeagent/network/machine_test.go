package network_test

import (
	"context"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netns"

	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/netnamespace"
	"github.com/zeitwork/zeitwork/nodeagent/network"
)

const (
	ingressName = "tailnet0"
	uplinkName  = "uplink0"
	httpPort    = "8080"
)

// testMachine is a machine in a network namespace of its own, which a test may do anything to. It has one VM. Its ingress leads to a namespace with two
// peers, its default route to one that has the addresses of the internet and of everything internal.
type testMachine struct {
	network *network.Network
	path    string
	vm      uuid.UUID
	ip      netip.Addr
	// peers are what is reached by the ingress, outside is all else.
	peers, outside string
}

const (
	peerAddress      = "100.64.0.2"
	otherPeerAddress = "100.64.0.3"
	internetAddress  = "198.51.100.2"
	privateAddress   = "10.99.0.9"
)

func setupMachine(t *testing.T, configure ...func(*network.Network)) *testMachine {
	t.Helper()

	if os.Geteuid() != 0 {
		t.Skip("network namespaces need root")
	}

	m := &testMachine{
		path: newNamespace(t), peers: newNamespace(t), outside: newNamespace(t), vm: id.New(), ip: netip.MustParseAddr("10.79.0.1"),
		network: &network.Network{
			Range: netip.MustParsePrefix("10.79.0.0/24"), Folder: filepath.Join(t.TempDir(), "namespaces"), Ingress: []string{ingressName},
		},
	}

	for _, change := range configure {
		change(m.network)
	}

	m.cable(t, ingressName, "100.64.0.1/24", m.peers, "100.64.0.1", peerAddress+"/24", otherPeerAddress+"/24")
	m.cable(t, uplinkName, "198.51.100.1/24", m.outside, "", append([]string{internetAddress + "/24", privateAddress + "/32"}, metadataAddresses()...)...)
	m.do(t, func() error {
		return netlink.RouteAdd(&netlink.Route{Gw: net.ParseIP(internetAddress)})
	})

	m.do(t, m.network.Setup)
	m.forward(t)
	m.do(t, func() error { return m.network.Admit(nil, []netip.AddrPort{netip.AddrPortFrom(m.ip, 8080)}) })
	m.attach(t, m.vm, m.ip)

	return m
}

func newNamespace(t *testing.T) string {
	t.Helper()

	path := filepath.Join(t.TempDir(), "namespace")
	require.NoError(t, netnamespace.Ensure(path))
	t.Cleanup(func() { require.NoError(t, netnamespace.Remove(path)) })

	return path
}

// cable connects the machine to another namespace. gateway, where there is one, is what that reaches all else by.
func (m *testMachine) cable(t *testing.T, name, address, other, gateway string, addresses ...string) {
	t.Helper()

	namespace, err := netns.GetFromPath(other)
	require.NoError(t, err)

	defer func() { require.NoError(t, namespace.Close()) }()

	m.do(t, func() error {
		attributes := netlink.NewLinkAttrs()
		attributes.Name = name

		return netlink.LinkAdd(&netlink.Veth{LinkAttrs: attributes, PeerName: "eth0", PeerNamespace: netlink.NsFd(namespace)})
	})
	m.do(t, func() error { return turnOn(name, address) })
	require.NoError(t, netnamespace.Do(other, func() error {
		if err := turnOn("eth0", addresses...); err != nil || gateway == "" {
			return err
		}

		return netlink.RouteAdd(&netlink.Route{Gw: net.ParseIP(gateway)})
	}))
}

func turnOn(name string, addresses ...string) error {
	link, err := netlink.LinkByName(name)
	if err != nil {
		return err
	}

	for _, address := range addresses {
		parsed, err := netlink.ParseAddr(address)
		if err != nil {
			return err
		}

		if err := netlink.AddrAdd(link, parsed); err != nil {
			return err
		}
	}

	return netlink.LinkSetUp(link)
}

// do runs what the machine does.
func (m *testMachine) do(t *testing.T, run func() error) {
	t.Helper()

	require.NoError(t, netnamespace.Do(m.path, run))
}

func (m *testMachine) attach(t *testing.T, vm uuid.UUID, address netip.Addr) {
	t.Helper()

	m.do(t, func() error {
		_, err := m.network.Attach(vm, address)

		return err
	})
	t.Cleanup(func() { m.do(t, func() error { return m.network.Detach(vm) }) })
	serve(t, m.network.NamespacePath(vm), netip.AddrPortFrom(address, 8080).String())
}

// assert has the machine assert its rules.
func (m *testMachine) assert(t *testing.T) (changed bool) {
	t.Helper()

	m.do(t, func() (err error) {
		changed, err = m.network.Assert()

		return err
	})

	return changed
}

// forward has the machine pass packets on.
func (m *testMachine) forward(t *testing.T) {
	t.Helper()

	m.do(t, func() error { return m.network.Forward(t.Context()) })
}

// fromVM dials from the VM.
func (m *testMachine) fromVM(address string) error {
	return dialIn(m.network.NamespacePath(m.vm), "", address)
}

// toVM dials the VM from an address of the ingress.
func (m *testMachine) toVM(from, port string) error {
	return dialIn(m.peers, from, net.JoinHostPort(m.ip.String(), port))
}

// dialIn dials from a namespace, and from the address where there is one. What is dropped without an answer counts as such soon.
func dialIn(namespace, from, address string) error {
	return netnamespace.Do(namespace, func() error {
		dialer := net.Dialer{Timeout: time.Second / 2}
		if from != "" {
			dialer.LocalAddr = &net.TCPAddr{IP: net.ParseIP(from)}
		}

		connection, err := dialer.DialContext(context.Background(), "tcp4", address)
		if err != nil {
			return err
		}

		return connection.Close()
	})
}

package main

import (
	"context"
	"net"
	"net/netip"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netns"

	"github.com/zeitwork/zeitwork/internal/netnamespace"
	"github.com/zeitwork/zeitwork/internal/relay"
)

const (
	dockerBridge     = "kamal0"
	dockerPrefixBits = 16
)

// dockerNetwork is what `docker network create kamal` makes: a bridge that containers are connected with. It is in a network namespace of its own, which leads
// nowhere else.
type dockerNetwork struct {
	folder string
	// gateway is the bridge's own address, last the one that was given last.
	gateway, last netip.Addr
	// loopback are addresses of this machine's loopback interface at which what listens there answers in each namespace, too.
	loopback []string
}

func newDockerNetwork(t *testing.T) *dockerNetwork {
	t.Helper()

	// Docker takes its networks from 172.16.0.0/12, which kamal/config trusts.
	gateway := netip.MustParseAddr("172.18.0.1")
	n := &dockerNetwork{folder: t.TempDir(), gateway: gateway, last: gateway}

	n.namespace(t, dockerBridge)

	at := n.handle(t, dockerBridge)
	attributes := netlink.NewLinkAttrs()
	attributes.Name = dockerBridge
	require.NoError(t, at.LinkAdd(&netlink.Bridge{LinkAttrs: attributes}))
	turnOn(t, at, dockerBridge, gateway)

	return n
}

// namespace makes a network namespace that goes with the test.
func (n *dockerNetwork) namespace(t *testing.T, name string) string {
	t.Helper()

	path := filepath.Join(n.folder, name)
	require.NoError(t, netnamespace.Ensure(path))
	t.Cleanup(func() { require.NoError(t, netnamespace.Remove(path)) })

	return path
}

func (n *dockerNetwork) handle(t *testing.T, name string) *netlink.Handle {
	t.Helper()

	inside := n.open(t, name)

	handle, err := netlink.NewHandleAt(inside)
	require.NoError(t, err)
	t.Cleanup(handle.Close)

	return handle
}

func (n *dockerNetwork) open(t *testing.T, name string) netns.NsHandle {
	t.Helper()

	opened, err := netns.GetFromPath(filepath.Join(n.folder, name))
	require.NoError(t, err)
	t.Cleanup(func() { _ = opened.Close() })

	return opened
}

// attach makes the network namespace of a container, and connects it with the bridge.
func (n *dockerNetwork) attach(t *testing.T, container string) (namespace string, address netip.Addr) {
	t.Helper()

	namespace = n.namespace(t, container)
	n.last = n.last.Next()

	at := n.handle(t, dockerBridge)

	bridge, err := at.LinkByName(dockerBridge)
	require.NoError(t, err)

	attributes := netlink.NewLinkAttrs()
	attributes.Name = "veth" + n.last.String()[len("172.18."):]
	attributes.MasterIndex = bridge.Attrs().Index
	require.NoError(t, at.LinkAdd(&netlink.Veth{LinkAttrs: attributes, PeerName: "eth0", PeerNamespace: netlink.NsFd(n.open(t, container))}))

	link, err := at.LinkByName(attributes.Name)
	require.NoError(t, err)
	require.NoError(t, at.LinkSetUp(link))
	turnOn(t, n.handle(t, container), "eth0", n.last)

	for _, address := range n.loopback {
		r := relay.IntoNamespace(namespace, address)
		require.NoError(t, r.Open(t.Context()))
		t.Cleanup(func() { require.NoError(t, r.Close()) })
	}

	return namespace, n.last
}

func turnOn(t *testing.T, at *netlink.Handle, name string, address netip.Addr) {
	t.Helper()

	link, err := at.LinkByName(name)
	require.NoError(t, err)

	of := &net.IPNet{IP: address.AsSlice(), Mask: net.CIDRMask(dockerPrefixBits, address.BitLen())}
	require.NoError(t, at.AddrReplace(link, &netlink.Addr{IPNet: of}))
	require.NoError(t, at.LinkSetUp(link))
}

// offer lets containers reach what listens on this machine, at the same port of the gateway. It returns where.
func (n *dockerNetwork) offer(t *testing.T, address string) string {
	t.Helper()

	_, port, err := net.SplitHostPort(address)
	require.NoError(t, err)

	return n.offerAt(t, port, "tcp", address)
}

// offerAt is offer for another port, and for any network of this machine.
func (n *dockerNetwork) offerAt(t *testing.T, port, network, address string) string {
	t.Helper()

	inside := net.JoinHostPort(n.gateway.String(), port)
	r := &relay.Relay{
		Listen: func(ctx context.Context) (listener net.Listener, err error) {
			err = n.do(func() error {
				listener, err = (&net.ListenConfig{}).Listen(ctx, "tcp", inside)

				return err
			})

			return listener, err
		},
		Dial: func() (net.Conn, error) { return (&net.Dialer{}).Dial(network, address) },
	}

	require.NoError(t, r.Open(t.Context()))
	t.Cleanup(func() { require.NoError(t, r.Close()) })

	return inside
}

// dial connects from the machine's end of the network, where kamal-proxy is.
func (n *dockerNetwork) dial(ctx context.Context, network, address string) (connection net.Conn, err error) {
	err = n.do(func() error {
		connection, err = (&net.Dialer{}).DialContext(ctx, network, address)

		return err
	})

	return connection, err
}

func (n *dockerNetwork) do(run func() error) error {
	return netnamespace.Do(filepath.Join(n.folder, dockerBridge), run)
}

package edgeproxy

import (
	"net"
	"net/netip"
	"os"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netns"
	"golang.org/x/sys/unix"
)

// inNamespace runs the rest of the test on a network of its own, on which nothing reaches the machine's.
func inNamespace(t *testing.T) {
	t.Helper()

	if os.Geteuid() != 0 {
		t.Skip("making a network namespace needs root")
	}

	runtime.LockOSThread() // Never unlocked: the thread ends with the test.

	before, err := netns.Get()
	require.NoError(t, err)

	made, err := netns.New()
	require.NoError(t, err)
	t.Cleanup(func() {
		require.NoError(t, netns.Set(before))
		require.NoError(t, before.Close())
		require.NoError(t, made.Close())
	})
}

func TestHasSpecificRoute_TellsTheClustersRouteFromTheDefault(t *testing.T) { //nolint:paralleltest // It changes its thread's namespace.
	inNamespace(t)

	cluster, outside := netip.MustParseAddr("10.79.1.5"), netip.MustParseAddr("203.0.113.1")

	_, err := hasSpecificRoute(cluster)
	require.Error(t, err, "there is no route at all")

	link := &netlink.Veth{LinkAttrs: netlink.LinkAttrs{Name: "vm0"}, PeerName: "vm0peer"}
	require.NoError(t, netlink.LinkAdd(link))
	require.NoError(t, netlink.LinkSetUp(link))

	address, err := netlink.ParseAddr("172.31.255.1/32")
	require.NoError(t, err)
	require.NoError(t, netlink.AddrAdd(link, address))

	add := func(network string, kind int) {
		_, destination, err := net.ParseCIDR(network)
		require.NoError(t, err)

		r := &netlink.Route{Dst: destination, Type: kind, Scope: netlink.SCOPE_LINK}
		if kind == unix.RTN_UNICAST {
			r.LinkIndex = link.Index
		}

		require.NoError(t, netlink.RouteAdd(r))
	}

	expect := func(want bool, ip netip.Addr, why string) {
		got, err := hasSpecificRoute(ip)
		require.NoError(t, err, why)
		require.Equal(t, want, got, why)
	}

	add("0.0.0.0/0", unix.RTN_UNICAST)
	expect(false, cluster, "only the default route")

	add("0.0.0.0/1", unix.RTN_UNICAST)
	add("128.0.0.0/1", unix.RTN_UNICAST)
	expect(false, cluster, "the default route in halves")
	expect(false, outside, "the default route in halves")

	add("10.79.0.0/16", unix.RTN_UNREACHABLE)

	_, err = hasSpecificRoute(cluster)
	require.Error(t, err, "the cluster's range is unreachable until a node's part of it is known")

	add("10.79.1.0/24", unix.RTN_UNICAST)
	expect(true, cluster, "the node's prefix")
	expect(false, outside, "others still take the default route")

	_, err = hasSpecificRoute(netip.MustParseAddr("10.79.2.5"))
	require.Error(t, err, "another node's")
}

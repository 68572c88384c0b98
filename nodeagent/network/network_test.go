package network_test

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netns"
	"golang.org/x/sys/unix"

	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/iprange"
	"github.com/zeitwork/zeitwork/internal/netnamespace"
	"github.com/zeitwork/zeitwork/nodeagent/network"
)

// testBundle is a cluster of its own with two VMs, of which each is a namespace that the test can dial from.
type testBundle struct {
	network *network.Network
	vms     [2]uuid.UUID
	ips     [2]netip.Addr
}

func setup(t *testing.T, clusterRange string) *testBundle {
	t.Helper()

	if os.Geteuid() != 0 {
		t.Skip("network namespaces need root")
	}

	prefix := netip.MustParsePrefix(clusterRange)
	bundle := &testBundle{network: &network.Network{Range: prefix, Folder: filepath.Join(t.TempDir(), "namespaces")}}

	require.NoError(t, bundle.network.Setup())
	require.NoError(t, bundle.network.Forward(t.Context()))
	t.Cleanup(func() { require.NoError(t, bundle.network.Teardown(context.Background())) })

	address := prefix.Addr()

	for i := range bundle.vms {
		address = address.Next()
		bundle.vms[i], bundle.ips[i] = id.New(), address

		_, err := bundle.network.Attach(bundle.vms[i], address)
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, bundle.network.Detach(bundle.vms[i])) })
	}

	return bundle
}

func TestNetwork_HostReachesItsVMsAndVMsAnswer(t *testing.T) {
	t.Parallel()

	bundle := setup(t, "10.79.201.0/24")
	serve(t, bundle.network.NamespacePath(bundle.vms[0]), bundle.ips[0].String()+":8080")

	require.NoError(t, bundle.network.CheckRoute(bundle.vms[0], bundle.ips[0]))
	require.NoError(t, dial(bundle.ips[0].String()+":8080"))
}

func TestNetwork_AVMReachesNothingInternal(t *testing.T) {
	t.Parallel()

	bundle := setup(t, "10.79.202.0/24")
	serve(t, bundle.network.NamespacePath(bundle.vms[1]), bundle.ips[1].String()+":8080")
	require.NoError(t, dial(bundle.ips[1].String()+":8080"), "the other VM listens")

	host := hostAddress(t)
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", host+":0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	require.NoError(t, dial(listener.Addr().String()), "the host listens")

	for name, address := range map[string]string{
		"another VM": bundle.ips[1].String() + ":8080", "the host": listener.Addr().String(),
		"the gateway": "169.254.1.1:22", "the metadata service": "169.254.169.254:80",
		"an unused address of the cluster": "10.79.202.77:80", "a private range": "10.0.0.1:80",
		"a carrier range": "100.64.0.1:80", "Azure's metadata service": "168.63.129.16:80",
	} {
		err := inNamespace(t, bundle.network.NamespacePath(bundle.vms[0]), func() error { return dial(address) })
		require.Error(t, err, name)
	}
}

func TestNetwork_KeepsVMsFromEveryInternalRange(t *testing.T) {
	t.Parallel()

	setup(t, "10.79.210.0/24")

	connection, err := nftables.New()
	require.NoError(t, err)

	table := &nftables.Table{Name: "zeitwork-10.79.210.0-24", Family: nftables.TableFamilyINet}

	set, err := connection.GetSetByName(table, "internal")
	require.NoError(t, err)

	elements, err := connection.GetSetElements(set)
	require.NoError(t, err)

	for _, prefix := range iprange.Internal() {
		require.True(t, slices.ContainsFunc(elements, func(element nftables.SetElement) bool {
			return !element.IntervalEnd && netip.AddrFrom4([4]byte(element.Key)) == prefix.Addr()
		}), prefix)
	}

	rules, err := connection.GetRules(table, &nftables.Chain{Name: "forward"})
	require.NoError(t, err)
	require.True(t, slices.ContainsFunc(rules, func(rule *nftables.Rule) bool {
		looksUp := slices.ContainsFunc(rule.Exprs, func(e expr.Any) bool {
			lookup, ok := e.(*expr.Lookup)

			return ok && lookup.SetName == "internal"
		})
		_, rejects := rule.Exprs[len(rule.Exprs)-1].(*expr.Reject)

		return looksUp && rejects
	}), "packets to the set are rejected")
}

func TestNetwork_AVMReachesTheInternetAsItsHost(t *testing.T) {
	t.Parallel()

	bundle := setup(t, "10.79.203.0/24")
	peers := serveOutside(t)

	require.NoError(t, inNamespace(t, bundle.network.NamespacePath(bundle.vms[0]), func() error { return dial("198.51.100.2:80") }))
	require.Equal(t, "198.51.100.1", <-peers, "the address of the VM does not leave the machine")
}

func TestNetwork_AVMMayNotUseAnotherAddress(t *testing.T) {
	t.Parallel()

	bundle := setup(t, "10.79.204.0/24")
	foreign := netip.MustParseAddr("203.0.113.9")
	serveUDP := listenUDP(t, hostAddress(t))

	err := inNamespace(t, bundle.network.NamespacePath(bundle.vms[0]), func() error {
		link, err := netlink.LinkByName("eth0")
		if err != nil {
			return err
		}

		if err := netlink.AddrAdd(link, &netlink.Addr{IPNet: &net.IPNet{IP: foreign.AsSlice(), Mask: net.CIDRMask(32, 32)}}); err != nil {
			return err
		}

		dialer := net.Dialer{LocalAddr: &net.UDPAddr{IP: foreign.AsSlice()}}

		conn, err := dialer.DialContext(context.Background(), "udp", serveUDP.LocalAddr().String())
		if err != nil {
			return err
		}
		defer func() { _ = conn.Close() }()

		_, err = conn.Write([]byte("spoofed"))

		return err
	})
	require.NoError(t, err)

	require.NoError(t, serveUDP.SetReadDeadline(time.Now().Add(200*time.Millisecond)))

	_, _, err = serveUDP.ReadFrom(make([]byte, 16))
	require.ErrorIs(t, err, os.ErrDeadlineExceeded)
}

func TestNetwork_AddressesWithoutAVMAreUnreachable(t *testing.T) {
	t.Parallel()

	bundle := setup(t, "10.79.205.0/24")

	_, err := netlink.RouteGet(net.IPv4(10, 79, 205, 200))
	require.ErrorIs(t, err, unix.EHOSTUNREACH)
	require.Error(t, bundle.network.CheckRoute(bundle.vms[0], netip.MustParseAddr("10.79.205.200")))
	require.Error(t, bundle.network.CheckRoute(bundle.vms[0], bundle.ips[1]), "the address of another VM")
}

func TestNetwork_AttachAndDetachTwiceIsOnce(t *testing.T) {
	t.Parallel()

	bundle := setup(t, "10.79.206.0/24")
	require.NoError(t, bundle.network.Setup())

	path, err := bundle.network.Attach(bundle.vms[0], bundle.ips[0])
	require.NoError(t, err)
	require.FileExists(t, path)

	listed, err := bundle.network.List()
	require.NoError(t, err)
	require.ElementsMatch(t, bundle.vms, listed)

	require.NoError(t, bundle.network.Detach(bundle.vms[0]))
	require.NoError(t, bundle.network.Detach(bundle.vms[0]))
	require.NoFileExists(t, path)

	_, err = netlink.LinkByName(network.InterfaceName(bundle.vms[0]))
	require.Error(t, err)
	_, err = netlink.RouteGet(bundle.ips[0].AsSlice())
	require.ErrorIs(t, err, unix.EHOSTUNREACH)
}

// TestNetwork_Renew_WhateverIsLeft_GivesAFreshNamespace is about every state in which an agent that was killed can leave a VM's network.
func TestNetwork_Renew_WhateverIsLeft_GivesAFreshNamespace(t *testing.T) {
	t.Parallel()

	bundle := setup(t, "10.79.211.0/24")
	vm, ip, path := bundle.vms[0], bundle.ips[0], bundle.network.NamespacePath(bundle.vms[0])

	// A process that still runs keeps the namespace of its start.
	former, err := netns.GetFromPath(path)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, former.Close()) })

	for name, leave := range map[string]func() error{
		"a start": func() error {
			return inNamespace(t, path, func() error {
				return netlink.LinkAdd(&netlink.Veth{LinkAttrs: netlink.LinkAttrs{Name: "tap0_kata"}, PeerName: "tap1_kata"})
			})
		},
		"nothing": func() error { return bundle.network.Detach(vm) },
		"a mount point": func() error {
			return errors.Join(bundle.network.Detach(vm), os.WriteFile(path, nil, 0o600))
		},
		"a namespace without an interface": func() error {
			return errors.Join(bundle.network.Detach(vm), netnamespace.Ensure(path))
		},
		"an interface to a namespace that is no longer mounted": func() error { return netnamespace.Remove(path) },
		"an interface that is off": func() error {
			link, err := netlink.LinkByName(network.InterfaceName(vm))

			return errors.Join(err, netlink.LinkSetDown(link))
		},
	} {
		require.NoError(t, leave(), name)

		renewed, err := bundle.network.Renew(vm, ip)
		require.NoError(t, err, name)
		require.Equal(t, path, renewed)
		require.Equal(t, []string{"eth0", "lo"}, linksIn(t, path), name)
		require.NoError(t, bundle.network.CheckRoute(vm, ip), name)
		serve(t, path, ip.String()+":8080")
		require.NoError(t, dial(ip.String()+":8080"), name)

		now, err := netns.GetFromPath(path)
		require.NoError(t, err)
		require.False(t, now.Equal(former), "the namespace in which a task has run is used again behind %s", name)
		require.NoError(t, now.Close())
	}

	require.NoError(t, bundle.network.Detach(vm))
	require.NoFileExists(t, path)
}

// linksIn returns the names of the links in a namespace, sorted.
func linksIn(t *testing.T, path string) []string {
	t.Helper()

	var names []string

	require.NoError(t, inNamespace(t, path, func() error {
		links, err := netlink.LinkList()
		for _, link := range links {
			names = append(names, link.Attrs().Name)
		}

		return err
	}))
	slices.Sort(names)

	return names
}

func TestNetwork_RefusesAnAddressOfAnotherRange(t *testing.T) {
	t.Parallel()

	bundle := setup(t, "10.79.207.0/24")
	_, err := bundle.network.Attach(id.New(), netip.MustParseAddr("10.79.208.1"))
	require.ErrorContains(t, err, "not in the cluster range")
}

func TestNetwork_NameserversAnswerThoughTheyAreInternal(t *testing.T) {
	t.Parallel()

	bundle := setup(t, "10.79.209.0/24")
	host := netip.MustParseAddr(hostAddress(t))
	bundle.network.Nameservers = []netip.Addr{host}
	require.NoError(t, bundle.network.Setup())

	_, err := bundle.network.Attach(bundle.vms[0], bundle.ips[0])
	require.NoError(t, err)

	connection, err := nftables.New()
	require.NoError(t, err)

	tables, err := connection.ListTables()
	require.NoError(t, err)
	require.Condition(t, func() bool {
		for _, table := range tables {
			if table.Name == "zeitwork-10.79.209.0-24" {
				return true
			}
		}

		return false
	})

	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", netip.AddrPortFrom(host, 53).String())
	require.NoError(t, err)
	t.Cleanup(func() { _ = listener.Close() })

	require.NoError(t, inNamespace(t, bundle.network.NamespacePath(bundle.vms[0]), func() error { return dial(listener.Addr().String()) }))
}

func TestInterfaceName_FitsTheKernel(t *testing.T) {
	t.Parallel()

	require.Len(t, network.InterfaceName(id.New()), unix.IFNAMSIZ-1)

	first, second := id.New(), id.New()
	require.NotEqual(t, network.InterfaceName(first), network.InterfaceName(second))
}

// serveOutside makes a namespace that is the internet: 198.51.100.2 answers on port 80 and tells who asked.
func serveOutside(t *testing.T) <-chan string {
	t.Helper()

	path := filepath.Join(t.TempDir(), "outside")
	outside := &network.Network{Range: netip.MustParsePrefix("198.51.100.0/24"), Folder: filepath.Dir(path)}
	vm := id.New()
	_, err := outside.Attach(vm, netip.MustParseAddr("198.51.100.2"))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, outside.Detach(vm)) })

	// An interface of the internet has another name than those of VMs.
	link, err := netlink.LinkByName(network.InterfaceName(vm))
	require.NoError(t, err)

	index := link.Attrs().Index

	require.NoError(t, netlink.LinkSetDown(link))
	require.NoError(t, netlink.LinkSetName(link, "zwo"+vm.String()[24:]))
	require.NoError(t, netlink.LinkSetUp(link))
	t.Cleanup(func() {
		if link, err := netlink.LinkByIndex(index); err == nil {
			_ = netlink.LinkDel(link)
		}
	})

	renamed, err := netlink.LinkByIndex(index)
	require.NoError(t, err)
	require.NoError(t, netlink.AddrAdd(renamed, &netlink.Addr{IPNet: &net.IPNet{IP: net.IPv4(198, 51, 100, 1).To4(), Mask: net.CIDRMask(24, 32)}}))

	peers := serve(t, outside.NamespacePath(vm), "198.51.100.2:80")

	// The renamed interface takes a moment to carry packets again.
	require.Eventually(t, func() bool { return dial("198.51.100.2:80") == nil }, 10*time.Second, time.Millisecond)
	<-peers

	return peers
}

// serve accepts connections in a namespace until the test ends, and tells who made them.
func serve(t *testing.T, namespace, address string) <-chan string {
	t.Helper()

	var listener net.Listener

	require.NoError(t, inNamespace(t, namespace, func() (err error) {
		listener, err = new(net.ListenConfig).Listen(context.Background(), "tcp", address)

		return err
	}))
	t.Cleanup(func() { _ = listener.Close() })

	peers := make(chan string, 16)

	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}

			host, _, _ := net.SplitHostPort(connection.RemoteAddr().String())
			peers <- host

			_ = connection.Close()
		}
	}()

	return peers
}

func listenUDP(t *testing.T, host string) net.PacketConn {
	t.Helper()

	connection, err := new(net.ListenConfig).ListenPacket(t.Context(), "udp", host+":0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = connection.Close() })

	return connection
}

func dial(address string) error {
	connection, err := (&net.Dialer{Timeout: time.Second}).DialContext(context.Background(), "tcp", address)
	if err != nil {
		return err
	}

	return connection.Close()
}

// inNamespace runs what dials or listens in a network namespace, on a thread that ends with it.
func inNamespace(t *testing.T, path string, run func() error) error {
	t.Helper()

	done := make(chan error)

	go func() {
		runtime.LockOSThread()

		handle, err := netns.GetFromPath(path)
		if err == nil {
			err = errors.Join(netns.Set(handle), handle.Close())
		}

		if err == nil {
			err = run()
		}

		done <- err
	}()

	return <-done
}

// hostAddress returns an address of this machine that is not the loopback.
func hostAddress(t *testing.T) string {
	t.Helper()

	addresses, err := net.InterfaceAddrs()
	require.NoError(t, err)

	for _, address := range addresses {
		if network, ok := address.(*net.IPNet); ok && !network.IP.IsLoopback() && network.IP.To4() != nil {
			return network.IP.String()
		}
	}

	t.Skipf("no address but the loopback among %v", addresses)

	return ""
}

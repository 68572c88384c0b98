package builder

import (
	"bytes"
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"
	"github.com/stretchr/testify/require"
	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netns"
	"golang.org/x/sys/unix"

	"github.com/zeitwork/zeitwork/internal/iprange"
	"github.com/zeitwork/zeitwork/internal/netnamespace"
	"github.com/zeitwork/zeitwork/internal/process"
)

// testNetwork is a network of builds with names and a range that nothing else uses.
func testNetwork(t *testing.T) *buildNetwork {
	t.Helper()

	if os.Geteuid() != 0 {
		t.Skip("needs root")
	}

	return &buildNetwork{
		namespace: filepath.Join(t.TempDir(), "network"), link: "zwbuildtest2", subnet: netip.MustParsePrefix("10.82.7.0/24"),
		nameservers: []netip.Addr{netip.MustParseAddr("198.18.5.53")}, logger: slog.New(slog.DiscardHandler),
	}
}

func TestNetwork_RangeWithoutAddressesForBuilds_IsRefused(t *testing.T) {
	t.Parallel()

	require.NoError(t, checkSubnet(netip.MustParsePrefix("10.78.0.0/28")))

	for _, subnet := range []string{"10.78.0.0/29", "fd00::/64"} {
		_, err := Buildkitd{Home: process.Home(t.TempDir()), Subnet: netip.MustParsePrefix(subnet)}.Start(t.Context())
		require.ErrorContains(t, err, "must be one of IPv4", subnet)
	}
}

func TestFence_KeepsBuildsFromEveryInternalRange(t *testing.T) {
	network := testNetwork(t)
	require.NoError(t, network.up(t.Context()))
	t.Cleanup(func() { require.NoError(t, network.remove(t.Context())) })

	requireRules(t, network, throughMachine)
	require.NoError(t, netnamespace.Do(network.namespace, func() error {
		requireRules(t, network, "of-builds")

		return nil
	}))
}

// requireRules checks the rules of the chain, in the network namespace of the calling thread.
func requireRules(t *testing.T, network *buildNetwork, chain string) {
	t.Helper()

	connection, err := nftables.New()
	require.NoError(t, err)

	set, err := connection.GetSetByName(network.table(), "internal")
	require.NoError(t, err)

	elements, err := connection.GetSetElements(set)
	require.NoError(t, err)

	for _, prefix := range iprange.Internal() {
		require.True(t, slices.ContainsFunc(elements, func(element nftables.SetElement) bool {
			return !element.IntervalEnd && netip.AddrFrom4([4]byte(element.Key)) == prefix.Addr()
		}), prefix)
	}

	rules, err := connection.GetRules(network.table(), &nftables.Chain{Name: chain})
	require.NoError(t, err)

	require.True(t, slices.ContainsFunc(rules, func(rule *nftables.Rule) bool {
		looksUp := slices.ContainsFunc(rule.Exprs, func(e expr.Any) bool {
			lookup, ok := e.(*expr.Lookup)

			return ok && lookup.SetName == "internal"
		})
		verdict, ok := rule.Exprs[len(rule.Exprs)-1].(*expr.Verdict)

		return looksUp && ok && verdict.Kind == expr.VerdictDrop
	}), "packets to the set are dropped")
}

func TestNetwork_AskedOnALoopbackInterface_TheNameserverAnswersBuildkitd(t *testing.T) {
	network := testNetwork(t)
	network.nameservers = []netip.Addr{network.machineEnd()}
	require.NoError(t, network.up(t.Context()))
	t.Cleanup(func() { require.NoError(t, network.remove(t.Context())) })

	server, err := net.ListenPacket("udp4", netip.AddrPortFrom(network.machineEnd(), domainPort).String())
	require.NoError(t, err)

	defer func() { require.NoError(t, server.Close()) }()

	go func() {
		question := make([]byte, len("question"))

		for {
			_, asker, err := server.ReadFrom(question)
			if err != nil {
				return
			}

			_, _ = server.WriteTo([]byte("answer"), asker)
		}
	}()

	answer := make([]byte, len("answer"))

	require.NoError(t, netnamespace.Do(network.namespace, func() error {
		// As systemd-resolved has it in /etc/resolv.conf.
		client, err := net.DialTimeout("udp4", "127.0.0.53:53", time.Second)
		if err != nil {
			return err
		}

		defer func() { _ = client.Close() }()

		// A link that was just turned on may lose the first packets.
		for range 30 {
			if _, err = client.Write([]byte("question")); err != nil {
				return err
			}

			if err = client.SetReadDeadline(time.Now().Add(time.Second)); err != nil {
				return err
			}

			if _, err = client.Read(answer); err == nil {
				return nil
			}
		}

		return err
	}))
	require.Equal(t, "answer", string(answer))
}

func TestFence_Flushed_IsPutInPlaceAgain(t *testing.T) {
	network := testNetwork(t)
	require.NoError(t, network.up(t.Context()))
	t.Cleanup(func() { require.NoError(t, network.remove(t.Context())) })
	t.Cleanup(network.startKeeping(t.Context()))

	wanted := network.rules

	// `systemctl restart nftables` removes all tables in this way.
	require.NoError(t, network.removeFence())
	require.Eventually(t, func() bool {
		inPlace, err := network.read()

		return err == nil && bytes.Equal(inPlace, wanted)
	}, time.Minute, 10*time.Millisecond)

	// Somebody takes one rule out.
	removeLastRule(t, network)
	require.Eventually(t, func() bool {
		inPlace, err := network.read()

		return err == nil && bytes.Equal(inPlace, wanted)
	}, time.Minute, 10*time.Millisecond)
}

// removeLastRule takes the rule out that keeps builds from the machine.
func removeLastRule(t *testing.T, network *buildNetwork) {
	t.Helper()

	connection, err := nftables.New()
	require.NoError(t, err)

	rules, err := connection.GetRules(network.table(), &nftables.Chain{Name: toMachine})
	require.NoError(t, err)
	require.NoError(t, connection.DelRule(rules[len(rules)-1]))
	require.NoError(t, connection.Flush())
}

func TestNetwork_RegistryMoves_TheFenceFollowsAndUploadsGoOn(t *testing.T) {
	network := testNetwork(t)
	first, second := netip.MustParseAddrPort("10.82.9.9:5000"), netip.MustParseAddrPort("10.82.9.10:5000")

	network.hosts = []string{first.String()}
	require.NoError(t, network.up(t.Context()))
	t.Cleanup(func() { require.NoError(t, network.remove(t.Context())) })

	before := network.rules

	require.NoError(t, network.adopt(t.Context(), []netip.AddrPort{second}))
	require.Equal(t, []netip.AddrPort{first, second}, network.allowed)
	require.NotEqual(t, string(before), string(network.rules))

	before = network.rules

	require.NoError(t, network.adopt(t.Context(), []netip.AddrPort{second}))
	require.NoError(t, network.adopt(t.Context(), nil), "it was not found")
	require.Equal(t, []netip.AddrPort{first, second}, network.allowed)
	require.Equal(t, string(before), string(network.rules))
}

func TestFence_CannotBePutInPlace_BuildsHaveNoNetwork_UntilItCan(t *testing.T) {
	network := testNetwork(t)
	require.NoError(t, network.up(t.Context()))
	t.Cleanup(func() { require.NoError(t, network.remove(t.Context())) })

	isUp := func() bool {
		link, err := netlink.LinkByName(network.link)
		require.NoError(t, err)

		return link.Attrs().Flags&net.FlagUp != 0
	}
	require.True(t, isUp())

	// No rule can be about such an address.
	nameservers := network.nameservers
	network.nameservers = []netip.Addr{netip.IPv6Loopback()}
	require.Error(t, network.putInPlace(t.Context()))
	require.False(t, isUp())

	network.nameservers = nameservers
	require.NoError(t, network.check(t.Context()))
	require.True(t, isUp())
	requireRules(t, network, throughMachine)
}

func TestFence_TwoBuilds_DoNotReachEachOther(t *testing.T) {
	network := testNetwork(t)
	require.NoError(t, network.up(t.Context()))
	t.Cleanup(func() { require.NoError(t, network.remove(t.Context())) })

	// Where Docker is, the rules of IP see what passes a bridge too.
	require.NoError(t, netnamespace.Do(network.namespace, func() error {
		err := os.WriteFile("/proc/sys/net/bridge/bridge-nf-call-iptables", []byte("0"), 0o600)
		if errors.Is(err, os.ErrNotExist) {
			err = nil
		}

		return err
	}))

	folder := t.TempDir()
	one, other := addBuild(t, network, folder, "10.82.7.2/24"), addBuild(t, network, folder, "10.82.7.3/24")

	require.NoError(t, netnamespace.Do(other, func() error {
		listener, err := net.Listen("tcp4", "10.82.7.3:80")
		if err == nil {
			t.Cleanup(func() { require.NoError(t, listener.Close()) })
		}

		return err
	}))

	reach := func() error {
		return netnamespace.Do(one, func() error {
			connection, err := net.DialTimeout("tcp4", "10.82.7.3:80", 2*time.Second)
			if err == nil {
				err = connection.Close()
			}

			return err
		})
	}
	require.Error(t, reach())

	require.NoError(t, netnamespace.Do(network.namespace, func() error {
		connection, err := nftables.New()
		if err != nil {
			return err
		}

		connection.DelTable(&nftables.Table{Family: nftables.TableFamilyBridge, Name: network.table().Name})

		return connection.Flush()
	}))
	require.NoError(t, reach(), "the rules are what is between them")
}

// addBuild adds a network namespace to the bridge of the builds, as an old plugin does, and returns where it is mounted.
func addBuild(t *testing.T, network *buildNetwork, folder, address string) string {
	t.Helper()

	path := filepath.Join(folder, filepath.Dir(address))
	require.NoError(t, netnamespace.Ensure(path))
	t.Cleanup(func() { require.NoError(t, netnamespace.Remove(path)) })

	build, err := netns.GetFromPath(path)
	require.NoError(t, err)

	defer func() { require.NoError(t, build.Close()) }()

	require.NoError(t, netnamespace.Do(network.namespace, func() error {
		bridge := &netlink.Bridge{LinkAttrs: netlink.LinkAttrs{Name: network.link}}
		if err := netlink.LinkAdd(bridge); err != nil && !errors.Is(err, unix.EEXIST) {
			return err
		}

		found, err := netlink.LinkByName(network.link)
		if err != nil {
			return err
		}

		port := &netlink.Veth{
			LinkAttrs: netlink.LinkAttrs{Name: "port" + address[len("10.82.7."):len("10.82.7.")+1], MasterIndex: found.Attrs().Index},
			PeerName:  "eth0", PeerNamespace: netlink.NsFd(build),
		}

		return errors.Join(netlink.LinkAdd(port), netlink.LinkSetUp(found), netlink.LinkSetUp(port))
	}))
	require.NoError(t, netnamespace.Do(path, func() error {
		link, err := netlink.LinkByName("eth0")
		if err != nil {
			return err
		}

		parsed, err := netlink.ParseAddr(address)
		if err != nil {
			return err
		}

		return errors.Join(netlink.AddrAdd(link, parsed), netlink.LinkSetUp(link))
	}))

	return path
}

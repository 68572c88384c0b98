package builder

import (
	"bytes"
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

	"github.com/zeitwork/zeitwork/internal/iprange"
	"github.com/zeitwork/zeitwork/internal/netnamespace"
)

// testNetwork is a network of builds with names and a range that nothing else uses.
func testNetwork(t *testing.T) *buildNetwork {
	t.Helper()

	if os.Geteuid() != 0 {
		t.Skip("needs root")
	}

	return &buildNetwork{
		namespace: filepath.Join(t.TempDir(), "network"), link: "zwbuildtest2", subnet: netip.MustParsePrefix("10.82.5.0/24"),
		nameservers: []netip.Addr{netip.MustParseAddr("198.18.5.53")}, logger: slog.New(slog.DiscardHandler),
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

	answer := make([]byte, len("answer"))

	require.NoError(t, netnamespace.Do(network.namespace, func() error {
		// As systemd-resolved has it in /etc/resolv.conf.
		client, err := net.DialTimeout("udp4", "127.0.0.53:53", time.Second)
		if err != nil {
			return err
		}

		defer func() { _ = client.Close() }()

		if _, err := client.Write([]byte("question")); err != nil {
			return err
		}

		_, asker, err := server.ReadFrom(make([]byte, len("question")))
		if err != nil {
			return err
		}

		if _, err := server.WriteTo([]byte("answer"), asker); err != nil {
			return err
		}

		_, err = client.Read(answer)

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

	// What `systemctl restart nftables` does to all tables.
	require.NoError(t, network.removeFence())
	require.Eventually(t, func() bool {
		inPlace, err := network.read()

		return err == nil && bytes.Equal(inPlace, wanted)
	}, time.Minute, 10*time.Millisecond)

	// Somebody takes one rule out.
	connection, err := nftables.New()
	require.NoError(t, err)

	rules, err := connection.GetRules(network.table(), &nftables.Chain{Name: toMachine})
	require.NoError(t, err)
	require.NoError(t, connection.DelRule(rules[len(rules)-1]))
	require.NoError(t, connection.Flush())
	require.Eventually(t, func() bool {
		inPlace, err := network.read()

		return err == nil && bytes.Equal(inPlace, wanted)
	}, time.Minute, 10*time.Millisecond)
}

func TestNetwork_RegistryMoves_TheFenceFollows(t *testing.T) {
	network := testNetwork(t)
	require.NoError(t, network.up(t.Context()))
	t.Cleanup(func() { require.NoError(t, network.remove(t.Context())) })

	before := network.rules

	network.hosts = []string{"10.82.9.9:5000"}
	require.NoError(t, network.lookUp(t.Context()))
	require.Equal(t, []netip.AddrPort{netip.MustParseAddrPort("10.82.9.9:5000")}, network.allowed)
	require.NotEqual(t, string(before), string(network.rules))

	// Nothing is known of where it is now.
	network.hosts = []string{"registry.invalid:5000"}
	require.Error(t, network.lookUp(t.Context()))
	require.Equal(t, []netip.AddrPort{netip.MustParseAddrPort("10.82.9.9:5000")}, network.allowed)
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
	network.rules = nil
	require.Error(t, network.check(t.Context()))
	require.False(t, isUp())

	network.nameservers = nameservers
	require.NoError(t, network.check(t.Context()))
	require.True(t, isUp())
	requireRules(t, network, throughMachine)
}

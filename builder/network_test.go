package builder

import (
	"errors"
	"log/slog"
	"maps"
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

	requireRules(t, network, "through-machine")
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

	table := &nftables.Table{Family: nftables.TableFamilyINet, Name: network.tableName()}

	set, err := connection.GetSetByName(table, "internal")
	require.NoError(t, err)

	elements, err := connection.GetSetElements(set)
	require.NoError(t, err)

	for _, prefix := range iprange.Internal() {
		require.True(t, slices.ContainsFunc(elements, func(element nftables.SetElement) bool {
			return !element.IntervalEnd && netip.AddrFrom4([4]byte(element.Key)) == prefix.Addr()
		}), prefix)
	}

	rules, err := connection.GetRules(table, &nftables.Chain{Name: chain})
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

func TestNetwork_AskedOnALoopbackInterface_ANameserverThatAnswersAnswersBuildkitd(t *testing.T) {
	network := testNetwork(t)
	// The first one does not answer.
	network.nameservers = []netip.Addr{network.buildkitdEnd(), network.machineEnd()}
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

	asked := firstThatAnswers(t.Context(), network.nameservers)
	require.Equal(t, network.machineEnd(), asked)
	require.NoError(t, network.adopt(t.Context(), news{nameserver: asked}, time.Now()))

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

	rules := func() (count int) {
		connection, err := nftables.New()
		require.NoError(t, err)

		for _, chain := range network.machineTable().Chains {
			found, _ := connection.GetRules(&nftables.Table{Family: nftables.TableFamilyINet, Name: network.tableName()}, &nftables.Chain{Name: chain.Name})
			count += len(found)
		}

		return count
	}
	wanted := rules()
	require.Positive(t, wanted)

	// `systemctl restart nftables` removes all tables in this way.
	require.NoError(t, network.machineTable().Remove())
	require.Eventually(t, func() bool { return rules() == wanted }, time.Minute, 10*time.Millisecond)

	// Somebody takes one rule out.
	removeLastRule(t, network)
	require.Eventually(t, func() bool { return rules() == wanted }, time.Minute, 10*time.Millisecond)
}

func TestFence_InPlace_IsLeftAlone(t *testing.T) {
	network := testNetwork(t)
	network.hosts = []string{"10.82.9.9:5000"}
	require.NoError(t, network.up(t.Context()))
	t.Cleanup(func() { require.NoError(t, network.remove(t.Context())) })

	changed, err := network.machineTable().Assert()
	require.NoError(t, err)
	require.False(t, changed)
	require.NoError(t, netnamespace.Do(network.namespace, func() (err error) {
		changed, err = network.namespaceTable().Assert()

		return err
	}))
	require.False(t, changed)
}

// removeLastRule takes the rule out that keeps builds from the machine.
func removeLastRule(t *testing.T, network *buildNetwork) {
	t.Helper()

	connection, err := nftables.New()
	require.NoError(t, err)

	table := &nftables.Table{Family: nftables.TableFamilyINet, Name: network.tableName()}

	rules, err := connection.GetRules(table, &nftables.Chain{Name: "to-machine"})
	require.NoError(t, err)
	require.NoError(t, connection.DelRule(rules[len(rules)-1]))
	require.NoError(t, connection.Flush())
}

func TestNetwork_RegistryMoves_TheFenceFollows_UploadsGoOn_AndOldAddressesAreForgotten(t *testing.T) {
	network := testNetwork(t)
	first, second := netip.MustParseAddrPort("10.82.9.9:5000"), netip.MustParseAddrPort("10.82.9.10:5000")
	allowed := func() []netip.AddrPort { return slices.SortedFunc(maps.Keys(network.allowed), netip.AddrPort.Compare) }

	network.hosts = []string{first.String()}
	require.NoError(t, network.up(t.Context()))
	t.Cleanup(func() { require.NoError(t, network.remove(t.Context())) })

	now := time.Now()
	isInPlace := func() bool {
		changed, err := network.machineTable().Assert()
		require.NoError(t, err)

		return !changed
	}

	require.NoError(t, network.adopt(t.Context(), news{addresses: []netip.AddrPort{second}}, now))
	require.Equal(t, []netip.AddrPort{first, second}, allowed())
	require.True(t, isInPlace())

	require.NoError(t, network.adopt(t.Context(), news{addresses: []netip.AddrPort{second}}, now.Add(forgetAfter/2)))
	require.Equal(t, []netip.AddrPort{first, second}, allowed(), "an upload may still go there")

	require.NoError(t, network.adopt(t.Context(), news{}, now.Add(3*forgetAfter)))
	require.Equal(t, []netip.AddrPort{first, second}, allowed(), "no name server answered")

	require.NoError(t, network.adopt(t.Context(), news{addresses: []netip.AddrPort{second}}, now.Add(3*forgetAfter)))
	require.Equal(t, []netip.AddrPort{second}, allowed())
	require.True(t, isInPlace())
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
	require.Error(t, network.check(t.Context()))
	require.False(t, isUp())

	network.nameservers = nameservers
	require.NoError(t, network.check(t.Context()))
	require.True(t, isUp())
	requireRules(t, network, "through-machine")
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

		connection.DelTable(&nftables.Table{Family: nftables.TableFamilyBridge, Name: network.tableName()})

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

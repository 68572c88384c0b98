package network_test

import (
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/google/nftables"
	"github.com/stretchr/testify/require"
	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/packetfilter"
	"github.com/zeitwork/zeitwork/internal/packetfilter/packetfiltertest"
	"github.com/zeitwork/zeitwork/internal/problem"
	"github.com/zeitwork/zeitwork/nodeagent/network"
)

const tableName = "zeitwork-10.79.0.0-24"

// metadataAddresses are where clouds tell a machine its secrets.
func metadataAddresses() []string {
	return []string{
		"169.254.169.254/32", // Nearly all.
		"168.63.129.16/32",   // Azure.
		"100.100.100.200/32", // Alibaba.
		"192.0.0.192/32",     // Oracle.
	}
}

func TestNetwork_RulesetFlushed_IsAssertedAgain(t *testing.T) {
	t.Parallel()

	// What nothing but the rules keeps from VMs.
	m := setupMachine(t)
	mail := net.JoinHostPort(internetAddress, "25")
	serve(t, m.outside, mail)
	m.routeBack(t)

	require.False(t, m.assert(t), "nothing has changed")
	require.Error(t, m.fromVM(mail))

	m.flush(t)
	require.NoError(t, m.fromVM(mail), "without rules the VM gets there")

	require.True(t, m.assert(t))
	require.Error(t, m.fromVM(mail))
	require.False(t, m.assert(t))
}

// routeBack gives what is outside a route to VMs, which masquerading makes unnecessary.
func (m *testMachine) routeBack(t *testing.T) {
	t.Helper()

	require.NoError(t, inNamespace(t, m.outside, func() error {
		_, destination, err := net.ParseCIDR("10.79.0.0/24")
		if err != nil {
			return err
		}

		return netlink.RouteReplace(&netlink.Route{Dst: destination, Gw: net.ParseIP("198.51.100.1")})
	}))
}

func TestNetwork_AnythingInTheTableChanged_IsAssertedAgain(t *testing.T) {
	t.Parallel()

	m := setupMachine(t)
	table := &nftables.Table{Name: tableName, Family: nftables.TableFamilyINet}
	forward := &nftables.Chain{Name: "forward", Table: table}
	accept := &nftables.Rule{Table: table, Chain: forward, Exprs: packetfilter.Accept()}

	for name, change := range map[string]func(*nftables.Conn) error{
		"the table is gone":     func(c *nftables.Conn) error { c.DelTable(table); return nil },
		"the table is empty":    func(c *nftables.Conn) error { c.FlushTable(table); return nil },
		"a rule before ours":    func(c *nftables.Conn) error { c.InsertRule(accept); return nil },
		"a rule behind ours":    func(c *nftables.Conn) error { c.AddRule(accept); return nil },
		"another chain":         func(c *nftables.Conn) error { c.AddChain(&nftables.Chain{Name: "own", Table: table}); return nil },
		"the table is switched": func(c *nftables.Conn) error { return packetfiltertest.SwitchOff(table.Name) },
		"a chain's policy": func(c *nftables.Conn) error {
			c.AddChain(&nftables.Chain{
				Name: "forward", Table: table, Type: nftables.ChainTypeFilter, Hooknum: nftables.ChainHookForward,
				Priority: nftables.ChainPriorityFilter, Policy: new(nftables.ChainPolicyDrop),
			})

			return nil
		},
		"a rule is gone": func(c *nftables.Conn) error {
			rules, err := c.GetRules(table, forward)
			if err != nil {
				return err
			}

			return c.DelRule(rules[len(rules)-1])
		},
		"a range is gone": func(c *nftables.Conn) error {
			set, err := c.GetSetByName(table, "internal")
			if err != nil {
				return err
			}

			c.FlushSet(set)

			return nil
		},
	} {
		m.do(t, func() error {
			connection, err := nftables.New()
			if err != nil {
				return err
			}

			if err := change(connection); err != nil {
				return err
			}

			return connection.Flush()
		})
		require.True(t, m.assert(t), name)
		require.False(t, m.assert(t), name)
	}
}

func TestNetwork_OwnAssertions_DoNotCallForMore(t *testing.T) {
	t.Parallel()

	m := setupMachine(t)

	var changes <-chan struct{}

	m.do(t, func() (err error) {
		changes, err = packetfilter.Watch(t.Context())

		return err
	})
	m.flush(t)

	rounds := 0
	for changed := true; changed; rounds++ {
		<-changes
		changed = m.assert(t)
	}

	require.LessOrEqual(t, rounds, 3, "the flush, and what it takes to hear of one's own rules")
}

func TestNetwork_CannotBeIsolated_VMsHaveNoNetworkUntilItCan(t *testing.T) {
	t.Parallel()

	m := setupMachine(t)
	require.NoError(t, m.toVM(peerAddress, httpPort))

	release := m.seize(t)

	m.do(t, func() error {
		_, err := m.network.Assert()
		require.ErrorIs(t, err, unix.EPERM)
		require.ErrorIs(t, m.network.CheckRoute(m.vm, m.ip), unix.EPERM)
		require.Equal(t, problem.Unavailable, problem.CodeOf(err))

		link, err := netlink.LinkByName(network.InterfaceName(m.vm))
		require.NoError(t, err)
		require.Zero(t, link.Attrs().Flags&net.FlagUp)

		next := id.New()
		t.Cleanup(func() { m.do(t, func() error { return m.network.Detach(next) }) })

		_, err = m.network.Renew(next, m.ip.Next())
		require.Equal(t, problem.Unavailable, problem.CodeOf(err), "no VM starts")

		_, err = m.network.Attach(m.vm, m.ip)
		require.Equal(t, problem.Unavailable, problem.CodeOf(err), "none is adopted either")

		return nil
	})
	require.Error(t, m.toVM(peerAddress, httpPort))

	release()
	require.True(t, m.assert(t))
	require.Eventually(t, func() bool { return m.toVM(peerAddress, httpPort) == nil }, 10*time.Second, time.Millisecond, "once the interface carries packets")
	m.do(t, func() error { return m.network.CheckRoute(m.vm, m.ip) })
}

func TestNetwork_CannotBeIsolated_VMsOfAnEarlierAgentLoseTheirNetworkToo(t *testing.T) {
	t.Parallel()

	m := setupMachine(t)
	release := m.seize(t)

	m.network = &network.Network{Range: m.network.Range, Folder: m.network.Folder, Ingress: m.network.Ingress}
	m.do(t, func() error {
		require.Error(t, m.network.Setup())

		return nil
	})
	require.Error(t, m.toVM(peerAddress, httpPort))

	release()
	m.do(t, m.network.Setup)
	m.do(t, func() error { return m.network.Admit(nil, []netip.AddrPort{netip.AddrPortFrom(m.ip, 8080)}) })
	m.do(t, func() error {
		_, err := m.network.Attach(m.vm, m.ip)

		return err
	})
	require.NoError(t, m.toVM(peerAddress, httpPort))
}

// seize makes the machine's table one that the machine cannot change before release.
func (m *testMachine) seize(t *testing.T) (release func()) {
	t.Helper()

	m.do(t, func() error {
		release = packetfiltertest.Seize(t, tableName)

		return nil
	})

	return release
}

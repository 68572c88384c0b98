package network_test

import (
	"net/netip"
	"testing"

	"github.com/google/nftables"
	"github.com/samber/lo"
	"github.com/stretchr/testify/require"
)

func TestNetwork_Ingress_EdgesAloneReachTheAppsPortAlone(t *testing.T) {
	t.Parallel()

	m := setupMachine(t)
	serve(t, m.network.NamespacePath(m.vm), m.ip.String()+":9090")

	edge, app := netip.MustParseAddr(peerAddress), netip.AddrPortFrom(m.ip, 8080)
	admit := func(edges []netip.Addr, apps ...netip.AddrPort) {
		m.do(t, func() error { return m.network.Admit(edges, apps) })
	}

	admit(nil, app)
	require.NoError(t, m.toVM(otherPeerAddress, httpPort), "nobody knows yet who the edges are")
	require.Error(t, m.toVM(otherPeerAddress, "9090"))

	admit([]netip.Addr{edge}, app)
	require.NoError(t, m.toVM(peerAddress, httpPort))
	require.Error(t, m.toVM(peerAddress, "9090"))
	require.Error(t, m.toVM(otherPeerAddress, httpPort), "another peer")
	require.Error(t, dialIn(m.outside, internetAddress, app.String()), "not by the ingress")
	m.do(t, func() error { return dial(app.String()) })
	m.do(t, func() error { return dial(m.ip.String() + ":9090") })

	handles := m.ruleHandles(t)

	admit([]netip.Addr{netip.MustParseAddr(otherPeerAddress)}, app)
	require.Error(t, m.toVM(peerAddress, httpPort))
	require.NoError(t, m.toVM(otherPeerAddress, httpPort))

	admit([]netip.Addr{}, app)
	require.Error(t, m.toVM(otherPeerAddress, httpPort), "no edges")

	admit([]netip.Addr{edge})
	require.Error(t, m.toVM(peerAddress, httpPort), "no apps")
	require.Equal(t, handles, m.ruleHandles(t), "the rules were never replaced")
	require.False(t, m.assert(t))
}

// ruleHandles are the kernel's numbers of the rules, which are given once.
func (m *testMachine) ruleHandles(t *testing.T) (handles []uint64) {
	t.Helper()

	m.do(t, func() error {
		connection, err := nftables.New()
		if err != nil {
			return err
		}

		rules, err := connection.GetRules(&nftables.Table{Name: tableName, Family: nftables.TableFamilyINet}, &nftables.Chain{Name: "forward"})
		handles = lo.Map(rules, func(rule *nftables.Rule, _ int) uint64 { return rule.Handle })

		return err
	})

	return handles
}

func TestNetwork_Ingress_TakesMoreAppsThanOneMessageHolds(t *testing.T) {
	t.Parallel()

	m := setupMachine(t)
	apps := lo.Times(2500, func(port int) netip.AddrPort { return netip.AddrPortFrom(m.ip, uint16(8080+port)) })

	m.do(t, func() error { return m.network.Admit(nil, apps) })
	require.NoError(t, m.toVM(peerAddress, httpPort))
	require.False(t, m.assert(t))
}

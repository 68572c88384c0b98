package nodeagent_test

import (
	"encoding/binary"
	"net"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/nftables"
	"github.com/samber/lo"
	"github.com/stretchr/testify/require"
	"github.com/vishvananda/netlink"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/packetfilter/packetfiltertest"
	"github.com/zeitwork/zeitwork/nodeagent/network"
)

func TestAgent_RulesRemoved_StandAgainAtOnce(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.startAgent(t)
	require.Eventually(t, func() bool { return b.hasRules(t) }, 20*time.Second, 5*time.Millisecond)

	// The second time is right behind the first, within the pause that bounds how often rules are looked at.
	for range 2 {
		b.removeRules(t)
		// Long before the guard would have looked without being told.
		require.Eventually(t, func() bool { return b.hasRules(t) }, 5*time.Second, 5*time.Millisecond)
	}

	require.Eventually(t, func() bool { return strings.Contains(b.log.String(), "they stand again") }, 5*time.Second, 5*time.Millisecond)
}

func TestAgent_CannotIsolate_TakesVMsOffTheNetworkAndSaysSo(t *testing.T) {
	t.Parallel()

	b := setup(t)
	vm := b.vm(pushApp(t, b.registry, nil), "")
	b.api.assign(vm)
	b.startAgent(t)
	b.api.waitFor(t, vm.ID, client.VMReportStateHealthy)

	release := packetfiltertest.Seize(t, b.tableName())
	told := func(r client.VMReport) bool {
		return r.Message != nil && strings.Contains(*r.Message, "VMs have no network on this node until it can keep them apart")
	}
	b.api.waitUntil(t, vm.ID, "off the network", func(r client.VMReport) bool { return r.State == client.VMReportStateUnhealthy && told(r) })

	next := b.vm(vm.Image, "")
	b.api.assign(vm, next)
	b.api.waitUntil(t, next.ID, "not started", told)

	link, err := netlink.LinkByName(network.InterfaceName(vm.ID))
	require.NoError(t, err)
	require.Zero(t, link.Attrs().Flags&net.FlagUp)
	require.Contains(t, b.log.String(), "VMs cannot be isolated")

	release()
	b.api.waitFor(t, vm.ID, client.VMReportStateHealthy)
	b.api.waitFor(t, next.ID, client.VMReportStateHealthy)
}

func TestAgent_LetsInTheEdgesThatTheAPINames_ToItsAppsAlone(t *testing.T) {
	t.Parallel()

	b := setup(t)
	app, release := b.vm("none", ""), b.vm("none", "")
	release.Port = 0
	b.api.admit("100.64.0.2")
	b.api.assign(app, release)
	b.startAgent(t)

	require.Eventually(t, func() bool {
		edges, apps := b.elements(t, "edges"), b.elements(t, "apps")

		return slices.Equal(edges, []string{"100.64.0.2"}) && slices.Equal(apps, []string{app.IP + ":3000"})
	}, 20*time.Second, 5*time.Millisecond)

	b.api.admit("100.64.0.3")
	b.api.assign(app, release)
	require.Eventually(t, func() bool { return slices.Equal(b.elements(t, "edges"), []string{"100.64.0.3"}) }, 20*time.Second, 5*time.Millisecond)
}

func TestAgent_StartedWhileTheAPIIsAway_IsolatesAsTheAgentBeforeDid(t *testing.T) {
	t.Parallel()

	b := setup(t)
	app := b.vm("none", "")
	b.api.admit("100.64.0.2")
	b.api.assign(app)
	b.startAgent(t)
	require.Eventually(t, func() bool { return len(b.elements(t, "apps")) == 1 }, 20*time.Second, 5*time.Millisecond)

	b.stopAgent()
	b.api.setAway(true)
	b.removeRules(t)
	b.startAgent(t)

	// The second time the agent runs when the rules go.
	for range 2 {
		require.Eventually(t, func() bool {
			return slices.Equal(b.elements(t, "edges"), []string{"100.64.0.2"}) && slices.Equal(b.elements(t, "apps"), []string{app.IP + ":3000"})
		}, 5*time.Second, 5*time.Millisecond)
		b.removeRules(t)
	}

	require.Eventually(t, func() bool { return b.hasRules(t) }, 5*time.Second, 5*time.Millisecond)
}

func (b *testBundle) removeRules(t *testing.T) {
	t.Helper()

	connection, err := nftables.New()
	require.NoError(t, err)
	connection.DelTable(&nftables.Table{Name: b.tableName(), Family: nftables.TableFamilyINet})
	require.NoError(t, connection.Flush())
}

// elements returns the addresses in a set of the node's table, with their ports where they have any.
func (b *testBundle) elements(t *testing.T, set string) []string {
	t.Helper()

	connection, err := nftables.New()
	require.NoError(t, err)

	elements, err := connection.GetSetElements(&nftables.Set{Name: set, Table: &nftables.Table{Name: b.tableName(), Family: nftables.TableFamilyINet}})
	if err != nil {
		return nil // There is no table yet.
	}

	return lo.Map(elements, func(element nftables.SetElement, _ int) string {
		address, _ := netip.AddrFromSlice(element.Key[:4])
		if len(element.Key) == 4 {
			return address.String()
		}

		return netip.AddrPortFrom(address, binary.BigEndian.Uint16(element.Key[4:])).String()
	})
}

func (b *testBundle) tableName() string {
	return "zeitwork-" + strings.ReplaceAll(b.network.Range.String(), "/", "-")
}

func (b *testBundle) hasRules(t *testing.T) bool {
	t.Helper()

	connection, err := nftables.New()
	require.NoError(t, err)

	rules, err := connection.GetRules(&nftables.Table{Name: b.tableName(), Family: nftables.TableFamilyINet}, &nftables.Chain{Name: "forward"})

	return err == nil && len(rules) > 0
}

package nodeagent_test

import (
	"net"
	"strings"
	"testing"
	"time"

	"github.com/google/nftables"
	"github.com/stretchr/testify/require"
	"github.com/vishvananda/netlink"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/packetfilter/packetfiltertest"
	"github.com/zeitwork/zeitwork/nodeagent/network"
)

func TestAgent_RulesRemoved_StandAgainWithinASecond(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.startAgent(t)
	require.Eventually(t, func() bool { return b.hasRules(t) }, 20*time.Second, 5*time.Millisecond)

	connection, err := nftables.New()
	require.NoError(t, err)

	// The second time is right behind the first, within the pause that bounds how often rules are looked at.
	for range 2 {
		connection.DelTable(&nftables.Table{Name: b.tableName(), Family: nftables.TableFamilyINet})
		require.NoError(t, connection.Flush())
		require.Eventually(t, func() bool { return b.hasRules(t) }, time.Second, 5*time.Millisecond)
	}

	require.Contains(t, b.log.String(), "they stand again")
}

func TestAgent_CannotIsolate_TakesVMsOffTheNetworkAndSaysSo(t *testing.T) {
	t.Parallel()

	b := setup(t)
	vm := b.vm(pushApp(t, b.registry, nil), "")
	b.api.assign(vm)
	b.startAgent(t)
	b.api.waitFor(t, vm.ID, client.VMReportStateHealthy)

	release := packetfiltertest.Seize(t, b.tableName())
	next := b.vm(vm.Image, "")
	b.api.assign(vm, next)

	told := func(r client.VMReport) bool {
		return r.Message != nil && strings.Contains(*r.Message, "VMs have no network on this node until it can keep them apart")
	}
	b.api.waitUntil(t, vm.ID, "off the network", func(r client.VMReport) bool { return r.State == client.VMReportStateUnhealthy && told(r) })
	b.api.waitUntil(t, next.ID, "not started", told)

	link, err := netlink.LinkByName(network.InterfaceName(vm.ID))
	require.NoError(t, err)
	require.Zero(t, link.Attrs().Flags&net.FlagUp)
	require.Contains(t, b.log.String(), "VMs cannot be isolated")

	release()
	b.api.waitFor(t, vm.ID, client.VMReportStateHealthy)
	b.api.waitFor(t, next.ID, client.VMReportStateHealthy)
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

package network_test

import (
	"context"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/nftables"
	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/netnamespace"
	"github.com/zeitwork/zeitwork/nodeagent/network"
)

func TestNetwork_Egress_TheInternetAndNothingInternal(t *testing.T) {
	t.Parallel()

	m := setupMachine(t)
	internal := append(lo.Map(metadataAddresses(), func(prefix string, _ int) string { return strings.TrimSuffix(prefix, "/32") }), privateAddress)

	serve(t, m.outside, "0.0.0.0:80")
	serve(t, m.outside, "0.0.0.0:25")
	serve(t, m.peers, peerAddress+":80")
	require.NoError(t, m.fromVM(net.JoinHostPort(internetAddress, "80")))

	for _, address := range internal {
		require.NoError(t, dialIn(m.path, "", net.JoinHostPort(address, "80")), "the machine itself gets to %s", address)
		require.Error(t, m.fromVM(net.JoinHostPort(address, "80")), address)
	}

	require.Error(t, m.fromVM(net.JoinHostPort(peerAddress, "80")), "the tailnet")
	require.Error(t, m.fromVM(net.JoinHostPort(internetAddress, "25")), "mail")

	allowed := setupMachine(t, func(n *network.Network) { n.AllowMail = true })
	serve(t, allowed.outside, "0.0.0.0:25")
	require.NoError(t, allowed.fromVM(net.JoinHostPort(internetAddress, "25")))
	require.Error(t, allowed.fromVM(net.JoinHostPort(privateAddress, "25")))
}

func TestNetwork_Egress_AVMHasNoIPv6(t *testing.T) {
	t.Parallel()

	m := setupMachine(t)

	require.NoError(t, netnamespace.Do(m.network.NamespacePath(m.vm), func() error {
		addresses, err := net.InterfaceAddrs()
		require.True(t, lo.EveryBy(addresses, func(a net.Addr) bool { return netip.MustParsePrefix(a.String()).Addr().Is4() }), "%v", addresses)

		return err
	}))
}

func TestNetwork_Limits_BoundTheConnectionsOfEachVM(t *testing.T) {
	t.Parallel()

	const most = 5

	for name, limits := range map[string]network.Limits{
		"at once": {Connections: most},
		// What may come at once is twice the rate.
		"in a second": {ConnectionsPerSecond: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			m := setupMachine(t, func(n *network.Network) { n.Limits = limits })
			other := id.New()
			m.attach(t, other, m.ip.Next())

			// Nobody accepts, so that the connections stay open.
			var listener net.Listener

			require.NoError(t, netnamespace.Do(m.outside, func() (err error) {
				listener, err = new(net.ListenConfig).Listen(context.Background(), "tcp4", internetAddress+":80")

				return err
			}))
			t.Cleanup(func() { _ = listener.Close() })

			m.do(t, m.network.Limit)

			made := 0
			for ; made < 2*most && m.hold(t) == nil; made++ {
			}

			if limits.Connections > 0 {
				require.Equal(t, most, made)
			} else {
				require.Less(t, made, most)
			}

			require.NoError(t, dialIn(m.network.NamespacePath(other), "", internetAddress+":80"), "each VM counts for itself")
			require.False(t, m.assert(t))
			m.requireLimitsStay(t, 1)
		})
	}
}

// requireLimitsStay looks that the limits in place, so many of them for what is forwarded, are not replaced by the same, which would forget what was counted.
func (m *testMachine) requireLimitsStay(t *testing.T, forward int) {
	t.Helper()

	handles := func() (found []uint64) {
		m.do(t, func() error {
			connection, err := nftables.New()
			if err != nil {
				return err
			}

			rules, err := connection.GetRules(
				&nftables.Table{Name: tableName + "-limits", Family: nftables.TableFamilyINet}, &nftables.Chain{Name: "forward"})
			found = lo.Map(rules, func(rule *nftables.Rule, _ int) uint64 { return rule.Handle })

			return err
		})

		return found
	}

	before := handles()
	require.Len(t, before, forward)
	m.do(t, m.network.Limit)
	require.Equal(t, before, handles())
}

// hold makes a connection from the VM to the internet that stays until the test ends.
func (m *testMachine) hold(t *testing.T) error {
	t.Helper()

	return netnamespace.Do(m.network.NamespacePath(m.vm), func() error {
		connection, err := (&net.Dialer{Timeout: time.Second}).DialContext(context.Background(), "tcp4", internetAddress+":80")
		if err == nil {
			t.Cleanup(func() { _ = connection.Close() })
		}

		return err
	})
}

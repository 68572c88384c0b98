package network_test

import (
	"testing"

	"github.com/google/nftables"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/packetfilter"
	"github.com/zeitwork/zeitwork/nodeagent/network"
)

// The chains are as firewalld and as an nftables.conf written by hand have them.
func TestObstacles_NamesChainsThatRefuseWhatTheyDoNotKnow(t *testing.T) {
	t.Parallel()

	m := setupMachine(t)
	find := func() (found []string) {
		m.do(t, func() (err error) {
			found, err = network.Obstacles()

			return err
		})

		return found
	}

	require.Empty(t, find())

	m.do(t, func() error {
		connection, err := nftables.New()
		if err != nil {
			return err
		}

		add := func(table, chain string, policy nftables.ChainPolicy, rules ...packetfilter.Part) {
			added := connection.AddChain(&nftables.Chain{
				Name: chain, Table: connection.AddTable(&nftables.Table{Name: table, Family: nftables.TableFamilyINet}), Type: nftables.ChainTypeFilter,
				Hooknum: nftables.ChainHookForward, Priority: nftables.ChainPriorityFilter, Policy: &policy,
			})
			for _, rule := range rules {
				packetfilter.AddRule(connection, added, rule)
			}
		}

		add("firewalld", "filter_FORWARD", nftables.ChainPolicyAccept, packetfilter.Established(), packetfilter.Reject())
		add("filter", "forward", nftables.ChainPolicyDrop)
		add("opened", "forward", nftables.ChainPolicyDrop, packetfilter.Rule(packetfilter.FromInterfaces("zwv"), packetfilter.Accept()))
		add("some", "forward", nftables.ChainPolicyAccept, packetfilter.Rule(packetfilter.FromInterface("eth9"), packetfilter.Drop()))

		return connection.Flush()
	})
	require.ElementsMatch(t, []string{"the chain filter_FORWARD of the table firewalld", "the chain forward of the table filter"}, find())
}

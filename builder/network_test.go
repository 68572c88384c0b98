package builder

import (
	"net/netip"
	"os"
	"slices"
	"testing"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/iprange"
)

func TestFence_KeepsBuildsFromEveryInternalRange(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root")
	}

	network := buildNetwork{bridge: "zwbuildtest2", subnet: netip.MustParsePrefix("10.82.5.0/24")}
	require.NoError(t, network.fence())
	t.Cleanup(func() { require.NoError(t, network.remove(t.Context())) })

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

	rules, err := connection.GetRules(network.table(), &nftables.Chain{Name: "through-machine"})
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

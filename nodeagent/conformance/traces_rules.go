package conformance

import (
	"fmt"
	"strings"

	"github.com/google/nftables"
	"github.com/samber/lo"
)

// countRules counts the rules, and the elements of sets, in the table of the packet filter that the agent has for its VMs.
func (t *trial) countRules() (int, error) {
	connection, err := nftables.New()
	if err != nil {
		return 0, fmt.Errorf("reach nftables: %w", err)
	}

	table := &nftables.Table{Name: "zeitwork-" + strings.ReplaceAll(t.options.Range.String(), "/", "-"), Family: nftables.TableFamilyINet}

	chains, err := connection.ListChainsOfTableFamily(table.Family)
	chains = lo.Filter(chains, func(c *nftables.Chain, _ int) bool { return c.Table.Name == table.Name })

	if err != nil || len(chains) == 0 {
		return 0, err
	}

	count := 0

	for _, chain := range chains {
		rules, err := connection.GetRules(table, chain)
		if err != nil {
			return 0, fmt.Errorf("list the rules of the packet filter: %w", err)
		}

		count += len(rules)
	}

	sets, err := connection.GetSets(table)
	if err != nil {
		return 0, fmt.Errorf("list the sets of the packet filter: %w", err)
	}

	for _, set := range sets {
		elements, err := connection.GetSetElements(set)
		if err != nil {
			return 0, fmt.Errorf("list a set of the packet filter: %w", err)
		}

		count += len(elements)
	}

	return count, nil
}

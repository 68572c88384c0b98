package packetfilter

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"
	"github.com/samber/lo"
	"golang.org/x/sys/unix"
)

// stands tells whether the kernel has the table with all of its chains, rules and sets and with nothing more. It does not look at elements of sets.
func (t Table) stands(connection *nftables.Conn) (bool, error) {
	tables, err := connection.ListTablesOfFamily(nftables.TableFamilyINet)
	if err != nil {
		return false, fmt.Errorf("list tables: %w", err)
	}

	// A flag turns a table off, or gives it to another program.
	table, found := lo.Find(tables, func(table *nftables.Table) bool { return table.Name == t.Name })
	if !found || table.Flags != 0 {
		return false, nil
	}

	chains, err := connection.ListChainsOfTableFamily(nftables.TableFamilyINet)
	if err != nil {
		return false, fmt.Errorf("list chains: %w", err)
	}

	chains = lo.Filter(chains, func(chain *nftables.Chain, _ int) bool { return chain.Table.Name == t.Name })
	if len(chains) != len(t.Chains) {
		return false, nil
	}

	for _, wanted := range t.Chains {
		chain, found := lo.Find(chains, func(chain *nftables.Chain) bool { return chain.Name == wanted.Name })
		if !found || !wanted.is(chain) {
			return false, nil
		}

		rules, err := connection.GetRules(table, chain)
		if errors.Is(err, unix.ENOENT) {
			return false, nil // It has gone meanwhile.
		}

		if err != nil {
			return false, fmt.Errorf("list the rules of chain %s: %w", chain.Name, err)
		}

		if !slices.EqualFunc(rules, wanted.Rules, func(rule *nftables.Rule, wanted Part) bool { return equal(rule.Exprs, wanted) }) {
			return false, nil
		}
	}

	sets, err := connection.GetSets(table)
	if err != nil {
		return false, fmt.Errorf("list sets: %w", err)
	}

	return len(sets) == len(t.Sets) && lo.EveryBy(t.Sets, func(wanted Set) bool {
		return lo.ContainsBy(sets, wanted.is)
	}), nil
}

func (c Chain) is(chain *nftables.Chain) bool {
	return chain.Type == c.Type && chain.Hooknum != nil && *chain.Hooknum == *c.Hook && *chain.Priority == *c.Priority &&
		chain.Policy != nil && *chain.Policy == nftables.ChainPolicyAccept
}

// equal compares expressions by what is sent to the kernel for them.
func equal(one, other []expr.Any) bool {
	return slices.EqualFunc(one, other, func(one, other expr.Any) bool {
		first, firstErr := expr.Marshal(byte(nftables.TableFamilyINet), one)
		second, secondErr := expr.Marshal(byte(nftables.TableFamilyINet), other)

		return firstErr == nil && secondErr == nil && bytes.Equal(first, second)
	})
}

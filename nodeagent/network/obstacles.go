package network

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"
)

// Obstacles names the chains of other programs that refuse whatever of the machine's forwarded packets they do not know, and know nothing of VMs. No rule of
// another table can undo that. The chain of iptables is not among them: Forward sees to it.
func Obstacles() ([]string, error) {
	connection, err := nftables.New()
	if err != nil {
		return nil, fmt.Errorf("reach nftables: %w", err)
	}

	var found []string

	for _, family := range []nftables.TableFamily{nftables.TableFamilyINet, nftables.TableFamilyIPv4} {
		chains, err := connection.ListChainsOfTableFamily(family)
		if err != nil {
			return nil, fmt.Errorf("list chains: %w", err)
		}

		for _, chain := range chains {
			isIptables := family == nftables.TableFamilyIPv4 && chain.Table.Name == "filter" && chain.Name == "FORWARD"
			if chain.Hooknum == nil || *chain.Hooknum != *nftables.ChainHookForward || isIptables || strings.HasPrefix(chain.Table.Name, "zeitwork-") {
				continue
			}

			rules, err := connection.GetRules(chain.Table, chain)
			if err != nil {
				return nil, fmt.Errorf("list the rules of chain %s: %w", chain.Name, err)
			}

			if refusesRest(chain, rules) && !knowsVMs(rules) {
				found = append(found, fmt.Sprintf("the chain %s of the table %s", chain.Name, chain.Table.Name))
			}
		}
	}

	return found, nil
}

// refusesRest tells whether a packet that no rule accepts is refused, by the chain's policy or by its last rule.
func refusesRest(chain *nftables.Chain, rules []*nftables.Rule) bool {
	if chain.Policy != nil && *chain.Policy == nftables.ChainPolicyDrop {
		return true
	}

	if len(rules) == 0 {
		return false
	}

	for _, part := range rules[len(rules)-1].Exprs {
		switch part := part.(type) {
		case *expr.Counter, *expr.Log:
		case *expr.Reject:
			return true
		case *expr.Verdict:
			return part.Kind == expr.VerdictDrop
		default:
			return false // It matches some packets alone.
		}
	}

	return false
}

// knowsVMs tells whether one of the rules is about the interfaces of VMs.
func knowsVMs(rules []*nftables.Rule) bool {
	for _, rule := range rules {
		for _, part := range rule.Exprs {
			if compared, ok := part.(*expr.Cmp); ok && bytes.HasPrefix(compared.Data, []byte(interfacePrefix)) {
				return true
			}
		}
	}

	return false
}

package packetfilter

import (
	"github.com/google/nftables"
	"github.com/google/nftables/expr"
)

// Part is a part of a rule: a match, or the verdict at the rule's end.
type Part []expr.Any

// AddRule adds the rule that the parts make to the end of the chain. It takes effect with the connection's Flush.
func AddRule(connection *nftables.Conn, chain *nftables.Chain, parts ...Part) {
	rule := &nftables.Rule{Table: chain.Table, Chain: chain}
	for _, part := range parts {
		rule.Exprs = append(rule.Exprs, part...)
	}

	connection.AddRule(rule)
}

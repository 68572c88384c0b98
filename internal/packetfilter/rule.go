package packetfilter

import "github.com/google/nftables/expr"

// Part is a part of a rule: a match, or the verdict at the rule's end.
type Part []expr.Any

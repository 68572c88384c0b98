// Package packetfilter has the words that rules of nftables are written in: matches, which a packet must all meet, and the verdict
// on packets that do. Matches of addresses know IPv4 only, and no packet of IPv6 meets them.
package packetfilter

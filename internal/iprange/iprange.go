// Package iprange knows which addresses are not the public internet.
package iprange

import "net/netip"

// Internal returns the ranges of IPv4 addresses in which machines, clusters, tailnets and metadata services live, and those that no public host
// has an address of. Code of customers may reach none of them. No two ranges overlap.
//
// The ranges for documentation, 198.51.100.0/24 and 203.0.113.0/24 (RFC 5737), are left out: no host has an address of them, and
// tests use them as the internet.
func Internal() []netip.Prefix {
	return []netip.Prefix{
		netip.MustParsePrefix("0.0.0.0/8"),        // This network, and with 0.0.0.0 this host: RFC 791, RFC 1122.
		netip.MustParsePrefix("10.0.0.0/8"),       // Private networks: RFC 1918.
		netip.MustParsePrefix("100.64.0.0/10"),    // Carrier-grade NAT, and with it tailnets: RFC 6598.
		netip.MustParsePrefix("127.0.0.0/8"),      // Loopback: RFC 1122.
		netip.MustParsePrefix("168.63.129.16/32"), // Azure's wire server, a metadata service on a public address: no RFC.
		netip.MustParsePrefix("169.254.0.0/16"),   // Link-local, and with it metadata services: RFC 3927.
		netip.MustParsePrefix("172.16.0.0/12"),    // Private networks: RFC 1918.
		netip.MustParsePrefix("192.0.0.0/24"),     // Protocol assignments: RFC 6890.
		netip.MustParsePrefix("192.0.2.0/24"),     // Documentation: RFC 5737.
		netip.MustParsePrefix("192.168.0.0/16"),   // Private networks: RFC 1918.
		netip.MustParsePrefix("198.18.0.0/15"),    // Benchmarks of network devices: RFC 2544.
		netip.MustParsePrefix("224.0.0.0/3"),      // Multicast, reserved addresses and broadcast: RFC 1112, RFC 919.
	}
}

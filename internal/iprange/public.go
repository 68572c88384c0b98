package iprange

import "net/netip"

var (
	// globalUnicast is what of IPv6 is given to hosts of the internet: RFC 4291. All else (loopback, unique local and link-local
	// addresses, multicast) is internal.
	globalUnicast = netip.MustParsePrefix("2000::/3")
	// translated are IPv4 addresses behind the gateway of a network that has IPv6 alone: RFC 6052. The last four bytes are the address.
	translated = netip.MustParsePrefix("64:ff9b::/96")
)

// reserved returns what of globalUnicast is no host of the internet, or leads to an IPv4 address of the sender's choice.
func reserved() []netip.Prefix {
	return []netip.Prefix{
		netip.MustParsePrefix("2001::/23"),     // Protocol assignments, and with them Teredo: RFC 2928, RFC 4380.
		netip.MustParsePrefix("2001:db8::/32"), // Documentation: RFC 3849.
		netip.MustParsePrefix("2002::/16"),     // 6to4: RFC 3056.
		netip.MustParsePrefix("3fff::/20"),     // Documentation: RFC 9637.
	}
}

// IsPublic tells whether an IPv4 or IPv6 address may be one of the public internet.
func IsPublic(address netip.Addr) bool {
	address = address.WithZone("").Unmap()

	if translated.Contains(address) {
		bytes := address.As16()

		return IsPublic(netip.AddrFrom4([4]byte(bytes[12:])))
	}

	refused := Internal()

	if address.Is6() {
		if !globalUnicast.Contains(address) {
			return false
		}

		refused = reserved()
	}

	return address.IsValid() && !Contains(refused, address)
}

// Contains tells whether one of the prefixes contains the address.
func Contains(prefixes []netip.Prefix, address netip.Addr) bool {
	for _, prefix := range prefixes {
		if prefix.Contains(address) {
			return true
		}
	}

	return false
}

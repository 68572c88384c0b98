package edgeproxy

import (
	"net/http"
	"net/netip"

	"github.com/samber/lo"
)

// cloudflareNetworks are the addresses from which Cloudflare connects to servers behind it: https://www.cloudflare.com/ips-v4 and
// https://www.cloudflare.com/ips-v6, as Cloudflare changed them last on 28 September 2023 and as they still stood in July 2026.
var cloudflareNetworks = lo.Map([]string{
	"173.245.48.0/20", "103.21.244.0/22", "103.22.200.0/22", "103.31.4.0/22", "141.101.64.0/18", "108.162.192.0/18", "190.93.240.0/20", "188.114.96.0/20",
	"197.234.240.0/22", "198.41.128.0/17", "162.158.0.0/15", "104.16.0.0/13", "104.24.0.0/14", "172.64.0.0/13", "131.0.72.0/22",
	"2400:cb00::/32", "2606:4700::/32", "2803:f800::/32", "2405:b500::/32", "2405:8100::/32", "2a06:98c0::/29", "2c0f:f248::/32",
}, func(text string, _ int) netip.Prefix { return netip.MustParsePrefix(text) })

const headerCloudflareClient = "Cf-Connecting-Ip"

// isCloudflares tells whether Cloudflare writes a header itself, whatever a visitor has sent under its name. True-Client-Ip is none of these: Cloudflare
// writes it for some of its customers, and passes on what visitors send for all others.
func isCloudflares(header string) bool {
	switch http.CanonicalHeaderKey(header) {
	case headerCloudflareClient, "Cf-Ray", "Cf-Visitor", "Cf-Ipcountry":
		return true
	default:
		return false
	}
}

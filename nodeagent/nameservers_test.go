package nodeagent

import (
	"net/netip"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/require"
)

func TestChooseNameservers_GivesTenantsNoneOfATailnetAndPublicOnesFirst(t *testing.T) {
	t.Parallel()

	for name, example := range map[string]struct{ files, chosen []string }{
		"tailscaled's alone":         {files: []string{"nameserver 100.100.100.100\nsearch tailnet.ts.net\n"}},
		"on the loopback alone":      {files: []string{"nameserver 127.0.0.53\noptions edns0"}},
		"tailscaled's, then another": {files: []string{"nameserver 100.100.100.100", "nameserver 10.0.0.2"}, chosen: []string{"10.0.0.2"}},
		"private and public":         {files: []string{"nameserver 10.0.0.2\nnameserver 9.9.9.9"}, chosen: []string{"9.9.9.9"}},
		"private, and public behind": {files: []string{"nameserver 10.0.0.2", "nameserver 9.9.9.9"}, chosen: []string{"9.9.9.9"}},
		"private in both files":      {files: []string{"nameserver 10.0.0.2", "nameserver 10.0.0.3"}, chosen: []string{"10.0.0.2"}},
		"of IPv6":                    {files: []string{"nameserver 2620:fe::fe\n#nameserver 9.9.9.9\n"}},
	} {
		chosen := lo.Map(chooseNameservers(example.files...), func(address netip.Addr, _ int) string { return address.String() })
		require.ElementsMatch(t, example.chosen, chosen, name)
	}
}

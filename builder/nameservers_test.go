package builder

import (
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNameserversIn_LeavesOutLoopbackAndIPv6(t *testing.T) {
	t.Parallel()

	require.Equal(t, []netip.Addr{netip.MustParseAddr("192.0.2.53")},
		nameserversIn("# made by hand\nsearch example.com\nnameserver 127.0.0.53\nnameserver 192.0.2.53\nnameserver fe80::1%eth0\nnameserver\n"))
}

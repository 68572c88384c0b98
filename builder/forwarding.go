package builder

import (
	"context"

	"github.com/zeitwork/zeitwork/internal/forwarding"
)

// setForwarding makes the machine's iptables let the packets of builds out and the answers in, or takes that back. Where builds may go is up to the fence.
func (n *buildNetwork) setForwarding(ctx context.Context, allowed bool) error {
	rules := []forwarding.Rule{
		{"--in-interface", n.link},
		{"--out-interface", n.link, "--match", "conntrack", "--ctstate", "RELATED,ESTABLISHED"},
	}

	if !allowed {
		return forwarding.Forget(ctx, rules...) //nolint:wrapcheck // It says what it did.
	}

	return forwarding.Allow(ctx, rules...) //nolint:wrapcheck // As above.
}

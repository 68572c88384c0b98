package nodeagent

import (
	"context"
	"fmt"
	"log/slog"
	"net/netip"
	"time"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/tailscaled"
)

// tailnetInterval is how often the agent looks whether edges can reach its VMs through the tailnet.
const tailnetInterval = 2 * time.Second

// place is where the node is in the cluster, as its assignments say.
type place struct{ prefix, clusterRange netip.Prefix }

// placeOf returns nil for a prefix that cannot be read, which no API sends.
func placeOf(list client.Assignments, clusterRange netip.Prefix) *place {
	prefix, err := netip.ParsePrefix(list.Prefix)
	if err != nil {
		return nil
	}

	return &place{prefix: prefix, clusterRange: clusterRange}
}

// watchTailnet keeps the node's prefix advertised in the tailnet, and has the API told when that does not lead edges to the VMs.
func (a *Agent) watchTailnet(ctx context.Context) error {
	for ticks := time.Tick(tailnetInterval); ; {
		select {
		case <-ticks:
			a.lookAtTailnet(ctx)
		case <-ctx.Done():
			return nil
		}
	}
}

// lookAtTailnet does nothing on a node that is in no tailnet.
func (a *Agent) lookAtTailnet(ctx context.Context) {
	if a.config.TailscaledSocket == "" {
		return
	}

	where, before := a.place.Load(), a.unreachable.Load()
	found := tailnetObstacle(ctx, tailscaled.Socket(a.config.TailscaledSocket), where)

	// Without a place nobody has looked whether the prefix is routed.
	if ctx.Err() != nil || (where == nil && found == "") || (before != nil && *before == found) {
		return
	}

	a.unreachable.Store(&found)
	signal(a.changed)

	if found == "" {
		a.logger.InfoContext(ctx, "edges reach this node's VMs through the tailnet")
	} else {
		a.logger.ErrorContext(ctx, "Edges cannot reach this node's VMs through the tailnet. Its VMs are moved unless that ends soon.", slog.String("reason", found))
	}
}

// unreachableBecause returns why edges cannot reach the node's VMs; empty: they can, as far as is known of a node that is in no tailnet. It returns nil where
// nobody has looked yet.
func (a *Agent) unreachableBecause() *string {
	if a.config.TailscaledSocket == "" {
		return new("")
	}

	return a.unreachable.Load()
}

// Withdraw ends that the machine advertises the node's prefix in its tailnet, where it is in one. The agent must have ended.
func Withdraw(ctx context.Context, config Config) error {
	if config.TailscaledSocket == "" {
		return nil
	}

	ranges, err := config.clusterRanges(ctx)
	if err != nil {
		return err
	}

	for _, clusterRange := range ranges {
		if err := tailscaled.Socket(config.TailscaledSocket).Withdraw(ctx, clusterRange); err != nil {
			return fmt.Errorf("withdraw the node's prefix from the tailnet: %w", err)
		}
	}

	return nil
}

// tailnetObstacle advertises the node's prefix, and returns a sentence for operators about why edges cannot reach it, or nothing. Without a place it looks
// at the state of the machine alone.
func tailnetObstacle(ctx context.Context, socket tailscaled.Socket, where *place) string {
	status, err := socket.Status(ctx)
	if err != nil {
		return fmt.Sprintf("tailscaled does not answer at %s (`systemctl status tailscaled`).", socket)
	}

	switch {
	case status.State == tailscaled.NeedsLogin:
		return "The machine is logged out of the tailnet, or its key has expired: run `zeitwork node join` with a new auth key on it, or `tailscale up`."
	case status.State == tailscaled.NeedsMachineAuth:
		return "The machine waits for its approval in the tailnet: approve it in Tailscale's admin console."
	case status.State == tailscaled.Stopped:
		return "tailscale is stopped on the machine: run `tailscale up` on it."
	case status.State != tailscaled.Running:
		return "tailscaled is not connected to the tailnet yet."
	case where == nil:
		return ""
	}

	if err := socket.Advertise(ctx, where.prefix, where.clusterRange); err != nil {
		return fmt.Sprintf("The machine cannot advertise its prefix %s in the tailnet: %s.", where.prefix, err)
	}

	if !status.Has(where.prefix) {
		return fmt.Sprintf("The tailnet has not approved the route %s of the machine, or another machine advertises it: approve it in Tailscale's admin console, "+
			"or have the policy's autoApprovers do that for the tag of nodes, and see there that no other machine has it.", where.prefix)
	}

	return ""
}

// checkTailnet looks at the state of the machine in its tailnet.
func checkTailnet(ctx context.Context, config Config) []Finding {
	const part = "tailnet"

	if config.TailscaledSocket == "" {
		return nil
	}

	if obstacle := tailnetObstacle(ctx, tailscaled.Socket(config.TailscaledSocket), nil); obstacle != "" {
		return []Finding{{Part: part, Tolerable: true, Detail: "Edges cannot reach this node's VMs through the tailnet.", Advice: obstacle}}
	}

	return []Finding{{Part: part, OK: true, Detail: "The machine is in a tailnet."}}
}

package main

import (
	"cmp"
	"context"
	"fmt"
	"os"

	"github.com/zeitwork/zeitwork/internal/doctor"
	"github.com/zeitwork/zeitwork/internal/tailscaled"
)

// edgeFinding checks whether the edge of this machine reaches the nodes by the tailnet.
func edgeFinding(ctx context.Context) doctor.Finding {
	socket := tailscaled.Socket(cmp.Or(os.Getenv("ZEITWORK_EDGE_TAILSCALED"), string(tailscaled.DefaultSocket)))
	found := doctor.Finding{Part: "edge: tailnet"}

	status, err := socket.Status(ctx)
	if err != nil {
		found.Detail = "tailscaled does not answer at " + string(socket)
		found.Advice = "install tailscale and sign in with the tag of edges, unless nodes are reached by another network"

		return found
	}

	preferences, err := socket.Preferences(ctx)

	switch {
	case status.State != tailscaled.Running:
		found.Detail = fmt.Sprintf("the machine is not in its tailnet (%s)", status.State)
		found.Advice = "run `tailscale up`; docs/OPERATIONS.md has how edges sign in"
	case err != nil:
		found.Detail, found.Advice = err.Error(), "run doctor as root"
	case !preferences.AcceptsRoutes:
		found.Detail = "tailscaled does not accept the routes of nodes, so that this edge reaches no VM"
		found.Advice = "run `tailscale set --accept-routes`"
	default:
		found.OK, found.Detail = true, "tailscaled accepts the routes of nodes"
	}

	return found
}

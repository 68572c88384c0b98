package conformance

import (
	"context"
	"net/netip"
	"slices"
	"time"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/nodeagent/conformance/app"
)

// refusedTime is how long a connection is tried that must not come about.
const refusedTime = time.Second

func checkEgress(ctx context.Context, t *trial) outcome {
	l, err := listen(ctx, t.internet.path(), netip.AddrPortFrom(website(), 0))
	if err != nil {
		return failure(err)
	}
	defer l.close()

	dialed, err := t.dial(ctx, t.first, "tcp "+l.address())
	if err != nil {
		return failure(err)
	}

	if dialed[0].Outcome != app.Connected {
		return fail("The VM does not reach the internet: %s. A firewall of the node may drop what it forwards.", dialed[0].Error)
	}

	waiting, cancel := context.WithTimeoutCause(ctx, t.options.Patience, errPatience)
	defer cancel()

	if err := l.await(waiting, app.Greeting); err != nil {
		return fail("The VM is connected to the internet, which does not get what it says: %v.", err)
	}

	if seen := lo.Map(l.all(), func(h heard, _ int) netip.Addr { return h.from }); !slices.Equal(seen, []netip.Addr{nodeInInternet()}) {
		return fail("Others see the VM as %v and not as its node, %s.", seen, nodeInInternet())
	}

	return pass("The internet is reached, and sees the node's address.")
}

func checkInternet(ctx context.Context, t *trial) outcome {
	if t.options.Internet == "" {
		return skip("--internet HOST:PORT names what to reach.")
	}

	dialed, err := t.dial(ctx, t.first, "tcp "+t.options.Internet)
	if err != nil {
		return failure(err)
	}

	if dialed[0].Outcome != app.Connected {
		return fail("The VM does not reach %s: %s.", t.options.Internet, dialed[0].Error)
	}

	return pass("It reaches %s.", t.options.Internet)
}

// way is a way in to a VM.
type way struct {
	who  string
	from netip.Addr
	by   func(t *trial) peers
	port int
	// open tells whether connections must come through; otherwise none may.
	open bool
}

// waysIn are the ways to a VM from other machines.
func waysIn() []way {
	tailnet, internet := func(t *trial) peers { return t.tailnet }, func(t *trial) peers { return t.internet }

	return []way{
		{who: "an edge", from: edge(), by: tailnet, port: vmPort, open: true},
		{who: "outside of the tailnet", from: website(), by: internet, port: vmPort},
		{who: "an edge on another port", from: edge(), by: tailnet, port: vmPort + 1},
		{who: "other machines of the tailnet", from: stranger(), by: tailnet, port: vmPort},
	}
}

func checkIngress(ctx context.Context, t *trial) outcome { return t.tryWays(ctx, waysIn()) }

func (t *trial) tryWays(ctx context.Context, ways []way) outcome {
	for _, w := range ways {
		connection, err := w.by(t).dialer(w.from, lo.Ternary(w.open, t.options.Patience, refusedTime))(ctx, "tcp", addressPort(t.first, w.port))
		if err == nil {
			_ = connection.Close()
		}

		switch {
		case err != nil && w.open:
			return fail("The VM is not reached from %s: %v. A firewall of the node may drop what it forwards.", w.who, err)
		case err == nil && !w.open:
			return fail("The VM is reached from %s.", w.who)
		}
	}

	return pass("Edges reach its app's port, and nothing else does.")
}

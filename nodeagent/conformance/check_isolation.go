package conformance

import (
	"context"
	"math/rand/v2"
	"net/netip"
	"strconv"
	"strings"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/nodeagent/conformance/app"
)

// nobodys are addresses at which nothing answers here, and to which no packet of a VM may go all the same: elsewhere somebody might be there.
func nobodys(t *trial) []netip.Addr {
	last := t.options.Range.Addr()
	for t.options.Range.Contains(last.Next()) {
		last = last.Next()
	}

	addresses := []string{
		"169.254.169.254", "168.63.129.16", "100.100.100.200", "192.0.0.192", "fd00:ec2::254", // Metadata services of clouds.
		"10.255.255.254", "172.31.255.254", "192.168.255.254", "100.64.0.1", "169.254.1.1", "2001:db8::1",
	}

	return append(lo.Map(addresses, func(text string, _ int) netip.Addr { return netip.MustParseAddr(text) }), last)
}

// randomPort is a port to which nobody else on this machine sends anything, most likely.
func randomPort() int {
	const first, ports = 20_000, 10_000

	return first + rand.N(ports) //nolint:gosec // It need not be secret.
}

func checkIsolation(ctx context.Context, t *trial) outcome {
	if o := checkListeners(ctx, t); o.result != Passed {
		return o
	}

	return t.tryLeaving(ctx, nobodys(t))
}

// tryLeaving has the VM call the addresses, to none of which a packet may go.
func (t *trial) tryLeaving(ctx context.Context, kept []netip.Addr) outcome {
	port := randomPort()

	packets, err := sniff(port)
	if err != nil {
		return failure(err)
	}
	defer packets.close()

	at := func(a netip.Addr, _ int) string { return "tcp " + netip.AddrPortFrom(a, uint16(port)).String() } //nolint:gosec // It is a port.

	dialed, err := t.dial(ctx, t.first, lo.Map(append(kept, website()), at)...)
	if err != nil {
		return failure(err)
	}

	gone, err := packets.left()
	if err != nil {
		return failure(err)
	}

	// Packets to the internet leave, which shows that packets that leave are seen.
	seen := lo.ContainsBy(gone, func(l left) bool { return l.to == website() })
	leaked, leaks := lo.Find(gone, func(l left) bool { return lo.Contains(kept, l.to) })
	reached, reaches := lo.Find(dialed, func(d app.Dialed) bool { return d.Outcome == app.Connected })

	switch {
	case leaks:
		return fail("Packets of the VM go to %s.", leaked)
	case reaches:
		return fail("The VM reaches %s.", reached.Address)
	case !seen:
		return fail("Packets of the VM to the internet were not seen to leave: what else leaves cannot be told.")
	default:
		return pass("No VM, node, edge, private range or metadata is reached.")
	}
}

// checkListeners has the VM call what listens on another VM, on each address of the node, and on an edge.
func checkListeners(ctx context.Context, t *trial) outcome {
	node, err := listen(ctx, "", netip.AddrPortFrom(netip.IPv4Unspecified(), 0))
	if err != nil {
		return failure(err)
	}
	defer node.close()

	edges, err := listen(ctx, t.tailnet.path(), netip.AddrPortFrom(edge(), 0))
	if err != nil {
		return failure(err)
	}
	defer edges.close()

	own, err := hostAddresses(false)
	if err != nil {
		return failure(err)
	}

	listening := []string{"tcp " + addressPort(t.second, vmPort), "tcp " + edges.address(), "udp " + edges.address()}

	for _, a := range own {
		at := a.String() + ":" + strconv.Itoa(node.port())
		listening = append(listening, "tcp "+at, "udp "+at)
	}

	dialed, err := t.dial(ctx, t.first, listening...)
	if err != nil {
		return failure(err)
	}

	for _, d := range dialed {
		if d.Outcome == app.Connected && strings.HasPrefix(d.Address, "tcp ") {
			return fail("The VM reaches %s.", d.Address)
		}
	}

	for _, l := range []*listener{node, edges} {
		if err := l.catchUp(ctx); err != nil {
			return failure(err)
		}

		if l.heardText(app.Greeting) {
			return fail("Datagrams of the VM reach %s.", l.address())
		}
	}

	return pass("")
}

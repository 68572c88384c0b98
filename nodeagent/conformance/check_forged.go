package conformance

import (
	"context"
	"net/netip"

	"github.com/samber/lo"
)

const (
	honest = "honest"
	forged = "forged"
)

// inject sends the packets from the second VM's network, and behind them an honest one to the internet. It returns once that one has come: by then what was to
// come of the others has.
func (t *trial) inject(ctx context.Context, internet *listener, packets ...[]byte) error {
	ctx, cancel := context.WithTimeoutCause(ctx, t.options.Patience, errPatience)
	defer cancel()

	control := datagram(address(t.second), website(), internet.port(), honest)
	if err := sendFrames(t.namespacePath(t.second), t.second.ID, append(packets, control)...); err != nil {
		return err
	}

	return internet.await(ctx, honest)
}

func checkSpoofing(ctx context.Context, t *trial) outcome {
	// The address of another VM, of an edge, of the node, and two of the internet.
	return t.forge(ctx, address(t.first), edge(), nodeInTailnet(), website(), netip.MustParseAddr("192.0.2.77"))
}

// forge sends datagrams from the second VM as if they were from other addresses.
func (t *trial) forge(ctx context.Context, addresses ...netip.Addr) outcome {
	internet, err := listen(ctx, t.internet.path(), netip.AddrPortFrom(website(), 0))
	if err != nil {
		return failure(err)
	}
	defer internet.close()

	node, err := listen(ctx, "", netip.AddrPortFrom(netip.IPv4Unspecified(), 0))
	if err != nil {
		return failure(err)
	}
	defer node.close()

	var packets [][]byte

	for _, from := range addresses {
		packets = append(packets,
			datagram(from, website(), internet.port(), forged), datagram(from, nodeInTailnet(), node.port(), forged))
	}

	if err := t.inject(ctx, internet, packets...); err != nil {
		return fail("An honest datagram of the VM did not reach the internet: %v.", err)
	}

	if err := node.catchUp(ctx); err != nil {
		return failure(err)
	}

	if internet.heardText(forged) || node.heardText(forged) {
		return fail("Datagrams arrived that a VM sent from addresses which are not its own.")
	}

	return pass("%d datagrams from addresses of others were dropped.", len(packets))
}

func checkIPv6(ctx context.Context, t *trial) outcome {
	own, err := hostAddresses(true)
	if err != nil {
		return failure(err)
	}

	internet, err := listen(ctx, t.internet.path(), netip.AddrPortFrom(website(), 0))
	if err != nil {
		return failure(err)
	}
	defer internet.close()

	node, err := listen(ctx, "", netip.AddrPortFrom(netip.IPv6Unspecified(), 0))
	if err != nil {
		return skip("The node has no IPv6: %v.", err)
	}
	defer node.close()

	leaving, err := sniff(node.port())
	if err != nil {
		return failure(err)
	}
	defer leaving.close()

	from := netip.MustParseAddr("fe80::7a")
	// The node's neighbours, and others beyond it.
	to := own
	for _, other := range []string{"ff02::1", "2001:db8::1", "fd00:ec2::254"} {
		to = append(to, netip.MustParseAddr(other))
	}

	packets := lo.Map(to, func(to netip.Addr, _ int) []byte { return datagram(from, to, node.port(), forged) })
	if err := t.inject(ctx, internet, packets...); err != nil {
		return fail("A datagram of the VM by IPv4 did not reach the internet: %v.", err)
	}

	if err := node.catchUp(ctx); err != nil {
		return failure(err)
	}

	gone, err := leaving.left()

	switch {
	case err != nil:
		return failure(err)
	case node.heardText(forged):
		return fail("Packets of the VM reach the node by IPv6.")
	case lo.ContainsBy(gone, func(l left) bool { return lo.Contains(to, l.to) && l.by != "lo" }):
		return fail("Packets of the VM go through the node by IPv6: %v.", gone)
	default:
		return pass("%d datagrams to the node and beyond were dropped.", len(packets))
	}
}

package builder

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/netip"
	"time"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/internal/relay"
)

// lookUpHosts returns where the hosts are that buildkitd may reach.
func (n *buildNetwork) lookUpHosts(ctx context.Context) ([]netip.AddrPort, error) {
	var found []netip.AddrPort

	for _, host := range n.hosts {
		addresses, err := lookUpHost(ctx, host)
		if err != nil {
			return nil, err
		}

		found = append(found, addresses...)
	}

	return found, nil
}

// forgetAfter is how long an address stays allowed that name servers do not return any more. A name server returns some of a name's many addresses at a
// time, and an upload goes on to the address where it began, no longer than a build may take.
const forgetAfter = time.Hour

// allow lets buildkitd reach the addresses, by rules, or by relays where they are on the loopback interface. Those that were found before stay allowed for a
// while. None are known where no name server answered.
func (n *buildNetwork) allow(ctx context.Context, addresses []netip.AddrPort, now time.Time) error {
	onLoopback, elsewhere := lo.FilterReject(addresses, func(address netip.AddrPort, _ int) bool { return address.Addr().IsLoopback() })

	allowed := maps.Clone(n.allowed)
	if allowed == nil {
		allowed = map[netip.AddrPort]time.Time{}
	}

	for _, address := range elsewhere {
		allowed[address] = now
	}

	if len(addresses) > 0 {
		maps.DeleteFunc(allowed, func(_ netip.AddrPort, found time.Time) bool { return now.Sub(found) > forgetAfter })
	}

	n.allowed = allowed

	return n.forward(ctx, onLoopback)
}

// forward makes addresses of the machine's loopback interface answer in the namespace as well. Builds have a loopback interface of their own.
func (n *buildNetwork) forward(ctx context.Context, addresses []netip.AddrPort) error {
	for _, address := range addresses {
		if n.forwarders[address] != nil {
			continue
		}

		if n.forwarders == nil {
			n.forwarders = map[netip.AddrPort]*relay.Relay{}
		}

		forwarder := relay.IntoNamespace(n.namespace, address.String())
		if err := forwarder.Open(ctx); err != nil {
			return err
		}

		n.forwarders[address] = forwarder
	}

	return nil
}

func (n *buildNetwork) stopForwarders() error {
	problems := lo.MapToSlice(n.forwarders, func(_ netip.AddrPort, forwarder *relay.Relay) error { return forwarder.Close() })

	clear(n.forwarders)

	return errors.Join(problems...)
}

// lookUpHost returns the IPv4 addresses of a host, with its port.
func lookUpHost(ctx context.Context, hostPort string) ([]netip.AddrPort, error) {
	host, name, err := net.SplitHostPort(hostPort)
	if err != nil {
		return nil, fmt.Errorf("find %s: %w", hostPort, err)
	}

	port, err := net.DefaultResolver.LookupPort(ctx, "tcp", name)
	if err != nil {
		return nil, fmt.Errorf("find the port of %s: %w", hostPort, err)
	}

	addresses, err := net.DefaultResolver.LookupNetIP(ctx, "ip4", host)
	if err != nil {
		return nil, fmt.Errorf("find the IPv4 address of %s, which builds need: %w", hostPort, err)
	}

	found := make([]netip.AddrPort, len(addresses))
	for i, address := range addresses {
		found[i] = netip.AddrPortFrom(address.Unmap(), uint16(port)) //nolint:gosec // It is a port.
	}

	return found, nil
}

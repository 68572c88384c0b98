package builder

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"

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

// allow lets buildkitd reach the addresses, by rules, or by relays where they are on the loopback interface. It tells whether the rules have to change.
// Addresses that were allowed before stay allowed: a name server returns some of a name's many addresses at a time, and an upload goes on to the address
// where it began.
func (n *buildNetwork) allow(ctx context.Context, addresses []netip.AddrPort) (changed bool, err error) {
	onLoopback, elsewhere := lo.FilterReject(addresses, func(address netip.AddrPort, _ int) bool { return address.Addr().IsLoopback() })
	allowed := lo.Union(n.allowed, elsewhere)

	changed = len(allowed) != len(n.allowed)
	n.allowed = allowed

	return changed, n.forward(ctx, onLoopback)
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

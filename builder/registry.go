package builder

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/internal/relay"
)

// allow looks the hosts up that buildkitd may reach, for the rules, and forwards to those on the loopback interface. It tells whether the rules have to change.
func (n *buildNetwork) allow(ctx context.Context) (changed bool, err error) {
	var allowed, onLoopback []netip.AddrPort

	for _, host := range n.hosts {
		addresses, err := lookUpHost(ctx, host)
		if err != nil {
			return false, err
		}

		for _, address := range addresses {
			if address.Addr().IsLoopback() {
				onLoopback = append(onLoopback, address)
			} else {
				allowed = append(allowed, address)
			}
		}
	}

	slices.SortFunc(allowed, netip.AddrPort.Compare)

	changed = !slices.Equal(allowed, n.allowed)
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

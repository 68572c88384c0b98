package main

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"path/filepath"

	"github.com/samber/lo"
	"github.com/vishvananda/netlink"

	"github.com/zeitwork/zeitwork/internal/netnamespace"
	"github.com/zeitwork/zeitwork/local/cluster"
)

// post is the sentinel's place in one node's network namespace.
type post struct {
	node    cluster.Node
	sniffer *sniffer
	// own sends what the node may send, peer what nobody else may.
	own, peer *prober
	// listener takes datagrams that reach the node itself.
	listener net.PacketConn
	// address is the node's, and machine that of the other end of its link.
	address, machine netip.Addr

	vms     map[string]*prober // What sends from VMs, by the names of their namespaces.
	targets []netHolding
	turn    int
}

func newPost(ctx context.Context, machine string, node cluster.Node) (*post, error) {
	p := &post{node: node, vms: map[string]*prober{}}

	err := netnamespace.Do(node.NetworkNamespace, func() error {
		addresses, err := net.InterfaceAddrs()
		if err != nil {
			return fmt.Errorf("list the addresses of %s: %w", node.Name, err)
		}

		for _, address := range addresses {
			if prefix, err := netip.ParsePrefix(address.String()); err == nil && prefix.Addr().Is4() && !prefix.Addr().IsLoopback() {
				p.address, p.machine = prefix.Addr(), prefix.Masked().Addr().Next()
			}
		}

		p.listener, err = new(net.ListenConfig).ListenPacket(ctx, "udp4", fmt.Sprintf("0.0.0.0:%d", probePort))
		if err != nil {
			return fmt.Errorf("listen for datagrams on %s: %w", node.Name, err)
		}

		// A kernel that looks for the way back would drop the stranger's packets before anybody else could.
		from := &net.IPNet{IP: stranger().AsSlice(), Mask: net.CIDRMask(stranger().BitLen(), stranger().BitLen())}
		if err := netlink.RouteReplace(&netlink.Route{Dst: from, Gw: p.machine.AsSlice()}); err != nil {
			return fmt.Errorf("route a stranger's address on %s: %w", node.Name, err)
		}

		return nil
	})
	if err != nil {
		return nil, err
	}

	p.sniffer, err = sniff(node.NetworkNamespace, probePort)
	if err != nil {
		return nil, err
	}

	if p.own, err = newProber(node.NetworkNamespace); err != nil {
		return nil, err
	}

	p.peer, err = newProber(machine)

	return p, err
}

// look finds out which VMs are on the node. What it cannot see at this moment, as something is being made or removed there, stays as it was.
func (p *post) look() {
	if interfaces, err := lookAtNetwork(p.node.NetworkNamespace); err == nil {
		p.targets = lo.Filter(interfaces, func(h netHolding, _ int) bool { return h.address.IsValid() })
	}

	folders, err := filepath.Glob(filepath.Join(p.node.NetworkFolder, "*"))
	if err != nil {
		return
	}

	// A VM that was started again has another namespace in the same place.
	p.leave()

	for _, path := range folders {
		if made, err := newProber(path); err == nil {
			p.vms[filepath.Base(path)] = made
		}
	}
}

// leave closes what sends from VMs.
func (p *post) leave() {
	for _, vm := range p.vms {
		vm.close()
	}

	clear(p.vms)
}

// prober returns the one of the VM with the interface, and nil where there is none.
func (p *post) prober(name string) *prober {
	const random = 12 // Of the VM's id the interface has the last characters.

	for vm, found := range p.vms {
		if interfacePrefix+vm[max(len(vm)-random, 0):] == name {
			return found
		}
	}

	return nil
}

// close closes all but the listener.
func (p *post) close() {
	p.leave()
	p.own.close()
	p.peer.close()
	p.sniffer.close()
}

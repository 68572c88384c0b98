package network

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/google/nftables"
	"github.com/samber/lo"
	"golang.org/x/sys/unix"

	"github.com/zeitwork/zeitwork/internal/iprange"
	"github.com/zeitwork/zeitwork/internal/packetfilter"
)

const (
	// domainPort is where nameservers answer.
	domainPort = 53
	// mailPort is where mail servers take mail from each other. Apps hand theirs to a provider, by other ports.
	mailPort = 25
)

// policy is the cluster's table.
func (n *Network) policy() packetfilter.Table {
	internal := packetfilter.Ranges("internal", iprange.Internal())
	edges := packetfilter.Addresses("edges", n.edges)
	apps := packetfilter.AddressPorts("apps", n.apps)

	return packetfilter.Table{
		Name:   n.tableName(),
		Sets:   []packetfilter.Set{internal, edges, apps},
		Chains: []packetfilter.Chain{sourceChain(), n.inputChain(), n.forwardChain(&internal.Set, n.ingressRules(&edges.Set, &apps.Set)), n.masqueradeChain()},
	}
}

func (n *Network) tableName() string {
	return tablePrefix + strings.ReplaceAll(n.Range.Masked().String(), "/", "-")
}

// sourceChain drops packets of VMs whose source address is not the VM's own, and all IPv6.
func sourceChain() packetfilter.Chain {
	return packetfilter.Chain{
		Name: "source", Type: nftables.ChainTypeFilter, Hook: nftables.ChainHookPrerouting, Priority: nftables.ChainPriorityRaw,
		Rules: []packetfilter.Part{
			packetfilter.Rule(fromVM(), packetfilter.IPv6(), packetfilter.Drop()),
			packetfilter.Rule(fromVM(), packetfilter.SourceNotRoutedBack(), packetfilter.Drop()),
		},
	}
}

// inputChain keeps VMs from the machine itself, except for their answers to it.
func (n *Network) inputChain() packetfilter.Chain {
	return packetfilter.Chain{
		Name: "input", Type: nftables.ChainTypeFilter, Hook: nftables.ChainHookInput, Priority: nftables.ChainPriorityFilter,
		Rules: slices.Concat(
			[]packetfilter.Part{packetfilter.Rule(n.fromOwnVM(), packetfilter.Established(), packetfilter.Accept())},
			n.nameserverRules(),
			[]packetfilter.Part{packetfilter.Rule(n.fromOwnVM(), packetfilter.Reject())},
		),
	}
}

// forwardChain lets packets of VMs out to the internet, and packets in to VMs as the rules of ingress say.
func (n *Network) forwardChain(internal *nftables.Set, ingress []packetfilter.Part) packetfilter.Chain {
	out := []packetfilter.Part{
		packetfilter.Rule(n.fromOwnVM(), packetfilter.DestinationIn(n.Range), packetfilter.Reject()),
		packetfilter.Rule(n.fromOwnVM(), packetfilter.DestinationInSet(internal), packetfilter.Reject()),
	}

	if !n.AllowMail {
		out = append(out, packetfilter.Rule(n.fromOwnVM(), packetfilter.DestinationPort(unix.IPPROTO_TCP, mailPort), packetfilter.Reject()))
	}

	out = append(out, packetfilter.Rule(n.fromOwnVM(), packetfilter.Accept()))

	return packetfilter.Chain{
		Name: "forward", Type: nftables.ChainTypeFilter, Hook: nftables.ChainHookForward, Priority: nftables.ChainPriorityFilter,
		Rules: slices.Concat(
			[]packetfilter.Part{packetfilter.Rule(n.fromOwnVM(), packetfilter.Established(), packetfilter.Accept())},
			n.nameserverRules(), out, ingress,
		),
	}
}

// ingressRules let packets of connections that VMs have accepted or begun in to them, and those from edges in to apps, and nothing else.
func (n *Network) ingressRules(edges, apps *nftables.Set) []packetfilter.Part {
	rules := []packetfilter.Part{packetfilter.Rule(n.toOwnVM(), packetfilter.Established(), packetfilter.Accept())}

	fromEdge := packetfilter.SourceInSet(edges)
	if n.edges == nil {
		fromEdge = nil
	}

	for _, name := range n.Ingress {
		rules = append(rules, packetfilter.Rule(
			n.toOwnVM(), packetfilter.FromInterface(name), fromEdge, packetfilter.TCPDestinationInSet(apps), packetfilter.Accept()))
	}

	return append(rules, packetfilter.Rule(n.toOwnVM(), packetfilter.Drop()))
}

func (n *Network) nameserverRules() []packetfilter.Part {
	return lo.FlatMap(n.Nameservers, func(nameserver netip.Addr, _ int) []packetfilter.Part {
		return lo.Map([]byte{unix.IPPROTO_UDP, unix.IPPROTO_TCP}, func(protocol byte, _ int) packetfilter.Part {
			return packetfilter.Rule(n.fromOwnVM(), packetfilter.DestinationIs(nameserver),
				packetfilter.DestinationPort(protocol, domainPort), packetfilter.Accept())
		})
	})
}

// masqueradeChain gives packets of VMs to the internet the machine's address.
func (n *Network) masqueradeChain() packetfilter.Chain {
	return packetfilter.Chain{
		Name: "masquerade", Type: nftables.ChainTypeNAT, Hook: nftables.ChainHookPostrouting, Priority: nftables.ChainPriorityNATSource,
		Rules: []packetfilter.Part{
			packetfilter.Rule(packetfilter.SourceIn(n.Range), packetfilter.DestinationOutside(n.Range), packetfilter.Masquerade()),
		},
	}
}

func fromVM() packetfilter.Part { return packetfilter.FromInterfaces(interfacePrefix) }

func (n *Network) fromOwnVM() packetfilter.Part {
	return packetfilter.Rule(fromVM(), packetfilter.SourceIn(n.Range))
}

func (n *Network) toOwnVM() packetfilter.Part {
	return packetfilter.Rule(packetfilter.ToInterfaces(interfacePrefix), packetfilter.DestinationIn(n.Range))
}

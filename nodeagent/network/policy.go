package network

import (
	"errors"
	"fmt"
	"strings"

	"github.com/google/nftables"
	"golang.org/x/sys/unix"

	"github.com/zeitwork/zeitwork/internal/iprange"
	"github.com/zeitwork/zeitwork/internal/packetfilter"
)

// domainPort is where nameservers answer.
const domainPort = 53

// installPolicy replaces the cluster's table in one transaction, so that there is no moment without it.
func (n *Network) installPolicy() error {
	connection, err := nftables.New()
	if err != nil {
		return fmt.Errorf("reach nftables: %w", err)
	}

	table := n.table()
	connection.AddTable(table)
	connection.DelTable(table)
	connection.AddTable(table)

	internal, err := packetfilter.AddRanges(connection, table, "internal", iprange.Internal())
	if err != nil {
		return err
	}

	addSourceRules(connection, table)
	n.addInputRules(connection, table)
	n.addForwardRules(connection, table, internal)
	n.addMasquerade(connection, table)

	if err := connection.Flush(); err != nil {
		return fmt.Errorf("install the network policy: %w", err)
	}

	return nil
}

func (n *Network) removePolicy() error {
	connection, err := nftables.New()
	if err != nil {
		return fmt.Errorf("reach nftables: %w", err)
	}

	connection.DelTable(n.table())

	if err := connection.Flush(); err != nil && !errors.Is(err, unix.ENOENT) {
		return fmt.Errorf("remove the network policy: %w", err)
	}

	return nil
}

func (n *Network) table() *nftables.Table {
	name := "zeitwork-" + strings.ReplaceAll(n.Range.Masked().String(), "/", "-")

	return &nftables.Table{Name: name, Family: nftables.TableFamilyINet}
}

// addSourceRules drop packets of VMs whose source address is not the VM's own, and all IPv6.
func addSourceRules(connection *nftables.Conn, table *nftables.Table) {
	chain := connection.AddChain(&nftables.Chain{
		Name: "source", Table: table, Type: nftables.ChainTypeFilter,
		Hooknum: nftables.ChainHookPrerouting, Priority: nftables.ChainPriorityRaw,
	})

	packetfilter.AddRule(connection, chain, fromVM(), packetfilter.IPv6(), packetfilter.Drop())
	packetfilter.AddRule(connection, chain, fromVM(), packetfilter.SourceNotRoutedBack(), packetfilter.Drop())
}

// addInputRules keep VMs from the machine itself, except for their answers to it.
func (n *Network) addInputRules(connection *nftables.Conn, table *nftables.Table) {
	chain := connection.AddChain(&nftables.Chain{
		Name: "input", Table: table, Type: nftables.ChainTypeFilter,
		Hooknum: nftables.ChainHookInput, Priority: nftables.ChainPriorityFilter,
	})

	packetfilter.AddRule(connection, chain, fromVM(), n.sourceInRange(), packetfilter.Established(), packetfilter.Accept())
	n.addNameserverRules(connection, chain)
	packetfilter.AddRule(connection, chain, fromVM(), n.sourceInRange(), packetfilter.Reject())
}

// addForwardRules let packets of VMs out to the internet, and packets from Ingress in to VMs.
func (n *Network) addForwardRules(connection *nftables.Conn, table *nftables.Table, internal *nftables.Set) {
	chain := connection.AddChain(&nftables.Chain{
		Name: "forward", Table: table, Type: nftables.ChainTypeFilter,
		Hooknum: nftables.ChainHookForward, Priority: nftables.ChainPriorityFilter,
	})

	packetfilter.AddRule(connection, chain, fromVM(), n.sourceInRange(), packetfilter.Established(), packetfilter.Accept())
	n.addNameserverRules(connection, chain)
	packetfilter.AddRule(connection, chain, fromVM(), n.sourceInRange(), n.destinationInRange(), packetfilter.Reject())
	packetfilter.AddRule(connection, chain, fromVM(), n.sourceInRange(), packetfilter.DestinationInSet(internal), packetfilter.Reject())
	packetfilter.AddRule(connection, chain, fromVM(), n.sourceInRange(), packetfilter.Accept())

	packetfilter.AddRule(connection, chain, toVM(), n.destinationInRange(), packetfilter.Established(), packetfilter.Accept())

	for _, name := range n.Ingress {
		packetfilter.AddRule(connection, chain, toVM(), n.destinationInRange(), packetfilter.FromInterface(name), packetfilter.Accept())
	}

	packetfilter.AddRule(connection, chain, toVM(), n.destinationInRange(), packetfilter.Drop())
}

func (n *Network) addNameserverRules(connection *nftables.Conn, chain *nftables.Chain) {
	for _, nameserver := range n.Nameservers {
		for _, protocol := range []byte{unix.IPPROTO_UDP, unix.IPPROTO_TCP} {
			packetfilter.AddRule(connection, chain, fromVM(), n.sourceInRange(),
				packetfilter.DestinationIs(nameserver), packetfilter.DestinationPort(protocol, domainPort), packetfilter.Accept())
		}
	}
}

// addMasquerade gives packets of VMs to the internet the machine's address.
func (n *Network) addMasquerade(connection *nftables.Conn, table *nftables.Table) {
	chain := connection.AddChain(&nftables.Chain{
		Name: "masquerade", Table: table, Type: nftables.ChainTypeNAT,
		Hooknum: nftables.ChainHookPostrouting, Priority: nftables.ChainPriorityNATSource,
	})

	packetfilter.AddRule(connection, chain, n.sourceInRange(), packetfilter.DestinationOutside(n.Range), packetfilter.Masquerade())
}

func fromVM() packetfilter.Part { return packetfilter.FromInterfaces(interfacePrefix) }

func toVM() packetfilter.Part { return packetfilter.ToInterfaces(interfacePrefix) }

func (n *Network) sourceInRange() packetfilter.Part { return packetfilter.SourceIn(n.Range) }

func (n *Network) destinationInRange() packetfilter.Part { return packetfilter.DestinationIn(n.Range) }

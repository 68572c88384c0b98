package network

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"
	"github.com/samber/lo"
	"golang.org/x/sys/unix"
)

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

	internal, err := addInternalRanges(connection, table)
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

// addSourceRules drop what comes from a VM with a source address that is not its own, and all IPv6.
func addSourceRules(connection *nftables.Conn, table *nftables.Table) {
	chain := connection.AddChain(&nftables.Chain{
		Name: "source", Table: table, Type: nftables.ChainTypeFilter,
		Hooknum: nftables.ChainHookPrerouting, Priority: nftables.ChainPriorityRaw,
	})

	addRule(connection, chain, fromVM(), protocolIs(unix.NFPROTO_IPV6), drop())
	addRule(connection, chain, fromVM(), sourceDoesNotRouteBack(), drop())
}

// addInputRules keep VMs from the machine itself: only answers to what it asked them come in.
func (n *Network) addInputRules(connection *nftables.Conn, table *nftables.Table) {
	chain := connection.AddChain(&nftables.Chain{
		Name: "input", Table: table, Type: nftables.ChainTypeFilter,
		Hooknum: nftables.ChainHookInput, Priority: nftables.ChainPriorityFilter,
	})

	addRule(connection, chain, fromVM(), n.sourceInRange(), established(), accept())
	n.addNameserverRules(connection, chain)
	addRule(connection, chain, fromVM(), n.sourceInRange(), reject())
}

func (n *Network) addForwardRules(connection *nftables.Conn, table *nftables.Table, internal *nftables.Set) {
	chain := connection.AddChain(&nftables.Chain{
		Name: "forward", Table: table, Type: nftables.ChainTypeFilter,
		Hooknum: nftables.ChainHookForward, Priority: nftables.ChainPriorityFilter,
	})

	addRule(connection, chain, fromVM(), n.sourceInRange(), established(), accept())
	n.addNameserverRules(connection, chain)
	addRule(connection, chain, fromVM(), n.sourceInRange(), n.destinationInRange(), reject())
	addRule(connection, chain, fromVM(), n.sourceInRange(), destinationIn(internal), reject())
	addRule(connection, chain, fromVM(), n.sourceInRange(), accept())

	addRule(connection, chain, toVM(), n.destinationInRange(), established(), accept())

	for _, name := range n.Ingress {
		addRule(connection, chain, toVM(), n.destinationInRange(), fromInterface(name), accept())
	}

	addRule(connection, chain, toVM(), n.destinationInRange(), drop())
}

func (n *Network) addNameserverRules(connection *nftables.Conn, chain *nftables.Chain) {
	for _, nameserver := range n.Nameservers {
		for _, protocol := range []byte{unix.IPPROTO_UDP, unix.IPPROTO_TCP} {
			addRule(connection, chain, fromVM(), n.sourceInRange(),
				destinationIs(nameserver), transportIs(protocol), portIs(dnsPort), accept())
		}
	}
}

// addMasquerade gives what VMs send to the internet the machine's address.
func (n *Network) addMasquerade(connection *nftables.Conn, table *nftables.Table) {
	chain := connection.AddChain(&nftables.Chain{
		Name: "masquerade", Table: table, Type: nftables.ChainTypeNAT,
		Hooknum: nftables.ChainHookPostrouting, Priority: nftables.ChainPriorityNATSource,
	})

	addRule(connection, chain, n.sourceInRange(), n.destinationOutsideRange(), []expr.Any{&expr.Masq{}})
}

// addInternalRanges makes the set of what no VM may reach: the ranges that IANA lists as not the public internet.
func addInternalRanges(connection *nftables.Conn, table *nftables.Table) (*nftables.Set, error) {
	set := &nftables.Set{Table: table, Name: "internal", KeyType: nftables.TypeIPAddr, Interval: true}

	elements := lo.FlatMap(internalRanges(), func(prefix netip.Prefix, _ int) []nftables.SetElement { return intervalOf(prefix) })

	if err := connection.AddSet(set, elements); err != nil {
		return nil, fmt.Errorf("list the internal ranges: %w", err)
	}

	return set, nil
}

func internalRanges() []netip.Prefix {
	ranges := []string{
		"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
		"192.0.2.0/24", "192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/3",
	}

	return lo.Map(ranges, func(text string, _ int) netip.Prefix { return netip.MustParsePrefix(text) })
}

package builder

import (
	"context"
	"errors"
	"fmt"
	"net/netip"

	"github.com/google/nftables"
	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"github.com/zeitwork/zeitwork/internal/forwarding"
	"github.com/zeitwork/zeitwork/internal/iprange"
	"github.com/zeitwork/zeitwork/internal/packetfilter"
)

// buildNetwork is what stands between builds and everything that is not the internet: an nftables table of its own, whose drops no
// other table can undo. The same table gives what builds send to the internet the machine's address.
type buildNetwork struct {
	bridge      string
	subnet      netip.Prefix
	nameservers []netip.Addr
}

// domainPort is where nameservers answer.
const domainPort = 53

func (n buildNetwork) table() *nftables.Table {
	return &nftables.Table{Family: nftables.TableFamilyINet, Name: "zeitwork-build-" + n.bridge}
}

// fence replaces the table in one transaction, so that there is no moment without it.
func (n buildNetwork) fence() error {
	connection, err := nftables.New()
	if err != nil {
		return fmt.Errorf("talk to the kernel's packet filter: %w", err)
	}

	table := n.table()

	// Deleting a table that is not there is an error; adding one that is there is none.
	connection.AddTable(table)
	connection.DelTable(table)
	connection.AddTable(table)

	internal, err := packetfilter.AddRanges(connection, table, "internal", iprange.Internal())
	if err != nil {
		return err
	}

	n.addInputRules(connection, table)
	n.addForwardRules(connection, table, internal)
	n.addMasquerade(connection, table)

	if err := connection.Flush(); err != nil {
		return fmt.Errorf("fence the builds' network; does the kernel have nf_tables?: %w", err)
	}

	return nil
}

// addInputRules keep builds from the machine itself, unless it is their nameserver.
func (n buildNetwork) addInputRules(connection *nftables.Conn, table *nftables.Table) {
	chain := addFilter(connection, table, "to-machine", nftables.ChainHookInput)

	n.addNameserverRules(connection, chain)
	packetfilter.AddRule(connection, chain, n.fromBuild(), packetfilter.Drop())
}

// addForwardRules let builds through the machine to their nameservers, and over IPv4 to the internet.
func (n buildNetwork) addForwardRules(connection *nftables.Conn, table *nftables.Table, internal *nftables.Set) {
	chain := addFilter(connection, table, "through-machine", nftables.ChainHookForward)

	n.addNameserverRules(connection, chain)
	packetfilter.AddRule(connection, chain, n.fromBuild(), packetfilter.NotIPv4(), packetfilter.Drop())
	packetfilter.AddRule(connection, chain, n.fromBuild(), packetfilter.SourceOutside(n.subnet), packetfilter.Drop())
	packetfilter.AddRule(connection, chain, n.fromBuild(), packetfilter.DestinationInSet(internal), packetfilter.Drop())
}

func (n buildNetwork) addNameserverRules(connection *nftables.Conn, chain *nftables.Chain) {
	for _, nameserver := range n.nameservers {
		for _, protocol := range []byte{unix.IPPROTO_UDP, unix.IPPROTO_TCP} {
			packetfilter.AddRule(connection, chain, n.fromBuild(),
				packetfilter.DestinationIs(nameserver), packetfilter.DestinationPort(protocol, domainPort), packetfilter.Accept())
		}
	}
}

// addMasquerade gives what builds send out of the machine the machine's address.
func (n buildNetwork) addMasquerade(connection *nftables.Conn, table *nftables.Table) {
	chain := connection.AddChain(&nftables.Chain{
		Name: "out-of-machine", Table: table, Type: nftables.ChainTypeNAT, Hooknum: nftables.ChainHookPostrouting, Priority: nftables.ChainPriorityNATSource,
	})

	packetfilter.AddRule(connection, chain, packetfilter.SourceIn(n.subnet), packetfilter.NotToInterface(n.bridge), packetfilter.Masquerade())
}

func (n buildNetwork) fromBuild() packetfilter.Part { return packetfilter.FromInterface(n.bridge) }

// addFilter adds a chain that comes before the filters of other tables, so that none of them accepts a packet of a build that this
// table has not seen.
func addFilter(connection *nftables.Conn, table *nftables.Table, name string, hook *nftables.ChainHook) *nftables.Chain {
	return connection.AddChain(&nftables.Chain{
		Name: name, Table: table, Type: nftables.ChainTypeFilter, Hooknum: hook,
		Priority: new(*nftables.ChainPriorityFilter - 1), Policy: new(nftables.ChainPolicyAccept),
	})
}

// remove takes the bridge and then its fence down: without the bridge there is nothing to fence.
func (n buildNetwork) remove(ctx context.Context) error {
	if err := forwarding.Forget(ctx, n.forwardingRules()...); err != nil {
		return err
	}

	link, err := netlink.LinkByName(n.bridge)
	if err == nil {
		err = netlink.LinkDel(link)
	}

	if _, gone := errors.AsType[netlink.LinkNotFoundError](err); err != nil && !gone {
		return fmt.Errorf("remove the builds' bridge %s: %w", n.bridge, err)
	}

	connection, err := nftables.New()
	if err != nil {
		return fmt.Errorf("talk to the kernel's packet filter: %w", err)
	}

	connection.AddTable(n.table())
	connection.DelTable(n.table())

	if err := connection.Flush(); err != nil {
		return fmt.Errorf("remove the fence of the builds' network: %w", err)
	}

	return nil
}

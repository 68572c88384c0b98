package daemon

import (
	"context"
	"errors"
	"fmt"
	"net/netip"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"
	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// buildNetwork is what stands between builds, which run anyone's code, and everything that is not the internet: an
// nftables table of its own, whose drops no other table can undo. The same table gives the builds the machine's address on
// their way out.
type buildNetwork struct {
	bridge      string
	subnet      netip.Prefix
	nameservers []netip.Addr
}

// domainPort is where nameservers answer.
const domainPort = 53

// internalRanges are the ranges in which machines, clusters, tailnets and metadata services live. The cluster's own range
// is inside of them.
func internalRanges() []netip.Prefix {
	return []netip.Prefix{
		netip.MustParsePrefix("0.0.0.0/8"),
		netip.MustParsePrefix("10.0.0.0/8"),
		netip.MustParsePrefix("100.64.0.0/10"),
		netip.MustParsePrefix("127.0.0.0/8"),
		netip.MustParsePrefix("169.254.0.0/16"),
		netip.MustParsePrefix("172.16.0.0/12"),
		netip.MustParsePrefix("192.168.0.0/16"),
		netip.MustParsePrefix("224.0.0.0/3"),
	}
}

func (n buildNetwork) table() *nftables.Table {
	return &nftables.Table{Family: nftables.TableFamilyINet, Name: "zeitwork-build-" + n.bridge}
}

// fence replaces the table. To the machine itself builds may only talk if it is their nameserver; through the machine,
// to nameservers and to the internet over IPv4.
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

	accept := nftables.ChainPolicyAccept
	// Before the filters of others, so that none of them accepts what is dropped here without this being seen.
	priority := new(*nftables.ChainPriorityFilter - 1)

	for name, hook := range map[string]*nftables.ChainHook{"to-machine": nftables.ChainHookInput, "through-machine": nftables.ChainHookForward} {
		chain := connection.AddChain(&nftables.Chain{
			Name: name, Table: table, Type: nftables.ChainTypeFilter, Hooknum: hook, Priority: priority, Policy: &accept,
		})
		add := func(parts ...[]expr.Any) {
			connection.AddRule(&nftables.Rule{Table: table, Chain: chain, Exprs: join(append([][]expr.Any{fromInterface(n.bridge)}, parts...)...)})
		}

		for _, nameserver := range n.nameservers {
			add(toRange(netip.PrefixFrom(nameserver, nameserver.BitLen())), toPort(unix.IPPROTO_UDP, domainPort), verdict(expr.VerdictAccept))
			add(toRange(netip.PrefixFrom(nameserver, nameserver.BitLen())), toPort(unix.IPPROTO_TCP, domainPort), verdict(expr.VerdictAccept))
		}

		if hook == nftables.ChainHookInput {
			add(verdict(expr.VerdictDrop))

			continue
		}

		add(notIPv4(), verdict(expr.VerdictDrop))
		add(notFrom(n.subnet), verdict(expr.VerdictDrop))

		for _, prefix := range internalRanges() {
			add(toRange(prefix), verdict(expr.VerdictDrop))
		}
	}

	n.masquerade(connection, table)

	if err := connection.Flush(); err != nil {
		return fmt.Errorf("fence the builds' network; does the kernel have nf_tables?: %w", err)
	}

	return nil
}

func (n buildNetwork) masquerade(connection *nftables.Conn, table *nftables.Table) {
	chain := connection.AddChain(&nftables.Chain{
		Name: "out-of-machine", Table: table, Type: nftables.ChainTypeNAT, Hooknum: nftables.ChainHookPostrouting, Priority: nftables.ChainPriorityNATSource,
	})

	connection.AddRule(&nftables.Rule{
		Table: table, Chain: chain, Exprs: join(fromRange(n.subnet), notToInterface(n.bridge), []expr.Any{&expr.Masq{}}),
	})
}

// remove takes the fence down, and the bridge with it, so that nothing is left that it would have to guard.
func (n buildNetwork) remove(ctx context.Context) error {
	if err := n.setForwarding(ctx, false); err != nil {
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

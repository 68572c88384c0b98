package builder

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"slices"

	"github.com/google/nftables"
	"golang.org/x/sys/unix"

	"github.com/zeitwork/zeitwork/internal/iprange"
	"github.com/zeitwork/zeitwork/internal/packetfilter"
)

const (
	// domainPort is where nameservers answer.
	domainPort = 53

	// The names of the set and of the machine's chains.
	internalSet    = "internal"
	toMachine      = "to-machine"
	throughMachine = "through-machine"
	outOfMachine   = "out-of-machine"
)

func (n *buildNetwork) table() *nftables.Table {
	return &nftables.Table{Family: nftables.TableFamilyINet, Name: "zeitwork-build-" + n.link}
}

// fence puts the machine's rules in place, for all that comes by the link.
func (n *buildNetwork) fence() error {
	return replace(n.table(), func(connection *nftables.Conn, table *nftables.Table, internal *nftables.Set) {
		fromLink := packetfilter.FromInterface(n.link)
		fromBuildkitd := packetfilter.SourceIn(netip.PrefixFrom(n.buildkitdEnd(), n.buildkitdEnd().BitLen()))

		// Only a nameserver, or what is allowed to buildkitd, may be the machine itself.
		input := addFilter(connection, table, toMachine, nftables.ChainHookInput)
		n.addNameserverRules(connection, input, fromLink)
		n.addAllowedRules(connection, input, fromLink, fromBuildkitd)
		packetfilter.AddRule(connection, input, fromLink, packetfilter.Drop())

		forward := addFilter(connection, table, throughMachine, nftables.ChainHookForward)
		n.addNameserverRules(connection, forward, fromLink)
		n.addAllowedRules(connection, forward, fromLink, fromBuildkitd)
		n.addInternetRules(connection, forward, internal, fromLink)

		// Packets that buildkitd and builds send to the internet get the machine's address.
		out := connection.AddChain(&nftables.Chain{
			Name: outOfMachine, Table: table, Type: nftables.ChainTypeNAT,
			Hooknum: nftables.ChainHookPostrouting, Priority: nftables.ChainPriorityNATSource,
		})
		packetfilter.AddRule(connection, out, packetfilter.SourceIn(n.subnet), packetfilter.NotToInterface(n.link), packetfilter.Masquerade())
	})
}

// remember takes the rules that are in place for those that are to be. It must follow each change of what they are to be, and nothing else: rules that
// are only put in place again may have been changed by somebody before they are read.
func (n *buildNetwork) remember() error {
	var err error

	n.rules, err = n.read()

	return err
}

// fenceInside puts the namespace's own rules in place, for builds, which come by the bridge, and for buildkitd. It must be called in the namespace.
func (n *buildNetwork) fenceInside() error {
	if err := n.separateBuilds(); err != nil {
		return err
	}

	return replace(n.table(), func(connection *nftables.Conn, table *nftables.Table, internal *nftables.Set) {
		fromBuild := packetfilter.FromInterface(n.link)

		input := addFilter(connection, table, "from-builds", nftables.ChainHookInput)
		packetfilter.AddRule(connection, input, fromBuild, packetfilter.Drop())

		forward := addFilter(connection, table, "of-builds", nftables.ChainHookForward)
		n.addNameserverRules(connection, forward, fromBuild)
		n.addInternetRules(connection, forward, internal, fromBuild)

		// buildkitd itself. It is told at once what it may not reach, since it would wait for an answer.
		output := addFilter(connection, table, "of-buildkitd", nftables.ChainHookOutput)
		packetfilter.AddRule(connection, output, packetfilter.ToInterfaces("lo"), packetfilter.Accept())
		n.addNameserverRules(connection, output)
		n.addAllowedRules(connection, output)
		packetfilter.AddRule(connection, output, packetfilter.NotIPv4(), packetfilter.Reject())
		packetfilter.AddRule(connection, output, packetfilter.DestinationInSet(internal), packetfilter.Reject())

		n.addNameserverTranslation(connection, table)
	})
}

// separateBuilds keeps builds from each other on their bridge. The bridge's plugin does that as well where it is new enough: Debian's knows nothing of it.
func (n *buildNetwork) separateBuilds() error {
	connection, err := nftables.New()
	if err != nil {
		return fmt.Errorf("talk to the kernel's packet filter: %w", err)
	}

	table := &nftables.Table{Family: nftables.TableFamilyBridge, Name: n.table().Name}

	connection.AddTable(table)
	connection.DelTable(table)
	connection.AddTable(table)
	// A bridge forwards packets from one of its ports to another. Packets between a port and the namespace itself are not forwarded.
	connection.AddChain(&nftables.Chain{
		Name: "between-builds", Table: table, Type: nftables.ChainTypeFilter,
		Hooknum: nftables.ChainHookForward, Priority: nftables.ChainPriorityFilter, Policy: new(nftables.ChainPolicyDrop),
	})

	if err := connection.Flush(); err != nil {
		return fmt.Errorf("keep builds from each other; does the kernel have nf_tables for bridges (CONFIG_NF_TABLES_BRIDGE)?: %w", err)
	}

	return nil
}

// addNameserverTranslation has buildkitd ask its nameserver, whichever /etc/resolv.conf names: that may be one on the machine's loopback interface.
func (n *buildNetwork) addNameserverTranslation(connection *nftables.Conn, table *nftables.Table) {
	questions := connection.AddChain(&nftables.Chain{
		Name: "questions", Table: table, Type: nftables.ChainTypeNAT, Hooknum: nftables.ChainHookOutput, Priority: nftables.ChainPriorityNATDest,
	})
	n.addNameserverRules(connection, questions)

	for _, protocol := range []byte{unix.IPPROTO_UDP, unix.IPPROTO_TCP} {
		packetfilter.AddRule(connection, questions, packetfilter.DestinationPort(protocol, domainPort), packetfilter.TranslateTo(n.nameservers[0]))
	}

	asker := connection.AddChain(&nftables.Chain{
		Name: "asker", Table: table, Type: nftables.ChainTypeNAT, Hooknum: nftables.ChainHookPostrouting, Priority: nftables.ChainPriorityNATSource,
	})
	loopback := netip.MustParsePrefix("127.0.0.0/8")
	packetfilter.AddRule(connection, asker, packetfilter.SourceIn(loopback), packetfilter.NotToInterface("lo"), packetfilter.Masquerade())
}

// addInternetRules drop what is of another protocol than IPv4, has a made-up source, or goes to an internal address.
func (n *buildNetwork) addInternetRules(connection *nftables.Conn, chain *nftables.Chain, internal *nftables.Set, from packetfilter.Part) {
	packetfilter.AddRule(connection, chain, from, packetfilter.NotIPv4(), packetfilter.Drop())
	packetfilter.AddRule(connection, chain, from, packetfilter.SourceOutside(n.subnet), packetfilter.Drop())
	packetfilter.AddRule(connection, chain, from, packetfilter.DestinationInSet(internal), packetfilter.Drop())
}

func (n *buildNetwork) addNameserverRules(connection *nftables.Conn, chain *nftables.Chain, from ...packetfilter.Part) {
	for _, nameserver := range n.nameservers {
		for _, protocol := range []byte{unix.IPPROTO_UDP, unix.IPPROTO_TCP} {
			packetfilter.AddRule(connection, chain, slices.Concat(from, []packetfilter.Part{
				packetfilter.DestinationIs(nameserver), packetfilter.DestinationPort(protocol, domainPort), packetfilter.Accept(),
			})...)
		}
	}
}

func (n *buildNetwork) addAllowedRules(connection *nftables.Conn, chain *nftables.Chain, from ...packetfilter.Part) {
	for _, address := range n.allowed {
		packetfilter.AddRule(connection, chain, slices.Concat(from, []packetfilter.Part{
			packetfilter.DestinationIs(address.Addr()), packetfilter.DestinationPort(unix.IPPROTO_TCP, address.Port()), packetfilter.Accept(),
		})...)
	}
}

// replace replaces a table in one transaction, so that there is no moment without it.
func replace(table *nftables.Table, add func(*nftables.Conn, *nftables.Table, *nftables.Set)) error {
	connection, err := nftables.New()
	if err != nil {
		return fmt.Errorf("talk to the kernel's packet filter: %w", err)
	}

	// Deleting a table that is not there is an error; adding one that is there is none.
	connection.AddTable(table)
	connection.DelTable(table)
	connection.AddTable(table)

	internal, err := packetfilter.AddRanges(connection, table, internalSet, iprange.Internal())
	if err != nil {
		return err
	}

	add(connection, table, internal)

	if err := connection.Flush(); err != nil {
		return fmt.Errorf("fence the builds' network; does the kernel have nf_tables?: %w", err)
	}

	return nil
}

// addFilter adds a chain that comes before the filters of other tables, so that none of them accepts a packet of a build that this
// table has not seen.
func addFilter(connection *nftables.Conn, table *nftables.Table, name string, hook *nftables.ChainHook) *nftables.Chain {
	return connection.AddChain(&nftables.Chain{
		Name: name, Table: table, Type: nftables.ChainTypeFilter, Hooknum: hook,
		Priority: new(*nftables.ChainPriorityFilter - 1), Policy: new(nftables.ChainPolicyAccept),
	})
}

// read returns the machine's rules as they are in place.
func (n *buildNetwork) read() ([]byte, error) {
	connection, err := nftables.New()
	if err != nil {
		return nil, fmt.Errorf("talk to the kernel's packet filter: %w", err)
	}

	ranges, err := connection.GetSetElements(&nftables.Set{Table: n.table(), Name: internalSet})
	if err != nil {
		return nil, fmt.Errorf("read the fence of the builds' network: %w", err)
	}

	inPlace := []any{ranges}

	for _, chain := range []string{toMachine, throughMachine, outOfMachine} {
		rules, err := connection.GetRules(n.table(), &nftables.Chain{Name: chain})
		if err != nil {
			return nil, fmt.Errorf("read the fence of the builds' network: %w", err)
		}

		for _, rule := range rules {
			inPlace = append(inPlace, rule.Exprs)
		}
	}

	return json.Marshal(inPlace)
}

func (n *buildNetwork) removeFence() error {
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

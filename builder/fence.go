package builder

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"

	"github.com/google/nftables"
	"github.com/samber/lo"
	"golang.org/x/sys/unix"

	"github.com/zeitwork/zeitwork/internal/iprange"
	"github.com/zeitwork/zeitwork/internal/packetfilter"
)

// domainPort is where nameservers answer.
const domainPort = 53

func (n *buildNetwork) tableName() string { return "zeitwork-build-" + n.link }

// machineTable is what the machine refuses and lets through of all that comes by the link.
func (n *buildNetwork) machineTable() packetfilter.Table {
	internal := packetfilter.Ranges("internal", iprange.Internal())
	fromLink := packetfilter.FromInterface(n.link)
	fromBuildkitd := packetfilter.SourceIn(netip.PrefixFrom(n.buildkitdEnd(), n.buildkitdEnd().BitLen()))
	exceptions := slices.Concat(n.nameserverRules(fromLink), n.allowedRules(fromLink, fromBuildkitd))

	return packetfilter.Table{
		Name: n.tableName(),
		Sets: []packetfilter.Set{internal},
		Chains: []packetfilter.Chain{
			// Only a nameserver, or what is allowed to buildkitd, may be the machine itself.
			filter("to-machine", nftables.ChainHookInput, exceptions, []packetfilter.Part{packetfilter.Rule(fromLink, packetfilter.Drop())}),
			filter("through-machine", nftables.ChainHookForward, exceptions, n.internetRules(&internal.Set, fromLink)),
			// Packets that buildkitd and builds send to the internet get the machine's address.
			{
				Name: "out-of-machine", Type: nftables.ChainTypeNAT, Hook: nftables.ChainHookPostrouting, Priority: nftables.ChainPriorityNATSource,
				Rules: []packetfilter.Part{
					packetfilter.Rule(packetfilter.SourceIn(n.subnet), packetfilter.NotToInterface(n.link), packetfilter.Masquerade()),
				},
			},
		},
	}
}

// namespaceTable is what the namespace refuses and lets through of builds, which come by the bridge, and of buildkitd.
func (n *buildNetwork) namespaceTable() packetfilter.Table {
	internal := packetfilter.Ranges("internal", iprange.Internal())
	fromBuild := packetfilter.FromInterface(n.link)
	questions, asker := n.nameserverTranslation()

	return packetfilter.Table{
		Name: n.tableName(),
		Sets: []packetfilter.Set{internal},
		Chains: []packetfilter.Chain{
			filter("from-builds", nftables.ChainHookInput, []packetfilter.Part{packetfilter.Rule(fromBuild, packetfilter.Drop())}),
			filter("of-builds", nftables.ChainHookForward, n.nameserverRules(fromBuild), n.internetRules(&internal.Set, fromBuild)),
			// buildkitd itself. It is told at once what it may not reach, since it would wait for an answer.
			filter("of-buildkitd", nftables.ChainHookOutput,
				[]packetfilter.Part{packetfilter.Rule(packetfilter.ToInterfaces("lo"), packetfilter.Accept())},
				n.nameserverRules(), n.allowedRules(),
				[]packetfilter.Part{
					packetfilter.Rule(packetfilter.NotIPv4(), packetfilter.Reject()),
					packetfilter.Rule(packetfilter.DestinationInSet(&internal.Set), packetfilter.Reject()),
				},
			),
			questions, asker,
		},
	}
}

// fence puts the machine's rules in place where they are not, and tells whether that was so.
func (n *buildNetwork) fence() (changed bool, err error) {
	if changed, err = n.machineTable().Assert(); err != nil {
		return changed, fmt.Errorf("fence the builds' network; does the kernel have nf_tables?: %w", err)
	}

	return changed, nil
}

// fenceInside puts the namespace's own rules in place. It must be called in the namespace.
func (n *buildNetwork) fenceInside() error {
	if err := n.separateBuilds(); err != nil {
		return err
	}

	if _, err := n.namespaceTable().Assert(); err != nil {
		return fmt.Errorf("fence builds in their network namespace: %w", err)
	}

	return nil
}

// separateBuilds keeps builds from each other on their bridge. The bridge's plugin does that as well where it is new enough: Debian's knows nothing of it.
func (n *buildNetwork) separateBuilds() error {
	connection, err := nftables.New()
	if err != nil {
		return fmt.Errorf("talk to the kernel's packet filter: %w", err)
	}

	table := &nftables.Table{Family: nftables.TableFamilyBridge, Name: n.tableName()}

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

// nameserverTranslation has buildkitd ask its nameserver, whichever /etc/resolv.conf names: that may be one on the machine's loopback interface.
func (n *buildNetwork) nameserverTranslation() (questions, asker packetfilter.Chain) {
	loopback := netip.MustParsePrefix("127.0.0.0/8")

	questions = packetfilter.Chain{
		Name: "questions", Type: nftables.ChainTypeNAT, Hook: nftables.ChainHookOutput, Priority: nftables.ChainPriorityNATDest, Rules: n.nameserverRules(),
	}
	for _, protocol := range []byte{unix.IPPROTO_UDP, unix.IPPROTO_TCP} {
		questions.Rules = append(questions.Rules,
			packetfilter.Rule(packetfilter.DestinationPort(protocol, domainPort), packetfilter.TranslateTo(n.nameserver())))
	}

	return questions, packetfilter.Chain{
		Name: "asker", Type: nftables.ChainTypeNAT, Hook: nftables.ChainHookPostrouting, Priority: nftables.ChainPriorityNATSource,
		Rules: []packetfilter.Part{packetfilter.Rule(packetfilter.SourceIn(loopback), packetfilter.NotToInterface("lo"), packetfilter.Masquerade())},
	}
}

// internetRules drop what is of another protocol than IPv4, has a made-up source, or goes to an internal address.
func (n *buildNetwork) internetRules(internal *nftables.Set, from packetfilter.Part) []packetfilter.Part {
	return []packetfilter.Part{
		packetfilter.Rule(from, packetfilter.NotIPv4(), packetfilter.Drop()),
		packetfilter.Rule(from, packetfilter.SourceOutside(n.subnet), packetfilter.Drop()),
		packetfilter.Rule(from, packetfilter.DestinationInSet(internal), packetfilter.Drop()),
	}
}

func (n *buildNetwork) nameserverRules(from ...packetfilter.Part) []packetfilter.Part {
	return lo.FlatMap(n.nameservers, func(nameserver netip.Addr, _ int) []packetfilter.Part {
		return lo.Map([]byte{unix.IPPROTO_UDP, unix.IPPROTO_TCP}, func(protocol byte, _ int) packetfilter.Part {
			return packetfilter.Rule(packetfilter.Rule(from...),
				packetfilter.DestinationIs(nameserver), packetfilter.DestinationPort(protocol, domainPort), packetfilter.Accept())
		})
	})
}

func (n *buildNetwork) allowedRules(from ...packetfilter.Part) []packetfilter.Part {
	addresses := slices.SortedFunc(maps.Keys(n.allowed), netip.AddrPort.Compare)

	return lo.Map(addresses, func(address netip.AddrPort, _ int) packetfilter.Part {
		return packetfilter.Rule(packetfilter.Rule(from...),
			packetfilter.DestinationIs(address.Addr()), packetfilter.DestinationPort(unix.IPPROTO_TCP, address.Port()), packetfilter.Accept())
	})
}

// filter is a chain that comes before the filters of other tables, so that none of them accepts a packet of a build that this table has not seen.
func filter(name string, hook *nftables.ChainHook, rules ...[]packetfilter.Part) packetfilter.Chain {
	return packetfilter.Chain{
		Name: name, Type: nftables.ChainTypeFilter, Hook: hook, Priority: new(*nftables.ChainPriorityFilter - 1), Rules: slices.Concat(rules...),
	}
}

package cli

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/client"
)

// The parts of a node that are upgraded.
const (
	partAgent      = "agent"
	partContainerd = "containerd"
	partKernel     = "kernel"
)

// upgradeLabel is the label of a node that an upgrade drains. Its value is the state that the node had before, and goes back to.
const upgradeLabel = "upgrade"

// upgradeParts are all parts, in the order in which plans show them.
func upgradeParts() []string { return []string{partAgent, partContainerd, partKernel} }

// versionOf is what a node reports of a part; empty where it does not tell.
func versionOf(node client.Node, part string) string {
	switch part {
	case partAgent:
		return node.Version
	case partContainerd:
		return value(node.Containerd)
	default:
		return value(node.Kernel)
	}
}

// wantedUpgrade is what an operator asks for.
type wantedUpgrade struct {
	// names are the nodes; none stands for all.
	names []string
	// parts are those that may be upgraded, and targets the versions of those that are not to be found out.
	parts   []string
	targets map[string]string
	// anew has nodes started anew that are up to date, too.
	anew bool
}

// partChange is the upgrade of a part of a node.
type partChange struct {
	Part string `json:"part"`
	Now  string `json:"now"`
	To   string `json:"to"`
}

// nodeUpgrade is what a plan does to one node.
type nodeUpgrade struct {
	Node   string           `json:"node"`
	State  client.NodeState `json:"state"`
	VMs    int64            `json:"vms"`
	Drains bool             `json:"drains"`
	// Back is the state that the node has afterwards.
	Back    client.NodeState `json:"state_after"`
	Changes []partChange     `json:"changes"`
}

// upgradePlan is which nodes are upgraded, in this order, and what else there is to say.
type upgradePlan struct {
	Nodes []nodeUpgrade `json:"nodes"`
	Notes []string      `json:"notes"`
}

// planUpgrade decides which nodes need an upgrade: their agent is of another version than the API, their containerd or kernel older than the newest of the
// nodes with the same operating system. What an earlier run has begun comes first, then nodes without VMs or with the fewest.
func planUpgrade(nodes []client.Node, apiVersion string, wanted wantedUpgrade) (upgradePlan, error) {
	plan := upgradePlan{Nodes: []nodeUpgrade{}, Notes: []string{}}

	for _, name := range wanted.names {
		if !slices.ContainsFunc(nodes, func(n client.Node) bool { return n.Name == name }) {
			return plan, UsageError(fmt.Errorf("there is no node %q: `zeitwork nodes` lists them", name))
		}
	}

	for _, node := range nodes {
		if len(wanted.names) > 0 && !slices.Contains(wanted.names, node.Name) {
			continue
		}

		changes, notes := changesOf(node, nodes, apiVersion, wanted)
		plan.Notes = append(plan.Notes, notes...)

		begun := isBegun(node)
		if len(changes) == 0 && !wanted.anew && !begun {
			continue
		}

		if why := whyLeftOut(node, wanted); why != "" {
			plan.Notes = append(plan.Notes, fmt.Sprintf("%s is left out: %s.", node.Name, why))

			continue
		}

		plan.Nodes = append(plan.Nodes, newNodeUpgrade(node, changes, wanted))
	}

	slices.SortStableFunc(plan.Nodes, func(x, y nodeUpgrade) int { return cmp.Or(cmp.Compare(turn(x), turn(y)), cmp.Compare(x.VMs, y.VMs)) })

	return plan, nil
}

// isBegun tells whether an earlier run has drained the node for its upgrade.
func isBegun(node client.Node) bool {
	return node.State == client.NodeStateDraining && client.NodeState(node.Labels[upgradeLabel]).Valid()
}

func whyLeftOut(node client.Node, wanted wantedUpgrade) string {
	switch {
	case node.LastSeenAt == nil:
		return "its agent was never in touch"
	case isBegun(node):
		return ""
	case !node.InTouch:
		return "it is out of touch, last seen " + ago(*node.LastSeenAt)
	case node.State == client.NodeStateDraining && len(wanted.names) == 0:
		return "an operator drains it; give its name to upgrade it"
	default:
		return ""
	}
}

// turn puts what was begun first, and nodes that get no VMs anyway next.
func turn(node nodeUpgrade) int {
	switch {
	case node.Back != client.NodeStateDraining && node.State == client.NodeStateDraining:
		return 0
	case node.State != client.NodeStateReady:
		return 1
	default:
		return 2 //nolint:mnd // Behind the others.
	}
}

func newNodeUpgrade(node client.Node, changes []partChange, wanted wantedUpgrade) nodeUpgrade {
	upgrade := nodeUpgrade{
		Node: node.Name, State: node.State, VMs: node.VMS, Back: node.State, Changes: changes,
		Drains: wanted.anew && wanted.reboots() || slices.ContainsFunc(changes, func(c partChange) bool { return c.Part != partAgent }),
	}

	if isBegun(node) {
		upgrade.Drains, upgrade.Back = true, client.NodeState(node.Labels[upgradeLabel])
	}

	return upgrade
}

// reboots tells whether starting a node anew is to start its machine, and not its agent alone.
func (w wantedUpgrade) reboots() bool { return !slices.Equal(w.parts, []string{partAgent}) }

// changesOf returns which of the wanted parts of a node differ from what they are to be, and what cannot be told.
func changesOf(node client.Node, nodes []client.Node, apiVersion string, wanted wantedUpgrade) (changes []partChange, notes []string) {
	for _, part := range wanted.parts {
		now, to := versionOf(node, part), wanted.targets[part]
		if to == "" {
			to = defaultTarget(node, nodes, part, apiVersion)
		}

		switch {
		case now == "" && node.LastSeenAt != nil:
			notes = append(notes, fmt.Sprintf("%s does not tell its %s: its agent has to be upgraded first.", node.Name, part))
		case to != "" && now != to:
			changes = append(changes, partChange{Part: part, Now: now, To: to})
		}
	}

	return changes, notes
}

// defaultTarget is what a part is upgraded to where nobody says: the version of the API, or the newest of the same flavour that a node with the same
// operating system has.
func defaultTarget(node client.Node, nodes []client.Node, part, apiVersion string) string {
	if part == partAgent {
		return apiVersion
	}

	alike := lo.FilterMap(nodes, func(other client.Node, _ int) (string, bool) {
		version := versionOf(other, part)

		return version, value(other.OS) == value(node.OS) && flavour(version) == flavour(versionOf(node, part))
	})

	return slices.MaxFunc(alike, compareVersions)
}

// upgradeTargets reads PART=VERSION, for parts that are to be upgraded.
func upgradeTargets(given, parts []string) (map[string]string, error) {
	targets := map[string]string{}

	for _, text := range given {
		part, version, ok := strings.Cut(text, "=")
		if !ok || version == "" || !slices.Contains(parts, part) {
			return nil, UsageError(fmt.Errorf("%q is no version to upgrade to: give one of %s, as in %s=VERSION", text, strings.Join(parts, ", "), parts[0]))
		}

		targets[part] = version
	}

	return targets, nil
}

// checkParts returns the parts in their order, and all where none is given.
func checkParts(given []string, anew bool) ([]string, error) {
	if unknown := lo.Without(given, upgradeParts()...); len(unknown) > 0 {
		return nil, UsageError(fmt.Errorf("%q is no part of a node that is upgraded: those are agent, containerd and kernel", unknown[0]))
	}

	parts := lo.Filter(upgradeParts(), func(part string, _ int) bool { return len(given) == 0 || slices.Contains(given, part) })

	if anew && slices.Equal(parts, []string{partContainerd}) {
		return nil, UsageError(errors.New("nothing tells whether containerd was started anew: give its version with --to containerd=…"))
	}

	return parts, nil
}

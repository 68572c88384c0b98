package cli

import (
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
)

// fleetNode is a ready node of Debian that is in touch, with the VMs and versions.
func fleetNode(name string, vms int64, agent, containerd, kernel string) client.Node {
	return client.Node{
		Name: name, State: client.NodeStateReady, InTouch: true, LastSeenAt: new(time.Now()), VMS: vms, Version: agent, Containerd: &containerd,
		Kernel: &kernel, OS: new("Debian 13"),
	}
}

func planned(t *testing.T, nodes []client.Node, wanted wantedUpgrade) upgradePlan {
	t.Helper()

	wanted.parts = lo.Ternary(wanted.parts == nil, upgradeParts(), wanted.parts)

	plan, err := planUpgrade(nodes, "v2", wanted)
	require.NoError(t, err)

	return plan
}

func nodeNames(plan upgradePlan) []string {
	return lo.Map(plan.Nodes, func(n nodeUpgrade, _ int) string { return n.Node })
}

func TestPlanUpgrade_WhatDiffersFromTheAPIAndTheNewestOfItsSystem(t *testing.T) {
	t.Parallel()

	other := fleetNode("ubuntu", 0, "v2", "2.2.0", "6.99.0")
	other.OS = new("Ubuntu 26.04")

	plan := planned(t, []client.Node{
		fleetNode("full", 9, "v2", "2.1.4", "6.12.1"), fleetNode("new", 3, "v2", "2.1.10", "6.12.10"), fleetNode("agent", 2, "v1", "2.1.10", "6.12.10"),
		fleetNode("cloud", 0, "v2", "2.1.10", "6.12.1-cloud"), other,
	}, wantedUpgrade{})

	require.Equal(t, []nodeUpgrade{
		{Node: "agent", State: "ready", VMs: 2, Back: "ready", Changes: []partChange{{"agent", "v1", "v2"}}},
		{
			Node: "full", State: "ready", VMs: 9, Drains: true, Back: "ready",
			Changes: []partChange{{"containerd", "2.1.4", "2.1.10"}, {"kernel", "6.12.1", "6.12.10"}},
		},
	}, plan.Nodes)
	require.Empty(t, plan.Notes)
}

func TestWhyNotUpgraded_ANewerVersionWillDo_UnlessOneWasGiven(t *testing.T) {
	t.Parallel()

	step := nodeUpgrade{Changes: []partChange{{partKernel, "6.12.1", "6.12.9"}}}
	why := func(node client.Node, targets map[string]string) string {
		reason, err := whyNotUpgraded(step, wantedUpgrade{targets: targets}, node)(t.Context(), node)
		require.NoError(t, err)

		return reason
	}

	require.Empty(t, why(fleetNode("n", 0, "v2", "2", "6.12.9"), nil))
	require.Empty(t, why(fleetNode("n", 0, "v2", "2", "6.12.10"), nil))
	require.Equal(t, "its kernel is 6.12.8 and not 6.12.9", why(fleetNode("n", 0, "v2", "2", "6.12.8"), nil))
	require.Equal(t, "its kernel is 6.12.10 and not 6.12.9", why(fleetNode("n", 0, "v2", "2", "6.12.10"), map[string]string{partKernel: "6.12.9"}))

	unreachable := fleetNode("n", 0, "v2", "2", "6.12.9")
	unreachable.Unreachable = new("No tunnel.")
	require.Equal(t, "edges cannot reach its VMs: No tunnel.", why(unreachable, nil))
	require.False(t, hasRoomFor(unreachable, client.NodeVM{}))
	require.True(t, hasRoomFor(fleetNode("n", 0, "v2", "2", "6.12.9"), client.NodeVM{}))
}

func TestPlanUpgrade_BegunOnesComeFirst_ThenWhatGetsNoVMs_ThenTheEmptiest(t *testing.T) {
	t.Parallel()

	begun, cordoned, drained, away, silent := fleetNode("begun", 0, "v2", "2", "6.2"), fleetNode("cordoned", 5, "v2", "2", "6.1"),
		fleetNode("drained", 0, "v2", "2", "6.1"), fleetNode("away", 0, "v2", "2", "6.1"), client.Node{Name: "silent", State: "ready"}
	begun.State, begun.Labels, begun.InTouch = client.NodeStateDraining, map[string]string{"upgrade": "cordoned"}, false
	cordoned.State, drained.State, away.InTouch = client.NodeStateCordoned, client.NodeStateDraining, false

	nodes := []client.Node{fleetNode("full", 9, "v2", "2", "6.1"), fleetNode("some", 4, "v2", "2", "6.1"), cordoned, drained, away, silent, begun}
	plan := planned(t, nodes, wantedUpgrade{})
	require.Equal(t, []string{"begun", "cordoned", "some", "full"}, nodeNames(plan))
	require.Equal(t, client.NodeStateCordoned, plan.Nodes[0].Back, "as it was before its upgrade began")
	require.Equal(t, client.NodeStateCordoned, plan.Nodes[1].Back)
	require.Equal(t, []string{
		"drained is left out: an operator drains it; give its name to upgrade it.", "away is left out: it is out of touch, last seen now.",
		"silent is left out: its agent was never in touch.",
	}, plan.Notes)

	plan = planned(t, nodes, wantedUpgrade{names: []string{"drained"}})
	require.Equal(t, client.NodeStateDraining, plan.Nodes[0].Back, "it is left as its operator has it")
}

func TestPlanUpgrade_VersionsAndPartsThatAreGiven(t *testing.T) {
	t.Parallel()

	nodes := []client.Node{fleetNode("one", 0, "v1", "2", "6.1")}
	require.Equal(t, []partChange{{"kernel", "6.1", "6.2"}},
		planned(t, nodes, wantedUpgrade{parts: []string{partKernel}, targets: map[string]string{partKernel: "6.2"}}).Nodes[0].Changes)
	require.Empty(t, planned(t, nodes, wantedUpgrade{parts: []string{partKernel}}).Nodes)

	anew := planned(t, nodes, wantedUpgrade{parts: []string{partKernel}, anew: true}).Nodes
	require.True(t, anew[0].Drains, "its machine starts anew")
	require.False(t, planned(t, nodes, wantedUpgrade{parts: []string{partAgent}, anew: true}).Nodes[0].Drains, "no VM stops for the agent")

	nodes[0].Containerd = nil
	require.Equal(t, []string{"one does not tell its containerd: its agent has to be upgraded first."}, planned(t, nodes, wantedUpgrade{}).Notes)

	_, err := planUpgrade(nodes, "v2", wantedUpgrade{names: []string{"two"}})
	require.Equal(t, ExitUsage, ExitCode(err))
}

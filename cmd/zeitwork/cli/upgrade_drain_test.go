package cli

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
)

// newDrainable is a platform whose edges can be drained, with the control plane upgraded already, and what its edges were told and had done to them, in order.
func newDrainable(t *testing.T) (f *fleet, b *testBundle, command []string) {
	t.Helper()

	f, b, done, command := newPlatform(t)
	f.version, f.workers[0].Version, f.nodes[0].Version = "v2.0.0", "v2.0.0", "v2.0.0"

	for i := range f.edges {
		f.edges[i].ID, f.edges[i].State, f.edges[i].Drains = uuid.New(), client.EdgeStateReady, new(false)
	}

	seen := 0
	f.onLook = func(f *fleet) {
		asked := done()
		f.follow(asked[len(asked)-1])

		if asked[0] == "" {
			return
		}

		f.changes = append(f.changes, asked[seen:]...)
		seen = len(asked)
	}

	return f, b, append([]string{"upgrade", "v2.0.0", "--yes", "--timeout", "4s", "--drain", "1ms"}, command...)
}

func TestUpgrade_AnEdge_IsDrainedBefore_AndServesAgainBehindIt(t *testing.T) {
	t.Parallel()

	f, b, command := newDrainable(t)

	require.Equal(t, ExitOK, b.run(t, command...), b.err.String())
	require.Equal(t, []string{
		"edge-1 draining", "edge v2.0.0 edge-1", "edge-1 ready", "edge-2 draining", "edge v2.0.0 edge-2", "edge-2 ready",
	}, f.changes)
	require.Contains(t, b.err.String(), "is draining; should this end before its time, `zeitwork edges ready edge-1` undoes it")
	require.Regexp(t, `(?s)edge edge-1.*have 1ms to leave it.*is ready\n.*have 1ms to come back to it\n`+
		`edge edge-2.*have 1ms to leave it.*is ready\nThe platform`, b.err.String())
}

func TestUpgrade_TheAPIFailsForAMoment_AnEdgeIsToldToServeAgainOnceMore(t *testing.T) {
	t.Parallel()

	f, b, command := newDrainable(t)
	f.refusals = 2

	require.Equal(t, ExitOK, b.run(t, command...), b.err.String())
	require.Equal(t, []string{"edge-1 draining", "edge v2.0.0 edge-1", "edge-1 ready", "edge-1 ready", "edge-1 ready"}, f.changes[:5])
	require.Contains(t, b.err.String(), "The platform has version v2.0.0.")
}

func TestUpgrade_AnEdgeThatWasToldToServeAgainAndStillDrains_IsNotToldAsOneThatWasNotTold(t *testing.T) {
	t.Parallel()

	f, b, command := newDrainable(t)
	follows := f.onLook
	f.onLook = func(f *fleet) {
		follows(f)

		f.edges[0].Drains = new(true)
	}

	require.Equal(t, ExitFailure, b.run(t, append([]string{"upgrade", "v2.0.0", "--yes", "--timeout", "1s", "--drain", "1ms"}, command[7:]...)...))
	require.Contains(t, b.err.String(), "edge edge-1: it was told to serve again, and has not said yet that it does: after 1s it still waits: it still drains")
	require.NotContains(t, b.err.String(), "were not told")
}

func TestUpgrade_OfADrainedEdge_Fails_ItServesAgain(t *testing.T) {
	t.Parallel()

	f, b, command := newDrainable(t)
	command = append(command[:7:7], "--", "false")

	require.Equal(t, ExitFailure, b.run(t, command...))
	require.Equal(t, []string{"edge-1 draining", "edge-1 ready"}, f.changes)
	require.Contains(t, b.err.String(), "edge edge-1: its command failed")
}

func TestUpgrade_AnEdgeThatIsDrainedByHand_StaysSo_AndTheOnlyOtherOneIsNotBegunButOnDemand(t *testing.T) {
	t.Parallel()

	f, b, command := newDrainable(t)
	f.edges[0].State, f.edges[0].Drains = client.EdgeStateDraining, new(true)

	require.Equal(t, ExitFailure, b.run(t, command...))
	require.Equal(t, []string{"edge v2.0.0 edge-1"}, f.changes)
	require.Contains(t, b.err.String(), "is not drained: somebody has done that, and it stays so")
	require.Contains(t, b.err.String(), "edge edge-2: it was not begun: it is the only edge that serves, as edge-1 is drained. `zeitwork edges ready edge-1`")

	require.Equal(t, ExitOK, b.run(t, append([]string{"upgrade", "v2.0.0", "--yes", "--timeout", "4s", "--drain", "0"}, command[7:]...)...), b.err.String())
	require.Equal(t, []string{"edge v2.0.0 edge-1", "edge v2.0.0 edge-2"}, f.changes)
	require.Contains(t, b.err.String(), " Load balancers leave edge-1: `zeitwork edges ready NAME` has them come back.")
}

func TestUpgrade_TheOnlyEdge_IsUpgradedWithoutBeingDrained(t *testing.T) {
	t.Parallel()

	f, b, command := newDrainable(t)
	f.edges = f.edges[:1]

	require.Equal(t, ExitOK, b.run(t, command...), b.err.String())
	require.Equal(t, []string{"edge v2.0.0 edge-1"}, f.changes)
	require.Contains(t, b.err.String(), "is not drained: no other edge serves")
}

func TestEdges_DrainAndReady_SayWhenNoOtherOneServes(t *testing.T) {
	t.Parallel()

	f, b, _ := newDrainable(t)

	require.Equal(t, ExitOK, b.run(t, "edges", "drain", "edge-1"), b.err.String())
	require.Contains(t, b.out.String(), "edge-1 is draining.")
	require.NotContains(t, b.err.String(), "No other edge serves")

	require.Equal(t, ExitOK, b.run(t, "edges", "drain", "edge-2"), b.err.String())
	require.Contains(t, b.err.String(), "No other edge serves")

	require.Equal(t, ExitOK, b.run(t, "edges", "undrain", "edge-1"), b.err.String())
	require.Equal(t, []string{"edge-1 draining", "edge-2 draining", "edge-1 ready"}, f.changes)

	f.edges[0].State, f.edges[0].Drains = client.EdgeStateDraining, new(false)

	b.out.Reset()
	require.Equal(t, ExitOK, b.run(t, "edges"))
	require.Regexp(t, `edge-1 +draining, not yet`, b.out.String())
}

package api

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
)

const gibibyte int64 = 1 << 30

// reportMachine has the node tell how much its machine has, and returns the node as operators see it then.
func (b *testBundle) reportMachine(t *testing.T, cpuMillis, memoryBytes int64) client.Node {
	t.Helper()

	answer, err := b.node.ReportNodeWithResponse(t.Context(), client.NodeReport{
		Version: "1", Runtime: "io.containerd.runc.v2", CPUMillis: cpuMillis, MemoryBytes: memoryBytes, VMS: []client.VMReport{},
	})
	require.NoError(t, err)
	require.Equal(t, http.StatusNoContent, answer.StatusCode(), "%s", answer.Body)

	node, err := b.owner.GetNodeWithResponse(t.Context(), b.nodeID)
	require.NoError(t, err)
	require.NotNil(t, node.JSON200, "%s", node.Body)

	return *node.JSON200
}

func (b *testBundle) setNode(t *testing.T, update client.NodeUpdate) *client.UpdateNodeResponse {
	t.Helper()

	answer, err := b.owner.UpdateNodeWithResponse(t.Context(), b.nodeID, update)
	require.NoError(t, err)

	return answer
}

func TestNode_LaterReports_LowerItsCapacityAndNeverRaiseIt(t *testing.T) {
	t.Parallel()

	b := setup(t)
	gives := func(cpuMillis, memoryBytes int64, node client.Node) {
		require.Equal(t, cpuMillis, node.CPUShareMillis)
		require.Equal(t, memoryBytes, node.MemoryShareBytes)
	}

	gives(16_000, 7*gibibyte, b.reportMachine(t, 4000, 8*gibibyte))
	gives(16_000, 7*gibibyte, b.reportMachine(t, 64_000, 512*gibibyte))
	gives(4000, 3*gibibyte, b.reportMachine(t, 1000, 4*gibibyte))

	set := b.setNode(t, client.NodeUpdate{MaxCPUMillis: new(int64(8000)), MaxMemoryBytes: new(16 * gibibyte)})
	require.NotNil(t, set.JSON200, "%s", set.Body)
	gives(4000, 3*gibibyte, *set.JSON200)
	gives(32_000, 15*gibibyte, b.reportMachine(t, 64_000, 512*gibibyte))

	set = b.setNode(t, client.NodeUpdate{ReservedMemoryBytes: new(4 * gibibyte), CPUOvercommit: new(1.5)})
	gives(12_000, 12*gibibyte, *set.JSON200)
	require.Equal(t, client.NodeStateReady, set.JSON200.State, "what is left out stays")
}

func TestNode_MadeWithACapacity_GivesNoMoreWhateverItsFirstReportSays(t *testing.T) {
	t.Parallel()

	b := setup(t)
	made, err := b.owner.CreateNodeWithResponse(t.Context(), client.CreateNodeInputBody{
		Name: "node-2", Region: "here", MaxCPUMillis: new(int64(2000)), MaxMemoryBytes: new(4 * gibibyte), ReservedMemoryBytes: new(gibibyte / 2), CPUOvercommit: new(float64(2)),
	})
	require.NoError(t, err)
	require.NotNil(t, made.JSON201, "%s", made.Body)
	require.Zero(t, made.JSON201.Node.MemoryShareBytes, "its agent has not told that it is there")

	b.node, b.nodeID = b.as(t, made.JSON201.Token), made.JSON201.Node.ID
	node := b.reportMachine(t, 64_000, 512*gibibyte)
	require.EqualValues(t, 4000, node.CPUShareMillis)
	require.Equal(t, 4*gibibyte-gibibyte/2, node.MemoryShareBytes)
	require.Equal(t, 512*gibibyte, node.MemoryBytes, "operators see what it says")
}

func TestNode_ReserveThatLeavesNothing_IsRefused(t *testing.T) {
	t.Parallel()

	b := setup(t)
	refused := b.setNode(t, client.NodeUpdate{MaxMemoryBytes: new(gibibyte)})
	require.Equal(t, http.StatusUnprocessableEntity, refused.StatusCode())
	require.Contains(t, string(refused.Body), "leaves none for VMs")

	node := b.reportMachine(t, 4000, 8*gibibyte)
	require.Equal(t, 7*gibibyte, node.MemoryShareBytes, "nothing was changed")
}

func TestNode_VMsHoldTheirMemoryAndWhatTheRuntimeTakes(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.vm(t, b.deployment(t, b.project(t).ID).ID)

	node := b.reportMachine(t, 4000, 8*gibibyte)
	require.EqualValues(t, 24<<20, node.VMOverheadBytes)
	require.EqualValues(t, 64<<20+24<<20, node.MemoryHeldBytes)
}

func TestNode_Labels_AreReplacedAsAWhole(t *testing.T) {
	t.Parallel()

	b := setup(t)
	require.Empty(t, b.reportMachine(t, 4000, 8*gibibyte).Labels)

	set := b.setNode(t, client.NodeUpdate{Labels: &map[string]string{"rack": "r1", "maker": "acme"}})
	require.NotNil(t, set.JSON200, "%s", set.Body)
	require.Equal(t, map[string]string{"rack": "r1", "maker": "acme"}, set.JSON200.Labels)

	require.Equal(t, map[string]string{"rack": "r2"}, b.setNode(t, client.NodeUpdate{Labels: &map[string]string{"rack": "r2"}}).JSON200.Labels)
	require.Equal(t, map[string]string{"rack": "r2"}, b.setNode(t, client.NodeUpdate{CPUOvercommit: new(float64(2))}).JSON200.Labels)

	// An upgrade has drained it, and an operator decides otherwise.
	b.setNode(t, client.NodeUpdate{Labels: &map[string]string{"rack": "r2", "upgrade": "ready"}, State: new(client.NodeUpdateState("draining"))})
	require.Equal(t, "ready", b.setNode(t, client.NodeUpdate{CPUOvercommit: new(float64(3))}).JSON200.Labels["upgrade"])
	require.Equal(t, map[string]string{"rack": "r2"}, b.setNode(t, client.NodeUpdate{State: new(client.NodeUpdateState("ready"))}).JSON200.Labels)
	require.Empty(t, b.setNode(t, client.NodeUpdate{Labels: &map[string]string{}}).JSON200.Labels)

	for _, wrong := range []map[string]string{{"": "r1"}, {"rack": ""}, {"rack": "r 1"}} {
		refused := b.setNode(t, client.NodeUpdate{Labels: &wrong})
		require.Equal(t, http.StatusUnprocessableEntity, refused.StatusCode())
		require.Contains(t, string(refused.Body), "is no label")
	}
}

func TestNode_Cordoned_SaysSoUntilItIsReady(t *testing.T) {
	t.Parallel()

	b := setup(t)
	require.Equal(t, client.NodeStateCordoned, b.setNode(t, client.NodeUpdate{State: new(client.NodeUpdateStateCordoned)}).JSON200.State)
	require.Equal(t, client.NodeStateCordoned, b.reportMachine(t, 4000, 8*gibibyte).State)
	require.Equal(t, client.NodeStateReady, b.setNode(t, client.NodeUpdate{State: new(client.NodeUpdateStateReady)}).JSON200.State)
}

package api

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/database/leaks"
	"github.com/zeitwork/zeitwork/internal/id"
)

// tell sends a report of the node, with what it has found that nobody needs.
func (b *testBundle) tell(t *testing.T, machine *client.MachineReport, looks ...client.LookReport) {
	t.Helper()

	report := client.NodeReport{Version: "1.2.3", Runtime: "io.containerd.kata.v2", CPUMillis: 4000, MemoryBytes: 8 << 30, VMS: []client.VMReport{}, Machine: machine}
	if looks != nil {
		report.Looks = &looks
	}

	answer, err := b.node.ReportNodeWithResponse(t.Context(), report)
	require.NoError(t, err)
	require.Equal(t, http.StatusNoContent, answer.StatusCode(), "%s", answer.Body)
}

func toldOfItself() *client.MachineReport {
	return &client.MachineReport{
		Kernel: "6.18.1", DiskBytes: 1000, DiskFreeBytes: 400, AgentStartedAt: time.Now().Add(-time.Hour),
		OS: new("Debian GNU/Linux 13 (trixie)"), Containerd: new("2.1.4"), BootID: new("0e1d7a1c"),
	}
}

// theNode is node-1 as operators see it.
func (b *testBundle) theNode(t *testing.T) client.Node {
	t.Helper()

	answer, err := b.owner.GetNodeWithResponse(t.Context(), b.nodeID)
	require.NoError(t, err)
	require.NotNil(t, answer.JSON200, "%s", answer.Body)

	return *answer.JSON200
}

func TestNode_SaysWhatItToldOfItself_AndWhetherItIsInTouch(t *testing.T) {
	t.Parallel()

	b := setup(t)
	require.False(t, b.theNode(t).InTouch, "it was never heard of")

	b.tell(t, nil)

	older := b.theNode(t)
	require.True(t, older.InTouch)
	require.Nil(t, older.Kernel, "an older agent does not tell")
	require.Nil(t, older.DiskBytes)
	require.Nil(t, older.BootID)
	require.Nil(t, older.AgentStartedAt)

	b.tell(t, toldOfItself())

	node := b.theNode(t)
	require.Equal(t, "6.18.1", *node.Kernel)
	require.Equal(t, "Debian GNU/Linux 13 (trixie)", *node.OS)
	require.Equal(t, "2.1.4", *node.Containerd)
	require.Equal(t, "0e1d7a1c", *node.BootID)
	require.EqualValues(t, 400, *node.DiskFreeBytes)
	require.WithinDuration(t, time.Now().Add(-time.Hour), *node.AgentStartedAt, time.Minute)

	// Silence counts only where an API answered meanwhile.
	b.exec(t, "UPDATE nodes SET last_seen_at = now() - interval '1 minute'")
	require.True(t, b.theNode(t).InTouch)

	b.exec(t, `INSERT INTO control_plane VALUES (1, now() - interval '1 hour', now() + interval '1 hour')
		ON CONFLICT (id) DO UPDATE SET answering_since = excluded.answering_since, answered_at = excluded.answered_at`)
	require.False(t, b.theNode(t).InTouch)

	missing, err := b.owner.GetNodeWithResponse(t.Context(), id.New())
	require.NoError(t, err)
	require.Equal(t, http.StatusNotFound, missing.StatusCode())
}

func TestNodeVMs_AreThoseOfWhichSomethingIsLeft_WithWhatTheyAreFor(t *testing.T) {
	t.Parallel()

	b := setup(t)
	project := b.project(t)
	deployment := b.deployment(t, project.ID)

	vms := make([]uuid.UUID, 0, 3)
	for i := range 3 {
		vms = append(vms, b.appVM(t, deployment.ID, fmt.Sprintf("10.72.1.%d", 10+i)))
	}

	b.exec(t, "UPDATE vms SET removed_at = now() WHERE id = $1", vms[1])
	b.exec(t, "UPDATE vms SET state = 'crashed', message = 'It fell.', exit_code = 3 WHERE id = $1", vms[2])
	b.exec(t, "UPDATE vms SET replaces_id = $1, state = 'starting' WHERE id = $2", vms[0], b.appVM(t, deployment.ID, "10.72.1.20"))

	var listed []client.NodeVM

	for cursor := (*string)(nil); ; {
		page, err := b.owner.ListNodeVMSWithResponse(t.Context(), b.nodeID, &client.ListNodeVMSParams{Cursor: cursor, Limit: lo.ToPtr[int64](1)})
		require.NoError(t, err)
		require.NotNil(t, page.JSON200, "%s", page.Body)

		listed = append(listed, page.JSON200.Items...)
		if cursor = page.JSON200.NextCursor; cursor == nil {
			break
		}
	}

	require.Equal(t, []uuid.UUID{vms[0], vms[2]}, lo.Map(listed[:2], func(vm client.NodeVM, _ int) uuid.UUID { return vm.ID }))
	require.Equal(t, project.Slug, listed[0].Project.Slug)
	require.Equal(t, "first", listed[0].Organisation.Slug)
	require.Equal(t, deployment.ID, listed[0].DeploymentID)
	require.Equal(t, client.NodeVMDeploymentState("queued"), listed[0].DeploymentState)
	require.Equal(t, "10.72.1.10:8080", listed[0].Address)
	require.Equal(t, "node-1", *listed[0].ReplacementNode)
	require.Equal(t, client.NodeVMReplacementState("starting"), *listed[0].ReplacementState)
	require.Nil(t, listed[1].ReplacementNode)
	require.EqualValues(t, 3, *listed[1].ExitCode)
	require.Equal(t, "It fell.", *listed[1].Message)

	missing, err := b.owner.ListNodeVMSWithResponse(t.Context(), id.New(), nil)
	require.NoError(t, err)
	require.Equal(t, http.StatusNotFound, missing.StatusCode())
}

func TestEdges_SayHowFarTheyAreBehind_AndTheirVersion(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.exec(t, "INSERT INTO route_table (id, version) VALUES (1, 7) ON CONFLICT (id) DO UPDATE SET version = 7")

	edge := func() client.Edge {
		page, err := b.owner.ListEdgesWithResponse(t.Context(), nil)
		require.NoError(t, err)
		require.NotNil(t, page.JSON200, "%s", page.Body)

		return page.JSON200.Items[0]
	}

	require.False(t, edge().InTouch)
	require.Nil(t, edge().Version)

	b.routes(t, `"4"`, 0)
	require.True(t, edge().InTouch)
	require.EqualValues(t, 7, edge().CurrentVersion)
	require.EqualValues(t, 3, edge().VersionsBehind)
	require.Nil(t, edge().Version, "an older edge does not tell")

	_, err := b.edge.GetRoutesWithResponse(t.Context(), &client.GetRoutesParams{IfNoneMatch: new(`"7"`), ZeitworkVersion: new("1.2.3")})
	require.NoError(t, err)
	require.Equal(t, "1.2.3", *edge().Version)
	require.Zero(t, edge().VersionsBehind)
}

func (b *testBundle) leakPage(t *testing.T) client.LeakPage {
	t.Helper()

	answer, err := b.owner.ListLeaksWithResponse(t.Context(), nil)
	require.NoError(t, err)
	require.NotNil(t, answer.JSON200, "%s", answer.Body)

	return *answer.JSON200
}

// leakPlaces are the places by the name of their node; the platform has none.
func (b *testBundle) leakPlaces(t *testing.T) map[string]map[client.LeakLookKind]client.LeakLook {
	t.Helper()

	answer, err := b.owner.ListLeakLooksWithResponse(t.Context(), nil)
	require.NoError(t, err)
	require.NotNil(t, answer.JSON200, "%s", answer.Body)

	places := map[string]map[client.LeakLookKind]client.LeakLook{}
	for _, place := range answer.JSON200.Items {
		places[lo.FromPtr(place.NodeName)] = lo.KeyBy(place.Looks, func(look client.LeakLook) client.LeakLookKind { return look.Kind })
	}

	return places
}

func TestLeaks_OfANode_AreShownWhenTheyStay_AndGoWithThem(t *testing.T) {
	t.Parallel()

	b := setup(t)
	vm := client.LookReport{Kind: "vm", Items: []client.FoundThing{{Name: id.New().String(), Detail: "Its container."}}}
	b.tell(t, toldOfItself(), vm)
	require.Empty(t, b.leakPage(t).Items, "the node is about to remove it")

	b.exec(t, "UPDATE leaks SET first_seen_at = first_seen_at - interval '10 minutes'")
	b.tell(t, toldOfItself(), vm)

	items := b.leakPage(t).Items
	require.Len(t, items, 1)
	require.Equal(t, vm.Items[0].Name, items[0].Name)
	require.Equal(t, "node-1", *items[0].NodeName)
	require.Equal(t, "Its container.", items[0].Detail)
	require.WithinDuration(t, time.Now().Add(-10*time.Minute), items[0].FirstSeenAt, time.Minute)
	require.WithinDuration(t, time.Now(), *items[0].LookedAt, time.Minute)

	// A look that failed removes nothing, and says so.
	b.tell(t, toldOfItself(), client.LookReport{Kind: "vm", Problem: new("containerd does not answer."), Items: []client.FoundThing{}})
	require.Len(t, b.leakPage(t).Items, 1)
	require.Equal(t, "containerd does not answer.", *b.leakPlaces(t)["node-1"]["vm"].Problem)
	require.NotNil(t, b.leakPlaces(t)["node-1"]["vm"].LookedAt)

	b.tell(t, toldOfItself(), client.LookReport{Kind: "vm", Items: []client.FoundThing{}})
	require.Empty(t, b.leakPage(t).Items)
	require.Nil(t, b.leakPlaces(t)["node-1"]["vm"].Problem)
}

func TestLeaks_SayWhoDoesNotTell(t *testing.T) {
	t.Parallel()

	b := setup(t)

	places := b.leakPlaces(t)
	require.Len(t, places[""], 3, "workers look for no snapshots")
	require.Equal(t, "No worker has looked yet: one does every few minutes.", *places[""][leaks.Image].Problem)
	require.Equal(t, "The node has never been in touch.", *places["node-1"][leaks.VM].Problem)

	b.tell(t, nil)
	require.Equal(t, "The node's agent (version 1.2.3) does not tell what it holds: upgrade it.", *b.leakPlaces(t)["node-1"][leaks.Snapshot].Problem)

	b.tell(t, toldOfItself(), client.LookReport{Kind: "vm", Items: []client.FoundThing{}})
	require.Equal(t, "The node's agent has not said yet what it holds.", *b.leakPlaces(t)["node-1"][leaks.Snapshot].Problem)

	kinds := lo.KeyBy(b.leakPage(t).Kinds, func(kind client.LeakSummary) client.LeakSummaryKind { return kind.Kind })
	require.EqualValues(t, 2, kinds[leaks.VM].Places)
	require.EqualValues(t, 1, kinds[leaks.VM].Untold, "the platform has not looked")
	require.NotNil(t, kinds[leaks.VM].LookedAt)
	require.EqualValues(t, 1, kinds[leaks.Snapshot].Places)
	require.Nil(t, kinds[leaks.Snapshot].LookedAt)

	node, err := b.owner.CreateNodeWithResponse(t.Context(), client.CreateNodeInputBody{Name: "node-2", Region: "here"})
	require.NoError(t, err)
	require.NotNil(t, node.JSON201)
	require.Len(t, b.leakPlaces(t), 3)
}

func TestReport_WithLooksThatAreNone_IsRefused(t *testing.T) {
	t.Parallel()

	b := setup(t)

	for _, look := range []string{`{"kind":"vm"}`, `{"kind":"volume","items":[]}`, `{"kind":"vm","items":[{"name":"","detail":""}]}`} {
		body := `{"version":"1","runtime":"runc","cpu_millis":1,"memory_bytes":1,"vms":[],"looks":[` + look + `]}`
		require.Equal(t, http.StatusUnprocessableEntity, b.post(t, b.tokens.Node, "/v1/node/report", body, nil).StatusCode, look)
	}
}

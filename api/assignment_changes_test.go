package api

import (
	"context"
	"net/http"
	"net/netip"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/id"
)

// toldNode is what an agent has been told of its assignments.
type toldNode struct {
	network string
	vms     map[uuid.UUID]client.AssignedVM
}

// ask asks for what has changed, and notes it as the agent does.
func (n *toldNode) ask(t *testing.T, node *client.ClientWithResponses, wait time.Duration) client.AssignmentChanges {
	t.Helper()

	answer, err := node.GetAssignmentChangesWithResponse(t.Context(), &client.GetAssignmentChangesParams{WaitSeconds: new(int64(wait.Seconds()))},
		client.KnownAssignments{
			NetworkVersion: lo.EmptyableToPtr(n.network),
			VMS: lo.MapToSlice(n.vms, func(vm uuid.UUID, told client.AssignedVM) client.KnownVM {
				return client.KnownVM{ID: vm, Version: lo.FromPtr(told.Version)}
			}),
		})
	require.NoError(t, err)
	require.NotNil(t, answer.JSON200, "%s", answer.Body)

	changes := *answer.JSON200
	n.network = changes.NetworkVersion

	if n.vms == nil {
		n.vms = map[uuid.UUID]client.AssignedVM{}
	}

	for _, vm := range changes.VMS {
		n.vms[vm.ID] = vm
	}

	for _, vm := range changes.Removed {
		delete(n.vms, vm)
	}

	return changes
}

// placed makes a VM of the deployment on the node, in a transaction.
func (b *testBundle) placed(t *testing.T, queries *database.Queries, deployment uuid.UUID, address string) uuid.UUID {
	t.Helper()

	vm := id.New()
	require.NoError(t, queries.CreateVM(t.Context(), database.CreateVMParams{
		ID: vm, DeploymentID: deployment, NodeID: b.nodeID, Kind: "app", IP: netip.MustParseAddr(address), Port: 8080, CPUMillis: 100, MemoryBytes: 64 << 20,
	}))
	require.NoError(t, queries.Notify(t.Context(), database.ChannelNodes, b.nodeID.String()))

	return vm
}

func idsOf(vms []client.AssignedVM) []uuid.UUID {
	return lo.Map(vms, func(vm client.AssignedVM, _ int) uuid.UUID { return vm.ID })
}

func TestAssignmentChanges_TellWhatChanged_AndEachEnvironmentOnce(t *testing.T) {
	t.Parallel()

	b := setup(t)
	project := b.project(t)
	require.Equal(t, http.StatusOK, b.setVariable(t, project, "SECRET", "of the app").StatusCode)
	deployment := b.deployment(t, project.ID).ID

	var node toldNode

	first := node.ask(t, b.node, 0)
	require.Empty(t, first.VMS)
	require.NotEmpty(t, first.NetworkVersion)
	require.Equal(t, "10.72.1.0/24", first.Prefix)

	one := b.placed(t, b.queries, deployment, "10.72.1.2")
	changes := node.ask(t, b.node, 0)
	require.Equal(t, []uuid.UUID{one}, idsOf(changes.VMS))
	require.Equal(t, map[string]string{"SECRET": "of the app"}, changes.VMS[0].Environment)

	two := b.placed(t, b.queries, deployment, "10.72.1.3")
	require.Equal(t, []uuid.UUID{two}, idsOf(node.ask(t, b.node, 0).VMS), "what was told and has not changed is not told again")

	none := node.ask(t, b.node, 0)
	require.Empty(t, none.VMS)
	require.Empty(t, none.Removed)

	// A line or a report of the node's own makes no new version of an assignment.
	b.ship(t, one, 1, "a line")
	b.report(t, one, "running")
	require.Empty(t, node.ask(t, b.node, 0).VMS)

	_, err := b.owner.UpdateProjectWithResponse(t.Context(), project.ID, client.ProjectUpdate{GraceSeconds: new(int64(7))})
	require.NoError(t, err)

	changes = node.ask(t, b.node, 0)
	require.ElementsMatch(t, []uuid.UUID{one, two}, idsOf(changes.VMS))
	require.EqualValues(t, 7, changes.VMS[0].GraceSeconds)
	require.Empty(t, changes.VMS[0].Environment, "the node has it")

	b.report(t, one, "removed")

	changes = node.ask(t, b.node, 0)
	require.Equal(t, []uuid.UUID{one}, changes.Removed)
	require.Empty(t, changes.VMS)
	require.Empty(t, node.ask(t, b.node, 0).Removed)

	// A VM that is to be stopped needs no environment, also where an agent that has just started hears of it first.
	_, err = b.pool.Exec(t.Context(), "UPDATE vms SET desired_state = 'stopped' WHERE id = $1", two)
	require.NoError(t, err)

	started := (&toldNode{}).ask(t, b.node, 0)
	require.Equal(t, []uuid.UUID{two}, idsOf(started.VMS))
	require.Equal(t, client.AssignedVMDesiredStateStopped, started.VMS[0].DesiredState)
	require.Empty(t, started.VMS[0].Environment)
}

func TestAssignmentChanges_OfATransactionThatCommitsLate_AreNotMissed(t *testing.T) {
	t.Parallel()

	b := setup(t)
	deployment := b.deployment(t, b.project(t).ID).ID

	late, err := b.pool.Begin(t.Context())
	require.NoError(t, err)

	defer func() { _ = late.Rollback(context.WithoutCancel(t.Context())) }()

	// The row, its id and its time are older than those of the VM that the node hears of first.
	before := b.placed(t, database.New(late), deployment, "10.72.1.2")
	after := b.placed(t, b.queries, deployment, "10.72.1.3")

	var node toldNode

	require.Equal(t, []uuid.UUID{after}, idsOf(node.ask(t, b.node, 0).VMS))

	waited := make(chan client.AssignmentChanges, 1)

	go func() { waited <- node.ask(t, b.node, 30*time.Second) }() //nolint:testifylint // A failure ends this goroutine, and the test in vain waits for it no longer than the run may take.

	require.NoError(t, late.Commit(t.Context()))
	require.Equal(t, []uuid.UUID{before}, idsOf((<-waited).VMS))
}

func TestAssignmentChanges_AnotherProcessOfTheAPI_KnowsTheVersions(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.placed(t, b.queries, b.deployment(t, b.project(t).ID).ID, "10.72.1.2")

	var node toldNode

	require.Len(t, node.ask(t, b.node, 0).VMS, 1)

	again, err := New(b.server.service.config, b.parts)
	require.NoError(t, err)

	current, err := again.service.assignments(t.Context(), b.nodeID, nil)
	require.NoError(t, err)

	changes, err := changesOf(*current, lo.MapValues(node.vms, func(vm client.AssignedVM, _ uuid.UUID) string { return *vm.Version }))
	require.NoError(t, err)
	require.Empty(t, changes.VMs)
	require.Equal(t, node.network, changes.NetworkVersion)
}

func TestAssignmentChanges_OfADatabaseThatWasRestored_AreWhatIsTrueNow(t *testing.T) {
	t.Parallel()

	b := setup(t)
	kept := b.placed(t, b.queries, b.deployment(t, b.project(t).ID).ID, "10.72.1.2")

	// The node was told of what the backup does not have.
	lost := id.New()
	node := toldNode{network: "lost", vms: map[uuid.UUID]client.AssignedVM{
		kept: {ID: kept, Version: new("lost")}, lost: {ID: lost, Version: new("lost")},
	}}

	changes := node.ask(t, b.node, 0)
	require.Equal(t, []uuid.UUID{lost}, changes.Removed)
	require.Equal(t, []uuid.UUID{kept}, idsOf(changes.VMS))
}

func TestAssignmentChanges_WaitLongerThanABodyMayTake(t *testing.T) {
	t.Parallel()

	b := setup(t)

	var node toldNode

	node.ask(t, b.node, 0)

	// Five seconds is what most operations leave for their body.
	began := time.Now()
	changes := node.ask(t, b.node, 6*time.Second)
	require.Empty(t, changes.VMS)
	require.GreaterOrEqual(t, time.Since(began), 6*time.Second)
}

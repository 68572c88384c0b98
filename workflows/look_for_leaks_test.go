package workflows

import (
	"errors"
	"testing"

	"github.com/google/uuid"
	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/database/leaks"
	"github.com/zeitwork/zeitwork/internal/id"
)

// leaksOf are those that the last look has found, the young ones too, with what is said of each.
func (b *testBundle) leaksOf(t *testing.T, kind string) map[string]string {
	t.Helper()

	rows, err := b.queries.ListLeaks(b.ctx, uuid.Nil, 0, 100)
	require.NoError(t, err)

	ofKind := lo.Filter(rows, func(row database.ListLeaksRow, _ int) bool { return row.Kind == kind })

	return lo.SliceToMap(ofKind, func(row database.ListLeaksRow) (string, string) { return row.Leak.Name, row.Leak.Detail })
}

func (b *testBundle) looks(t *testing.T) map[string]database.LeakLook {
	t.Helper()

	rows, err := b.queries.ListLooksOfNodes(b.ctx, nil, true)
	require.NoError(t, err)

	return lo.KeyBy(rows, func(row database.LeakLook) string { return row.Kind })
}

func TestLeaks_NoneThere_SaysWhenItLooked(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.collect(t)

	looks := b.looks(t)
	require.ElementsMatch(t, []string{leaks.VM, leaks.Address, leaks.Image}, lo.Keys(looks))

	for _, look := range looks {
		require.NotNil(t, look.LookedAt)
		require.Nil(t, look.Problem)
		require.Zero(t, look.Found)
		require.Empty(t, b.leaksOf(t, look.Kind))
	}
}

func TestLeaks_VMThatItsNodeDoesNotRemove_IsFoundUntilItIsGone(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.node.mutex.Lock()
	b.node.frozen = true
	b.node.mutex.Unlock()

	silent, busy := b.addNode(t, "silent", "10.79.7.0/24"), b.addNode(t, "busy", "10.79.8.0/24")
	b.exec(t, "UPDATE nodes SET last_seen_at = now() - interval '1 hour' WHERE id = $1", silent)
	b.exec(t, "UPDATE control_plane SET answering_since = now() - interval '1 day', answered_at = now() + interval '1 hour'")

	ended, vm, other := b.past(t, "ended", stateFailed, nil), id.New(), id.New()
	b.exec(t, `INSERT INTO vms (id, deployment_id, node_id, ip, port, cpu_millis, memory_bytes, desired_state) VALUES
		($1, $3, $4, '10.79.7.1', 80, 100, 1000, 'stopped'), ($2, $3, $5, '10.79.8.1', 80, 100, 1000, 'stopped')`, vm, other, ended, silent, busy)

	b.collect(t)

	found := b.leaksOf(t, leaks.VM)
	require.Len(t, found, 2)
	require.Contains(t, found[vm.String()], "Node silent is out of touch")
	require.Contains(t, found[other.String()], "was told to remove it and reports it as pending")
	first := b.count(t, "SELECT extract(epoch FROM min(first_seen_at))::bigint FROM leaks")

	b.exec(t, "UPDATE vms SET removed_at = now() WHERE id = $1", other)
	b.collect(t)
	require.Equal(t, []string{vm.String()}, lo.Keys(b.leaksOf(t, leaks.VM)))
	require.Equal(t, first, b.count(t, "SELECT extract(epoch FROM min(first_seen_at))::bigint FROM leaks"))
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM leaks WHERE last_seen_at > first_seen_at"))
}

func TestLeaks_AddressThatASilentEdgeKeeps_IsFound(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.exec(t, "UPDATE edges SET last_seen_at = now()")

	ended := b.past(t, "ended", stateFailed, nil)
	b.exec(t, `INSERT INTO vms (id, deployment_id, node_id, ip, port, cpu_millis, memory_bytes, desired_state, state, removed_at)
		VALUES ($1, $2, $3, '10.79.1.77', 80, 100, 1000, 'stopped', 'removed', now() - interval '2 hours')`, id.New(), ended, b.node.id)

	b.collect(t)
	require.Empty(t, b.leaksOf(t, leaks.Address), "the next placement gives it back")

	b.exec(t, "INSERT INTO edges (id, name, region, last_seen_at) VALUES ($1, 'lost', 'eu', now() - interval '3 hours')", id.New())
	b.collect(t)

	found := b.leaksOf(t, leaks.Address)
	require.Len(t, found, 1)
	require.Contains(t, found["10.79.1.77"], "Edge lost has been silent")
}

func TestLeaks_ImageThatTheRegistryDoesNotDelete_IsFound(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.past(t, "failed", stateFailed, nil)
	b.activities.onDelete = func(string) error { return errors.New("the registry's disk is read-only") }

	b.collect(t)
	require.Empty(t, b.leaksOf(t, leaks.Image), "it is tried again before it is told")

	b.exec(t, "UPDATE images SET collected_at = now() - interval '2 hours'")
	b.collect(t)
	require.Len(t, b.leaksOf(t, leaks.Image), 1)

	b.activities.onDelete = nil
	b.collect(t)
	require.Empty(t, b.leaksOf(t, leaks.Image))
}

func TestLeaks_RegistryAway_SaysThatNobodyCouldLook_AndKeepsWhatWasFound(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.past(t, "failed", stateFailed, nil)
	b.activities.onDelete = func(string) error { return errors.New("the registry's disk is read-only") }
	b.exec(t, "UPDATE images SET collected_at = now() - interval '2 hours'")
	b.collect(t)

	before := b.looks(t)[leaks.Image]
	b.activities.unlisted = true
	b.collect(t)

	after := b.looks(t)[leaks.Image]
	require.Contains(t, *after.Problem, "(1) could not be looked through")
	require.Equal(t, before.LookedAt, after.LookedAt)
	require.True(t, after.TriedAt.After(before.TriedAt))
	require.Len(t, b.leaksOf(t, leaks.Image), 1)
}

package workflows

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/id"
)

// buildLines adds lines, which say age and number, to the build log of a deployment.
func (b *testBundle) buildLines(t *testing.T, deployment uuid.UUID, age string, lines int) {
	t.Helper()
	b.exec(t, `INSERT INTO build_logs (deployment_id, step, stream, line, logged_at)
		SELECT $1, 'build', 'stdout', $2 || ' ' || number, now() - $2::interval FROM generate_series(1, $3) AS number`, deployment, age, lines)
}

func (b *testBundle) lines(t *testing.T, table string) []string {
	t.Helper()

	var lines []string

	require.NoError(t, b.pool.QueryRow(b.ctx, "SELECT coalesce(array_agg(line ORDER BY id), '{}') FROM "+table).Scan(&lines))

	return lines
}

func (b *testBundle) vm(t *testing.T, deployment uuid.UUID, address string) uuid.UUID {
	t.Helper()

	vm := id.New()
	b.exec(t, `INSERT INTO vms (id, deployment_id, node_id, ip, port, cpu_millis, memory_bytes)
		VALUES ($1, $2, $3, $4::text::inet, 80, 100, 1000)`, vm, deployment, b.node.id, address)

	return vm
}

func (b *testBundle) runtimeLines(t *testing.T, vm uuid.UUID, age string, first, last int) {
	t.Helper()
	b.exec(t, `INSERT INTO runtime_logs (deployment_id, vm_id, sequence, stream, line, logged_at)
		SELECT deployment_id, id, number, 'stdout', $2 || ' ' || number, now() - $2::interval
		FROM vms CROSS JOIN generate_series($3::integer, $4::integer) AS number WHERE id = $1`, vm, age, first, last)
}

func TestCollectLogs_OldBuildLines_GoUnlessTheDeploymentIsUnderWay(t *testing.T) {
	t.Parallel()

	b := setup(t)
	underWay := b.create(t)
	ended := b.past(t, "ended", stateFailed, nil)

	// More than one batch, with one line that stays in the middle.
	b.buildLines(t, ended, "3 days", 15_000)
	b.buildLines(t, underWay.ID, "2 days", 1)
	b.buildLines(t, ended, "25 hours", 15_000)
	b.buildLines(t, ended, "23 hours", 1)

	var removed collected
	require.NoError(t, b.newWorker(t).collectLogs(b.ctx, &removed))
	require.Equal(t, []string{"2 days 1", "23 hours 1"}, b.lines(t, "build_logs"))
	require.EqualValues(t, 30_000, removed.buildLines.Load())
}

func TestCollectLogs_OldRuntimeLines_GoButForTheNewestOfAVMThatIsThere(t *testing.T) {
	t.Parallel()

	b := setup(t)
	deployment := b.past(t, "live", stateLive, new(1))
	present, quiet, gone := b.vm(t, deployment, "10.79.1.8"), b.vm(t, deployment, "10.79.1.9"), b.vm(t, deployment, "10.79.1.10")
	b.exec(t, "UPDATE vms SET desired_state = 'stopped', removed_at = now() WHERE id = $1", gone)
	b.runtimeLines(t, quiet, "4 days", 1, 3)
	b.runtimeLines(t, gone, "3 days", 1, 3)
	b.runtimeLines(t, present, "2 days", 1, 3)
	b.runtimeLines(t, present, "1 hour", 4, 5)

	var removed collected
	require.NoError(t, b.newWorker(t).collectLogs(b.ctx, &removed))
	require.Equal(t, []string{"4 days 3", "1 hour 4", "1 hour 5"}, b.lines(t, "runtime_logs"))
	require.EqualValues(t, 8, removed.runtimeLines.Load())
}

func TestCollectLogs_MoreLinesThanAreKept_TheNewestStay(t *testing.T) {
	t.Parallel()

	b := setup(t)
	underWay := b.create(t)
	live := b.past(t, "live", stateLive, new(1))
	b.buildLines(t, live, "1 hour", 8)
	b.buildLines(t, underWay.ID, "2 hours", 7)

	// The one that has written nothing since keeps its newest line.
	quiet, loud := b.vm(t, live, "10.79.1.8"), b.vm(t, live, "10.79.1.9")
	b.runtimeLines(t, quiet, "2 hours", 1, 2)
	b.runtimeLines(t, loud, "1 hour", 1, 7)

	worker := b.newWorker(t)
	worker.config.LogLines = 5

	for range 2 {
		require.NoError(t, worker.collectLogs(b.ctx, &collected{}))
		require.Equal(t, []string{
			"1 hour 4", "1 hour 5", "1 hour 6", "1 hour 7", "1 hour 8",
			"2 hours 1", "2 hours 2", "2 hours 3", "2 hours 4", "2 hours 5", "2 hours 6", "2 hours 7",
		}, b.lines(t, "build_logs"))
		require.Equal(t, []string{"2 hours 2", "1 hour 3", "1 hour 4", "1 hour 5", "1 hour 6", "1 hour 7"}, b.lines(t, "runtime_logs"))
	}
}

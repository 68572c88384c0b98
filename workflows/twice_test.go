package workflows

import (
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/database"
)

func TestSteps_RunAndWrittenTwice_IsOnce(t *testing.T) {
	t.Parallel()

	b := setup(t)
	worker := b.work(t)
	b.exec(t, "UPDATE projects SET instances = 3")
	b.setReleaseCommand(t, "migrate")

	live := b.await(t, b.create(t).ID, stateLive)
	b.awaitCount(t, 3, "SELECT count(*) FROM vms WHERE removed_at IS NULL")

	before := b.everything(t, live.ID)

	project, err := b.queries.LockProject(b.ctx, b.project)
	require.NoError(t, err)

	steps, err := b.queries.ListDeploymentSteps(b.ctx, live.ID, b.organisation)
	require.NoError(t, err)

	a := &attempt{deployment: live, project: project, row: steps[0].ID, pool: b.pool, logger: b.logger}

	for _, s := range deploy() {
		a.step = s

		for range 2 {
			write, err := s.run(worker, b.ctx, a)
			require.NoError(t, err, s.name)
			require.NoError(t, database.InTx(b.ctx, b.pool, func(tx pgx.Tx, queries *database.Queries) error { return write(b.ctx, tx, queries) }), s.name)
		}
	}

	// Only the count of the route table's versions tells that it was written again.
	b.exec(t, "UPDATE route_table SET version = $1", *live.RouteVersion)
	b.exec(t, "UPDATE deployments SET route_version = $1, ended_at = $2", *live.RouteVersion, *live.EndedAt)
	require.Equal(t, before, b.everything(t, live.ID))
	require.Equal(t, 3, b.count(t, "SELECT count(*) FROM vms WHERE kind = 'app'"))
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM vms WHERE kind = 'release'"))
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM images"))
	require.Zero(t, b.count(t, "SELECT count(*) FROM river.river_job WHERE kind = 'retire'"))
}

package workflows

import (
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/database"
)

func TestKinds_EachDeclaresQueueTimeoutAndAttempts(t *testing.T) {
	t.Parallel()

	for _, k := range kinds() {
		require.NoError(t, k.check())
		require.NotNil(t, k.work, k.name)
	}
}

func TestKinds_EachIsRegistered(t *testing.T) {
	t.Parallel()

	b := setup(t)
	worker := b.newWorker(t)

	for _, k := range kinds() {
		require.NoError(t, database.InTx(b.ctx, b.pool, func(tx pgx.Tx, _ *database.Queries) error {
			return insertJob(b.ctx, worker.client, tx, k.name, arguments{DeploymentID: b.project})
		}), "River refuses kinds that it does not know")
	}

	require.Error(t, database.InTx(b.ctx, b.pool, func(tx pgx.Tx, _ *database.Queries) error {
		_, err := worker.client.InsertTx(b.ctx, tx, arguments{kind: "deploy.unheard_of"}, nil)

		return err
	}))
}

func TestDeploy_GoesFromCommitToLive(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.work(t)

	deployment := b.create(t)
	require.Equal(t, stateQueued, deployment.State)
	require.Equal(t, "main", deployment.Branch)

	live := b.await(t, deployment.ID, stateLive)
	require.Equal(t, b.activities.head, *live.CommitSHA)
	require.Equal(t, "Ada", *live.CommitAuthor)
	require.Contains(t, string(live.BuildPlan), `"dockerfile"`)
	require.NotNil(t, live.ImageID)
	require.EqualValues(t, 1, *live.RouteVersion)
	require.NotNil(t, live.StartedAt)
	require.NotNil(t, live.EndedAt)
	require.Equal(t, []string{
		"clone 1 succeeded", "detect 1 succeeded", "build 1 succeeded", "push 1 succeeded", "schedule 1 succeeded",
		"health_check 1 succeeded", "flip_route 1 succeeded",
	}, b.steps(t, deployment.ID))
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM domains WHERE deployment_id = $1", deployment.ID))
	require.Equal(t, 7, b.count(t, "SELECT count(*) FROM river.river_job WHERE state = 'completed' AND kind LIKE 'deploy.%'"))

	vms, err := b.queries.ListDeploymentVMs(b.ctx, seenWithin, deployment.ID)
	require.NoError(t, err)
	require.Len(t, vms, 1)
	require.Equal(t, "10.79.1.2", vms[0].VM.IP.String())
	require.EqualValues(t, 3000, vms[0].VM.Port, "EXPOSE of the Dockerfile")
}

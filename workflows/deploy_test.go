package workflows

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/activities"
	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/problem"
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
	require.Equal(t, 1, b.count(t, `SELECT count(*) FROM route_changes JOIN domains USING (hostname)
		WHERE domains.kind = 'generated' AND route_changes.version = $1 AND domains.deployment_id = $2`, *live.RouteVersion, deployment.ID),
		"it is the version that has led its hostname there")
	require.NotNil(t, live.StartedAt)
	require.NotNil(t, live.EndedAt)
	require.Equal(t, []string{
		"clone 1 succeeded", "detect 1 succeeded", "build 1 succeeded", "push 1 succeeded", "schedule 1 succeeded",
		"health_check 1 succeeded", "flip_route 1 succeeded",
	}, b.steps(t, deployment.ID))
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM domains WHERE kind = 'generated' AND deployment_id = $1", deployment.ID))
	require.Equal(t, 7, b.count(t, "SELECT count(*) FROM river.river_job WHERE state = 'completed' AND kind LIKE 'deploy.%'"))

	vms, err := b.queries.ListDeploymentVMs(b.ctx, seenWithin, deployment.ID)
	require.NoError(t, err)
	require.Len(t, vms, 1)
	require.Equal(t, "10.79.1.2", vms[0].VM.IP.String())
	require.EqualValues(t, 3000, vms[0].VM.Port, "EXPOSE of the Dockerfile")
}

func TestDeploy_SourceThatLacksSomething_SaysSoInTheLogAndOnTheDeployment(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.activities.missing = []string{"The directory theme is empty."}
	b.setSecret(t, "REVISION", canary)
	require.NoError(t, os.WriteFile(filepath.Join(b.activities.tree, "Dockerfile"), []byte("FROM scratch\nARG REVISION\nEXPOSE 3000\n"), 0o600))
	b.work(t)

	live := b.await(t, b.create(t).ID, stateLive)
	plan, err := planOf(live)
	require.NoError(t, err)
	require.Equal(t, b.activities.missing, plan.SourceLacks)
	require.Len(t, plan.Notes, 1)
	require.Contains(t, plan.Notes[0], "ARG REVISION: this Dockerfile does not get the value")

	for _, note := range append(plan.Notes, plan.SourceLacks...) {
		require.Contains(t, b.lines(t, "build_logs"), note)
	}
}

func TestDeploy_SourceThatLacksSomething_FailsWithThatBesideTheCause(t *testing.T) {
	t.Parallel()

	for _, step := range []string{stepDetect, stepBuild} {
		b := setup(t)
		b.activities.missing = []string{"The directory theme is empty."}

		if step == stepDetect {
			require.NoError(t, os.Remove(filepath.Join(b.activities.tree, "Dockerfile")))
		} else {
			b.activities.setBuild(func(context.Context, activities.BuildRequest, func(activities.LogLine)) error {
				return problem.New(problem.Invalid, "There is no main.css.")
			})
		}

		b.work(t)

		failed := b.await(t, b.create(t).ID, stateFailed)
		require.Equal(t, step, failed.Step)
		require.Regexp(t, `There is no .+\. The directory theme is empty\.$|no Dockerfile.+ The directory theme is empty\.$`, *failed.ErrorMessage)
	}
}

func TestDeploy_DockerfileThatExposesNothing_GetsThePortOfTheImageBelow(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		dockerfile string
		exposed    []int
		want       int
	}{
		"one port":       {"FROM nginx\n", []int{80}, 80},
		"TLS beside it":  {"FROM nginx\n", []int{80, 443}, 80},
		"several":        {"FROM nginx\n", []int{80, 9000}, buildplan.DefaultPort},
		"none":           {"FROM nginx\n", nil, buildplan.DefaultPort},
		"one of its own": {"FROM nginx\nEXPOSE 3000\n", []int{80, 3000}, 3000},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			b := setup(t)
			b.activities.ports = test.exposed
			require.NoError(t, os.WriteFile(filepath.Join(b.activities.tree, "Dockerfile"), []byte(test.dockerfile), 0o600))
			b.work(t)

			live := b.await(t, b.create(t).ID, stateLive)
			require.Equal(t, 1, b.count(t, "SELECT count(*) FROM vms WHERE deployment_id = $1 AND port = $2", live.ID, test.want))
		})
	}
}

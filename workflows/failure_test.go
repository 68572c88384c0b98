package workflows

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/activities"
	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/database/keyring"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/problem"
)

const canary = "hunter2-canary"

// setSecret gives all environments of the project an environment variable.
func (b *testBundle) setSecret(t *testing.T, name, value string) {
	t.Helper()
	b.setFor(t, "all", name, value)
}

// snapshot names the environment variables of a deployment of the project.
func (b *testBundle) snapshot(deployment uuid.UUID) keyring.Snapshot {
	return keyring.Snapshot{OrganisationID: b.organisation, ProjectID: b.project, DeploymentID: deployment}
}

func TestDeploy_UsersError_FailsAtOnceAndStoresNoSecret(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.setSecret(t, "TOKEN", canary)
	b.activities.setBuild(func(_ context.Context, request activities.BuildRequest, log func(activities.LogLine)) error {
		log(activities.LogLine{Stream: activities.StreamStdout, Line: "the token is " + request.Secrets["TOKEN"]})

		return problem.New(problem.Invalid, "RUN false failed with %s. Mend it.", request.Secrets["TOKEN"])
	})
	b.work(t)

	deployment := b.create(t)
	failed := b.await(t, deployment.ID, stateFailed)

	require.Equal(t, "invalid", *failed.ErrorCode)
	require.Equal(t, "RUN false failed with [redacted]. Mend it.", *failed.ErrorMessage)
	require.Equal(t, "build 1 failed", b.steps(t, deployment.ID)[2])
	require.Len(t, b.steps(t, deployment.ID), 3)
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM build_logs WHERE line = 'the token is [redacted]'"))
	b.requireNowhere(t, canary)
}

func TestDeploy_OurError_IsTriedAgainAndSaysWhatItWaitsFor(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.setSecret(t, "TOKEN", canary)

	failures := 1
	b.activities.setBuild(func(context.Context, activities.BuildRequest, func(activities.LogLine)) error {
		if failures--; failures >= 0 {
			return problem.Wrap(errSome, problem.Unavailable, "The registry does not answer with %s.", canary)
		}

		return nil
	})
	b.work(t)

	deployment := b.create(t)

	require.Eventually(t, func() bool {
		return b.count(t, `SELECT count(*) FROM deployment_steps
			WHERE waiting_for = 'Waiting because the registry does not answer with [redacted]; next try in 1 s.'`) == 1
	}, patienceOfTests, lookAgain/100)

	b.await(t, deployment.ID, stateLive)
	require.Equal(t, []string{"build 1 retrying", "build 2 succeeded"}, b.steps(t, deployment.ID)[2:4])
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM deployment_steps WHERE error = 'The registry does not answer with [redacted].'"))
	require.Zero(t, b.count(t, "SELECT count(*) FROM deployment_steps WHERE waiting_for IS NOT NULL"), "it waits no more")
	b.requireNowhere(t, canary)
}

func TestDeploy_DeadlineOfAStepHasPassed_FailsWithWhatItWaitedFor(t *testing.T) {
	t.Parallel()

	b := setup(t)
	deployment := b.create(t)
	b.exec(t, `INSERT INTO deployment_steps (id, deployment_id, step, attempt, state, worker, started_at, ended_at)
		VALUES ($1, $2, 'clone', 1, 'retrying', 'w', now() - $3::interval, now())`, id.New(), deployment.ID, deploy()[0].deadline-time.Second)
	b.activities.onClone = func(context.Context) error {
		time.Sleep(time.Second) // The deadline passes.

		return problem.New(problem.Unavailable, "The registry does not answer.")
	}
	b.work(t)

	failed := b.await(t, deployment.ID, stateFailed)
	require.Equal(t, "unavailable", *failed.ErrorCode)
	require.Equal(t, "The registry does not answer. It was tried for 1h0m0s. Redeploy to try again.", *failed.ErrorMessage)
}

func TestDeploy_WorkersDieAtAStepAgainAndAgain_Fails(t *testing.T) {
	t.Parallel()

	b := setup(t)
	deployment := b.create(t)
	b.exec(t, `INSERT INTO deployment_steps (id, deployment_id, step, attempt, worker, started_at)
		VALUES ($1, $2, 'clone', 1, 'w', now() - $3::interval)`, id.New(), deployment.ID, deploy()[0].deadline)
	b.work(t)

	failed := b.await(t, deployment.ID, stateFailed)
	require.Equal(t, "internal", *failed.ErrorCode)
}

// requireNowhere fails when the text stands in a place where people or other programs look.
func (b *testBundle) requireNowhere(t *testing.T, text string) {
	t.Helper()

	for _, query := range []string{
		"SELECT count(*) FROM river.river_job AS r WHERE r::text LIKE '%' || $1 || '%'",
		"SELECT count(*) FROM deployments AS r WHERE r::text LIKE '%' || $1 || '%'",
		"SELECT count(*) FROM deployment_steps AS r WHERE r::text LIKE '%' || $1 || '%'",
		"SELECT count(*) FROM build_logs AS r WHERE r::text LIKE '%' || $1 || '%'",
	} {
		require.Zero(t, b.count(t, query, text), query)
	}
}

func TestDeploy_WorkersRestartManyTimesAtAStep_ItGoesOn(t *testing.T) {
	t.Parallel()

	b := setup(t)
	deployment := b.create(t)
	b.exec(t, `INSERT INTO deployment_steps (id, deployment_id, step, attempt, state, worker, error, ended_at)
		SELECT gen_random_uuid(), $1, 'clone', number, 'retrying', 'w', 'The worker stopped; another one goes on.', now() FROM generate_series(1, 50) AS number`,
		deployment.ID)
	b.work(t)
	b.await(t, deployment.ID, stateLive)
	require.Contains(t, b.steps(t, deployment.ID), "clone 51 succeeded")
}

func TestInsertJobLike_TakesThePlaceOfAnother_TheBackoffGoesOn(t *testing.T) {
	t.Parallel()

	b := setup(t)
	worker := b.newWorker(t)

	require.NoError(t, database.InTx(b.ctx, b.pool, func(tx pgx.Tx, _ *database.Queries) error {
		return insertJobLike(b.ctx, worker.client, tx, kindRetire, arguments{DeploymentID: b.project}, 4, 0)
	}))

	jobs, err := worker.client.JobList(b.ctx, river.NewJobListParams().Kinds(kindRetire))
	require.NoError(t, err)
	require.Len(t, jobs.Jobs, 1)

	jobs.Jobs[0].Attempt = 1
	require.Equal(t, 5, attemptOf(&river.Job[arguments]{JobRow: jobs.Jobs[0]}))
	require.Equal(t, 16*time.Second, backoff(5))
}

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
	"github.com/zeitwork/zeitwork/internal/id"
)

// job inserts a job of a deployment, as River would have it.
func (b *testBundle) job(t *testing.T, kind, queue, state string, deployment uuid.UUID, ago time.Duration) int64 {
	t.Helper()

	var made int64

	require.NoError(t, b.pool.QueryRow(t.Context(), `
		INSERT INTO river.river_job (kind, queue, args, state, max_attempts, attempt, priority, scheduled_at, attempted_at, attempted_by, errors, finalized_at)
		VALUES ($1, $2, jsonb_build_object('deployment_id', $3::uuid), $4::text::river.river_job_state, 5, 1, 1, now() - $5::interval, now() - $5::interval,
			ARRAY['worker-1', 'worker-2'], CASE $4 WHEN 'retryable' THEN ARRAY['{"error": "first"}'::jsonb, '{"error": "the registry is away"}'] END,
			CASE $4 WHEN 'completed' THEN now() END)
		RETURNING id`, kind, queue, deployment, state, ago).Scan(&made))

	return made
}

func (b *testBundle) queueJobs(t *testing.T, params client.ListQueueJobsParams) []client.QueueJob {
	t.Helper()

	var jobs []client.QueueJob

	for {
		page, err := b.owner.ListQueueJobsWithResponse(t.Context(), &params)
		require.NoError(t, err)
		require.NotNil(t, page.JSON200, "%s", page.Body)

		jobs = append(jobs, page.JSON200.Items...)
		if page.JSON200.NextCursor == nil {
			return jobs
		}

		params.Cursor = page.JSON200.NextCursor
	}
}

// emptyQueue takes away the jobs that the making of deployments has inserted.
func (b *testBundle) emptyQueue(t *testing.T) {
	t.Helper()
	b.exec(t, "DELETE FROM river.river_job")
}

func TestQueue_SaysWhatRunsAndWhatWaits_AndWhy(t *testing.T) {
	t.Parallel()

	b := setup(t)
	project := b.project(t)
	deployment := b.deployment(t, project.ID)
	b.emptyQueue(t)
	b.exec(t, `INSERT INTO deployment_steps (id, deployment_id, step, attempt, state, worker, waiting_for)
		VALUES ($1, $2, 'clone', 1, 'retrying', 'worker-2', 'Waiting because the registry does not answer.')`, id.New(), deployment.ID)

	running := b.job(t, "retire", "retire", "running", deployment.ID, time.Minute)
	second := b.job(t, "deploy.build", "build", "available", uuid.Nil, time.Minute)
	first := b.job(t, "deploy.build", "build", "available", uuid.Nil, 2*time.Minute)
	retryable := b.job(t, "deploy.clone", "source", "retryable", deployment.ID, -time.Minute)
	scheduled := b.job(t, "retire", "retire", "scheduled", deployment.ID, -time.Hour)
	b.job(t, "deploy.clone", "source", "completed", deployment.ID, 0)

	jobs := b.queueJobs(t, client.ListQueueJobsParams{})
	require.Equal(t, []int64{running, first, second, retryable, scheduled}, lo.Map(jobs, func(j client.QueueJob, _ int) int64 { return j.ID }))

	require.Equal(t, "worker-2", *jobs[0].Worker)
	require.WithinDuration(t, time.Now().Add(-time.Minute), jobs[0].Since, 10*time.Second)
	require.Nil(t, jobs[0].WaitingBecause)
	require.Equal(t, project.Slug, jobs[0].Project.Slug)
	require.Equal(t, "first", jobs[0].Organisation.Slug)
	require.Equal(t, deployment.EnvironmentID, *jobs[0].EnvironmentID)

	require.EqualValues(t, 1, *jobs[1].Place)
	require.Equal(t, "Waiting for a free slot of the queue build: it is the next.", *jobs[1].WaitingBecause)
	require.EqualValues(t, 2, *jobs[2].Place)
	require.Equal(t, "Waiting for a free slot of the queue build: 1 before it.", *jobs[2].WaitingBecause)
	require.Nil(t, jobs[2].Project, "its deployment is gone")

	require.Equal(t, "Waiting because the registry does not answer.", *jobs[3].WaitingBecause)
	require.Equal(t, "the registry is away", *jobs[3].LastError)
	require.WithinDuration(t, time.Now().Add(time.Minute), *jobs[3].NextTryAt, 10*time.Second)
	require.Equal(t, "Waiting because it is to run later.", *jobs[4].WaitingBecause, "what its deployment's step waits for is not what this job waits for")

	overview, err := b.owner.GetQueueWithResponse(t.Context())
	require.NoError(t, err)
	require.NotNil(t, overview.JSON200, "%s", overview.Body)
	require.Equal(t, "/river/", overview.JSON200.RiverUI)

	queues := lo.KeyBy(overview.JSON200.Queues, func(q client.Queue) string { return q.Name })
	require.EqualValues(t, 2, queues["build"].Available)
	require.WithinDuration(t, time.Now().Add(-2*time.Minute), *queues["build"].OldestSince, 10*time.Second)
	require.EqualValues(t, 1, queues["source"].Retryable)
	require.EqualValues(t, 1, queues["retire"].Running)
	require.EqualValues(t, 1, queues["retire"].Scheduled)
	require.Nil(t, queues["retire"].OldestSince)
	require.Contains(t, queues, "wait", "queues are listed before a worker has worked them")
}

func TestQueueJobs_AreFilteredAndPaged_WithTheirPlaces(t *testing.T) {
	t.Parallel()

	b := setup(t)

	made := make([]int64, 0, 14)

	for i := range 7 {
		for _, queue := range []string{"build", "source"} {
			made = append(made, b.job(t, "deploy.build", queue, "available", uuid.Nil, time.Duration(i)*time.Second))
		}
	}

	for limit := range int64(len(made)) {
		paged := b.queueJobs(t, client.ListQueueJobsParams{Limit: new(limit + 1)})
		require.Len(t, paged, len(made))

		for i, job := range paged {
			require.EqualValues(t, i%7+1, *job.Place)
			require.Equal(t, lo.Ternary(i < 7, "build", "source"), job.Queue)
		}
	}

	ofQueue := b.queueJobs(t, client.ListQueueJobsParams{Queue: new("source"), Limit: lo.ToPtr[int64](2)})
	require.Len(t, ofQueue, 7)
	require.Equal(t, made[13], ofQueue[0].ID, "the oldest is the next")

	require.Empty(t, b.queueJobs(t, client.ListQueueJobsParams{State: &[]client.ListQueueJobsParamsState{"running", "scheduled"}}))
	require.Len(t, b.queueJobs(t, client.ListQueueJobsParams{State: &[]client.ListQueueJobsParamsState{"available"}}), len(made))

	for _, cursor := range []string{"bm9uZQ", "!", "eyJxIjoxfQ"} {
		answer := b.send(t, http.MethodGet, b.tokens.User, "/v1/queue/jobs?cursor="+cursor, "", nil)
		require.Contains(t, []int{http.StatusUnprocessableEntity, http.StatusBadRequest}, answer.StatusCode, answer.text)
	}
}

func TestWaitingDeployments_SayWhatTheyWaitFor_AndTheirPlace(t *testing.T) {
	t.Parallel()

	b := setup(t)
	project := b.project(t)

	waiting := make([]uuid.UUID, 0, 4)

	for i := range 4 {
		answer, err := b.owner.CreateDeploymentWithResponse(t.Context(), project.ID, nil, client.CreateDeploymentInputBody{
			Branch: new(fmt.Sprintf("branch-%d", i)), Preview: new(true),
		})
		require.NoError(t, err)
		require.NotNil(t, answer.JSON201, "%s", answer.Body)

		waiting = append(waiting, answer.JSON201.ID)
	}

	b.exec(t, "DELETE FROM deployment_steps")
	b.exec(t, "UPDATE deployments SET awaits_build_since = now() - interval '1 minute' WHERE id = $1", waiting[0])
	b.exec(t, "UPDATE deployments SET awaits_build_since = now() - interval '2 minutes' WHERE id = $1", waiting[1])
	b.exec(t, "UPDATE deployments SET state = 'deploying', step = 'schedule', awaits_build_since = NULL, awaits_quota_since = now() WHERE id = $1", waiting[2])
	b.exec(t, "UPDATE deployments SET state = 'deploying', step = 'schedule', awaits_build_since = NULL, held_at = now() WHERE id = $1", waiting[3])
	b.exec(t, `INSERT INTO deployment_steps (id, deployment_id, step, attempt, state, worker, waiting_for)
		VALUES ($1, $2, 'schedule', 1, 'held', 'w', 'Waiting because production is pinned.')`, id.New(), waiting[3])

	page, err := b.owner.ListWaitingDeploymentsWithResponse(t.Context(), &client.ListWaitingDeploymentsParams{})
	require.NoError(t, err)
	require.NotNil(t, page.JSON200, "%s", page.Body)

	items := page.JSON200.Items
	require.Equal(t, waiting, lo.Map(items, func(d client.WaitingDeployment, _ int) uuid.UUID { return d.DeploymentID }))
	require.Equal(t, []string{"build", "build", "quota", "pin"}, lo.Map(items, func(d client.WaitingDeployment, _ int) string { return string(d.WaitsFor) }))
	require.Equal(t, []int64{2, 1, 1, 1}, lo.Map(items, func(d client.WaitingDeployment, _ int) int64 { return d.Place }))
	require.Equal(t, "Waiting because production is pinned.", items[3].WaitingBecause)
	require.Contains(t, items[2].WaitingBecause, "quota")
	require.Equal(t, project.Slug, items[0].Project.Slug)

	overview, err := b.owner.GetQueueWithResponse(t.Context())
	require.NoError(t, err)
	require.Equal(t, client.WaitingSummary{Builds: 2, Quotas: 1, Pins: 1}, overview.JSON200.WaitingWithoutJob)
}

func TestBuilders_AreTheWorkersWithWhatTheyBuild(t *testing.T) {
	t.Parallel()

	b := setup(t)
	deployment := b.deployment(t, b.project(t).ID)
	b.emptyQueue(t)
	b.exec(t, `INSERT INTO workers (id, name, version, slots, buildkit_address, buildkit_version, buildkit_disk_bytes, buildkit_seen_at, builders) VALUES
		($1, 'worker-2', '1.2.3', '{"build": 2, "wait": 20}', 'tcp://builder-1:1234', 'v0.34.2', 1000, now(),
		'[{"address": "tcp://builder-1:1234", "version": "v1.3.0"}]')`, id.New())
	b.exec(t, `INSERT INTO workers (id, name, version, slots, buildkit_address, buildkit_error, last_seen_at) VALUES
		($1, 'worker-1', '1.2.2', '{"build": 4}', '', 'BuildKit did not answer.', now() - interval '10 minutes')`, id.New())
	b.job(t, "deploy.build", "build", "running", deployment.ID, time.Minute)
	b.job(t, "deploy.clone", "source", "running", deployment.ID, time.Minute)

	page, err := b.owner.ListBuildersWithResponse(t.Context(), nil)
	require.NoError(t, err)
	require.NotNil(t, page.JSON200, "%s", page.Body)
	require.Len(t, page.JSON200.Items, 2)

	alive, dead := page.JSON200.Items[0], page.JSON200.Items[1]
	require.True(t, alive.InTouch)
	require.Equal(t, []client.QueueSlots{{Queue: "build", Slots: 2}, {Queue: "wait", Slots: 20}}, alive.Slots)
	require.Len(t, alive.Builds, 1)
	require.Equal(t, deployment.ID, alive.Builds[0].DeploymentID)
	require.Equal(t, "first", alive.Builds[0].Organisation.Slug)
	require.Equal(t, "v0.34.2", *alive.Buildkit.Version)
	require.EqualValues(t, 1000, *alive.Buildkit.DiskBytes)

	require.Equal(t, []client.BuilderVersion{{Address: "tcp://builder-1:1234", Version: new("v1.3.0")}}, *alive.Buildkit.Builders)

	require.False(t, dead.InTouch)
	require.Nil(t, dead.Buildkit.Builders)
	require.Empty(t, dead.Builds)
	require.Nil(t, dead.Buildkit.SeenAt)
	require.Equal(t, "BuildKit did not answer.", *dead.Buildkit.Error)

	overview, err := b.owner.GetQueueWithResponse(t.Context())
	require.NoError(t, err)

	build, _ := lo.Find(overview.JSON200.Queues, func(q client.Queue) bool { return q.Name == "build" })
	require.EqualValues(t, 2, build.Slots, "a worker that is silent runs nothing")
}

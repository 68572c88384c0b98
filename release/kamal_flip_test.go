package main

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"
)

const (
	flipDestination = "staging"
	// flipPatience bounds what the test waits for.
	flipPatience, flipInterval = time.Minute, 10 * time.Millisecond
	// shorter is how many times as long the drain of kamal/config lasts. Streams never end by themselves, so that each flip lasts as long as the drain.
	shorter = 10
)

// The images of a release run the control plane as kamal/config says: a deployment, another one and a rollback lose no request, and no job of those that run.
func TestKamal_ContainersReplacedUnderLoad_LoseNoRequestAndNoJob(t *testing.T) {
	t.Parallel()

	versions := []string{firstVersion, secondVersion, "v1.2.5"}
	b := setupFlips(t, versions)

	b.boot(t, versions[0])
	b.enter(t, versions[0])

	// A job that runs when its worker is told to stop comes to its end there.
	b.deploy(t, versions[0], versions[1], func(before *dockerContainer) error {
		if err := before.terminate(t.Context()); err != nil {
			return err
		}

		b.git.open()

		return before.wait(t.Context())
	})

	// The worker of this version has a second for that, and gives the job away.
	b.deploy(t, versions[1], versions[2], func(before *dockerContainer) error {
		defer b.git.open()

		return before.stop(t.Context())
	})

	// `kamal rollback` starts the containers that were kept.
	b.deploy(t, versions[2], versions[0], func(before *dockerContainer) error {
		b.git.open()

		return before.stop(t.Context())
	})

	b.crowd.leave()
	require.Empty(t, b.crowd.failures)
	require.GreaterOrEqual(t, b.crowd.streams.Load(), int64(followers*(len(versions)+1)), "each flip has ended every stream, which was opened again")
	require.Greater(t, b.crowd.requests.Load(), int64(100))
	b.requireEveryJobDoneOnce(t)
	t.Logf("no failure in %d requests, %d streams and %d deployments", b.crowd.requests.Load(), b.crowd.streams.Load(), b.crowd.deployments.Load())

	b.stop(t, versions[0])
}

// deploy replaces the containers of both roles while a worker fetches a source, and its own function stops the worker before.
func (b *flipBundle) deploy(t *testing.T, before, version string, stopWorker func(before *dockerContainer) error) {
	t.Helper()

	b.git.shut()
	require.Eventually(t, func() bool { return b.git.held() > 0 }, flipPatience, flipInterval, "no job of the worker is under way")

	b.start(t, b.web, "web", version)
	b.start(t, b.worker, "worker", version)

	var group errgroup.Group

	group.Go(func() error {
		if err := b.proxy.deploy(t.Context(), b.web[version].address.String()); err != nil {
			return err
		}

		return b.web[before].stop(t.Context())
	})
	group.Go(func() error { return stopWorker(b.worker[before]) })
	require.NoError(t, group.Wait())

	// The new worker carries on.
	ended := b.crowd.deployments.Load()
	require.Eventually(t, func() bool { return b.crowd.deployments.Load() > ended }, flipPatience, flipInterval, "nothing is deployed any more")
}

func (b *flipBundle) start(t *testing.T, containers map[string]*dockerContainer, role, version string) {
	t.Helper()

	if kept, ok := containers[version]; ok {
		require.NoError(t, kept.start(context.WithoutCancel(t.Context())))

		return
	}

	wanted := b.container(t, role, version)
	if role == "worker" && version == secondVersion {
		wanted.Environment = append(wanted.Environment, "ZEITWORK_WORKER_STOP_TIMEOUT=1s")
	}

	containers[version] = b.docker.run(t, wanted)
}

// requireEveryJobDoneOnce looks at what the database has of the deployments: each has ended, and each of its steps has been done once.
func (b *flipBundle) requireEveryJobDoneOnce(t *testing.T) {
	t.Helper()

	count := func(query string) (n int64) {
		require.NoError(t, b.pool.QueryRow(t.Context(), query).Scan(&n))

		return n
	}

	deployments := b.crowd.deployments.Load()
	require.Equal(t, deployments, count("SELECT count(*) FROM deployments"))
	require.Equal(t, deployments, count("SELECT count(*) FROM deployments WHERE state = 'failed' AND step = 'detect' AND commit_sha IS NOT NULL"))
	require.Equal(t, deployments, count("SELECT count(*) FROM deployment_steps WHERE step = 'clone' AND state = 'succeeded'"))
	require.Equal(t, deployments, count("SELECT count(*) FROM deployment_steps WHERE step = 'detect' AND state = 'failed'"))
	require.Zero(t, count("SELECT count(*) FROM deployment_steps WHERE state = 'running'"))
	require.Zero(t, count("SELECT count(*) FROM river.river_job WHERE kind LIKE 'deploy.%' AND finalized_at IS NULL"))
	require.Positive(t, count("SELECT count(*) FROM deployment_steps WHERE state = 'retrying'"), "a job was given from one worker to another")
	require.GreaterOrEqual(t, count("SELECT count(DISTINCT worker) FROM deployment_steps"), int64(4), "each start of a worker's container has done some")
}

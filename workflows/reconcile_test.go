package workflows

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/id"
)

func TestReconcile_WhatNoJobCarries_GetsItsJob(t *testing.T) {
	t.Parallel()

	b := setup(t)
	stranded := b.create(t)
	b.exec(t, "DELETE FROM river.river_job")
	b.exec(t, "UPDATE deployments SET created_at = now() - interval '1 minute'")

	// A failed deployment whose VM nobody has removed.
	leftover := id.New()
	b.exec(t, `INSERT INTO deployments (id, project_id, step, trigger, branch, environment_sealed, state, ended_at, created_at, warm_until)
		VALUES ($1, $2, 'health_check', 'manual', 'old', '', 'failed', now() - interval '1 minute', now() - interval '1 hour', now())`, leftover, b.project)
	b.exec(t, `INSERT INTO vms (id, deployment_id, node_id, ip, port, cpu_millis, memory_bytes)
		VALUES ($1, $2, $3, '10.79.1.9', 80, 100, 1000)`, id.New(), leftover, b.node.id)

	// A live one of a project that was deleted, without a job to retire it.
	forgotten, deleted := id.New(), id.New()
	b.exec(t, `INSERT INTO projects (id, organisation_id, name, slug, repository_url, auto_deploy, deleted_at)
		SELECT $1, organisation_id, 'Gone', 'gone', 'https://git.example.com/gone.git', false, now() FROM projects WHERE id = $2`, deleted, b.project)
	b.exec(t, `INSERT INTO deployments (id, project_id, step, trigger, branch, environment_sealed, state, ended_at, created_at, route_version)
		VALUES ($1, $2, 'flip_route', 'manual', 'old', '', 'live', now() - interval '1 hour', now() - interval '3 hours', 1)`, forgotten, deleted)
	b.exec(t, "UPDATE route_table SET version = 2")

	b.work(t)
	b.await(t, stranded.ID, stateLive)
	b.await(t, forgotten, stateRetired)
	require.Eventually(t, func() bool {
		return b.count(t, "SELECT count(*) FROM vms WHERE deployment_id = $1 AND removed_at IS NULL", leftover) == 0
	}, patienceOfTests, 10*time.Millisecond)
}

func TestReconcile_OneQueryFails_TheOthersFindTheirs(t *testing.T) {
	t.Parallel()

	b := setup(t)
	stranded := b.create(t)
	b.exec(t, "DELETE FROM river.river_job")
	b.exec(t, "UPDATE deployments SET created_at = now() - interval '1 minute' WHERE id = $1", stranded.ID)
	b.exec(t, "ALTER TABLE domains RENAME TO gone")

	require.ErrorContains(t, b.newWorker(t).reconcile(b.ctx, nil), "domains")
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM river.river_job WHERE kind = 'deploy.clone'"))
}

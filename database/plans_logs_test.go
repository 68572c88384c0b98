package database_test

import (
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/database/databasetest"
)

// TestListOverlongLogs_ReadOnlyThoseThatMayBeTooLong since they are asked every few minutes of tables that have millions of lines.
func TestListOverlongLogs_ReadOnlyThoseThatMayBeTooLong(t *testing.T) { //nolint:tparallel // The database goes with its test.
	t.Parallel()

	const (
		keep = 100
		// Deployments 1 to 50 have as many lines as are kept, the lines of one between those of others, and deployment 0 has very many.
		deployments, much = 51, 500
	)

	pool := databasetest.New(t)

	for _, statement := range []string{
		"INSERT INTO organisations (id, slug, name) VALUES (gen_random_uuid(), 'first', 'First')",
		`INSERT INTO projects (id, organisation_id, slug, name, repository_url)
			SELECT gen_random_uuid(), id, 'app', 'App', 'https://example.com' FROM organisations`,
		`INSERT INTO deployments (id, project_id, step, trigger, branch, environment_sealed, state, ended_at)
			SELECT lpad(n::text, 32, '0')::uuid, id, 'build', 'push', n::text, '', 'failed', now() FROM projects, generate_series(0, 50) AS n`,
		`INSERT INTO nodes (id, name, region, prefix, state, cpu_millis, memory_bytes)
			VALUES (gen_random_uuid(), 'node', 'here', '10.0.0.0/24', 'ready', 1000, 1000)`,
		`INSERT INTO vms (id, node_id, deployment_id, ip, port, cpu_millis, memory_bytes)
			SELECT deployments.id, nodes.id, deployments.id, '10.0.0.2'::inet + branch::int, 80, 1, 1 FROM deployments, nodes`,
		`INSERT INTO build_logs (deployment_id, step, stream, line, logged_at)
			SELECT lpad(deployment::text, 32, '0')::uuid, 'build', 'stdout', 'x', now()
			FROM generate_series(0, 50) AS deployment, generate_series(1, 500) AS n WHERE deployment = 0 OR n <= 100 ORDER BY n, deployment`,
		`INSERT INTO runtime_logs (deployment_id, sequence, vm_id, stream, line, logged_at)
			SELECT deployment_id, row_number() OVER (PARTITION BY deployment_id ORDER BY id), deployment_id, 'stdout', 'x', now() FROM build_logs ORDER BY id`,
		"VACUUM (ANALYZE) build_logs, runtime_logs, deployments, vms",
	} {
		_, err := pool.Exec(t.Context(), statement)
		require.NoError(t, err)
	}

	for _, name := range []string{"ListOverlongBuildLogs", "ListOverlongRuntimeLogs"} {
		t.Run(name, func(t *testing.T) {
			inRolledBack(t, pool, func(tx pgx.Tx) {
				plan := explain(t, tx, generatedQueries(t)[name], map[string]any{"keeplines": keep})
				require.InDelta(t, 1, plan.Rows, 0, plan.describe(0))

				// Each with its first and last line, and all lines of the one that has too many.
				require.LessOrEqual(t, plan.totalRead(), deployments*(1+2)+much, plan.describe(0))
				require.Less(t, deployments*(1+2)+much, deployments*keep, "fewer than all of them")
			})
		})
	}
}

package database_test

import (
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/database/databasetest"
)

// TestListOverlongRequestLogs_ReadsNoMoreOfAProjectThanIsKept since it is asked every few minutes of a table that has millions of rows.
func TestListOverlongRequestLogs_ReadsNoMoreOfAProjectThanIsKept(t *testing.T) {
	t.Parallel()

	const (
		keep = 100
		// Projects 1 to 200 have as many as are kept, one after the other. Project 0 has very many, between which those of project 201 stand.
		kept, much, few = 200, 40_000, 50
		// partitions is how many a new database has: yesterday's, today's, and three to come.
		partitions = 5
	)

	pool := databasetest.New(t)

	for _, statement := range []string{
		"INSERT INTO organisations (id, slug, name) VALUES (gen_random_uuid(), 'first', 'First')",
		`INSERT INTO projects (id, organisation_id, slug, name, repository_url)
			SELECT lpad(n::text, 32, '0')::uuid, organisations.id, n::text, 'App', 'https://example.com' FROM organisations, generate_series(0, 201) AS n`,
		`INSERT INTO request_logs (project_id, environment_id, at, deployment_id, id, kind, region, method, host, path, status, duration_us, first_byte_us, bytes_out,
				attempts, interrupted, request_id, dropped)
			SELECT projects.id, organisation_id, now() - n * interval '1 millisecond', organisation_id, gen_random_uuid(), 'request', 'here', 'GET', 'a', '/', 200, 1, 1, 1, 1, false, '', 0
			FROM (
				SELECT project::text, n FROM generate_series(1, 200) AS project, generate_series(1, 100) AS n
				UNION ALL SELECT CASE WHEN n % 800 = 0 THEN '201' ELSE '0' END, n FROM generate_series(1, 40000) AS n
			) AS stored JOIN projects ON projects.slug = stored.project
			ORDER BY CASE stored.project WHEN '0' THEN 201 ELSE stored.project::int END, n`,
		"VACUUM (ANALYZE) request_logs, projects",
	} {
		_, err := pool.Exec(t.Context(), statement)
		require.NoError(t, err)
	}

	inRolledBack(t, pool, func(tx pgx.Tx) {
		plan := explain(t, tx, generatedQueries(t)["ListOverlongRequestLogs"], map[string]any{"keeprows": keep})
		require.InDelta(t, 1, plan.Rows, 0, plan.describe(0))

		// Each project with its first and last number. Beyond that one is read as far as requests are kept, and the one whose numbers are far apart.
		projects := kept + 2
		require.LessOrEqual(t, plan.totalRead(), projects*(1+2*partitions)+keep+1+few+2*partitions, plan.describe(0))
		require.Less(t, plan.totalRead(), kept*keep+much, "all of them")
	})
}

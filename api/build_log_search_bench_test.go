package api

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/database/databasetest"
	"github.com/zeitwork/zeitwork/internal/id"
)

// BenchmarkSearchBuildLog searches 100,000 lines, from Postgres to the numbers of those that match.
func BenchmarkSearchBuildLog(b *testing.B) {
	const lines = 100_000

	pool := databasetest.New(b)
	s := &service{pool: pool, queries: database.New(pool)}
	organisation, project, deployment := id.New(), id.New(), id.New()
	exec := func(statement string, arguments ...any) {
		_, err := pool.Exec(b.Context(), statement, arguments...)
		require.NoError(b, err)
	}

	exec(`INSERT INTO organisations (id, slug, name) VALUES ($1, 'a', 'A')`, organisation)
	exec(`INSERT INTO projects (id, organisation_id, name, slug, repository_url) VALUES ($1, $2, 'A', 'a', 'https://git.example.com/a.git')`, project, organisation)
	exec(`INSERT INTO deployments (id, project_id, state, step, trigger, branch, environment_sealed) VALUES ($1, $2, 'live', 'flip_route', 'push', 'main', '\x00')`,
		deployment, project)
	exec(`INSERT INTO build_logs (deployment_id, step, stream, line, logged_at) SELECT $1, 'build', 'stdout', unnest($2::text[]), now()`, deployment,
		lo.Times(lines, func(i int) string {
			return fmt.Sprintf("\x1b[32m%d\x1b[0m npm http fetch GET 200 https://registry.example.com/%s 123ms", i+1, strings.Repeat("x", i%40))
		}))
	exec("ANALYZE build_logs")

	ctx := context.WithValue(b.Context(), admissionKey{}, admission{organisation: organisation, role: roleOwner})

	for name, query := range map[string]string{
		"word": "99999", "words": "fetch get -xxxxxxxxxx", "phrase": `"fetch GET 404"`, "pattern": `/\d7 npm .*x{30} /`,
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				input := &SearchBuildLogInput{Q: query, Limit: 10_000}
				input.DeploymentID = deployment

				found, err := s.searchBuildLog(ctx, input)
				require.NoError(b, err)
				require.EqualValues(b, lines, found.Body.Scanned)
			}
		})
	}
}

package api

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/database"
)

// inOrganisations makes a deployment in each of so many organisations.
func (b *testBundle) inOrganisations(t *testing.T, count int) (organisations, deployments []uuid.UUID) {
	t.Helper()

	for i := range count {
		user := b.as(t, b.addUser(t, fmt.Sprintf("of-%d@example.com", i)))

		project, err := user.CreateProjectWithResponse(t.Context(), nil, client.CreateProjectInputBody{Name: "app", RepositoryURL: "https://git.example.com/me/app.git"})
		require.NoError(t, err)
		require.NotNil(t, project.JSON201, "%s", project.Body)

		made, err := user.CreateDeploymentWithResponse(t.Context(), project.JSON201.ID, nil, client.CreateDeploymentInputBody{})
		require.NoError(t, err)
		require.NotNil(t, made.JSON201, "%s", made.Body)

		organisations, deployments = append(organisations, project.JSON201.OrganisationID), append(deployments, made.JSON201.ID)
	}

	return organisations, deployments
}

// begin begins a transaction that has ended by the end of the test, however that ends.
func (b *testBundle) begin(t *testing.T) pgx.Tx {
	t.Helper()

	tx, err := b.pool.Begin(t.Context())
	require.NoError(t, err)
	t.Cleanup(func() { _ = tx.Rollback(context.WithoutCancel(t.Context())) })

	return tx
}

func TestShipRequests_OfSeveralOrganisations_AreCountedTogether(t *testing.T) {
	t.Parallel()

	b := setup(t)
	_, deployments := b.inOrganisations(t, 5)
	b.pass(t, lo.Map(deployments, func(of uuid.UUID, _ int) client.ShippedRequest { return passed(of, time.Now(), "/") })...)

	var organisations, transactions int

	require.NoError(t, b.pool.QueryRow(t.Context(), "SELECT count(*), count(DISTINCT xmin::text) FROM log_uses WHERE minute_bytes > 0").Scan(&organisations, &transactions))
	require.Equal(t, 5, organisations)
	require.Equal(t, 1, transactions)
}

func TestShipRequests_OfAnOrganisationThatLogsTooMuch_KeepOthersFromNothing(t *testing.T) {
	t.Parallel()

	b := setup(t)
	organisations, deployments := b.inOrganisations(t, 2)

	// One request has room in the quarter for requests.
	b.exec(t, "INSERT INTO quotas (id, organisation_id, log_bytes_per_minute) VALUES (gen_random_uuid(), $1, 6 * 4 * 200)", organisations[0])
	b.pass(t, lo.FlatMap(deployments, func(of uuid.UUID, _ int) []client.ShippedRequest {
		return lo.Times(3, func(i int) client.ShippedRequest { return passed(of, time.Now(), fmt.Sprintf("/%d", i)) })
	})...)

	kinds := func(of uuid.UUID) (requests, dropped int) {
		require.NoError(t, b.pool.QueryRow(t.Context(), `SELECT count(*) FILTER (WHERE kind = 'request'), coalesce(sum(dropped), 0)
			FROM request_logs WHERE deployment_id = $1`, of).Scan(&requests, &dropped))

		return requests, dropped
	}

	requests, dropped := kinds(deployments[0])
	require.Equal(t, []int{1, 2}, []int{requests, dropped})

	requests, dropped = kinds(deployments[1])
	require.Equal(t, []int{3, 0}, []int{requests, dropped})
}

func TestLogBytes_AreLockedInTheOrderOfOrganisations(t *testing.T) {
	t.Parallel()

	b := setup(t)
	organisations, deployments := b.inOrganisations(t, 3)
	b.pass(t, lo.Map(deployments, func(of uuid.UUID, _ int) client.ShippedRequest { return passed(of, time.Now(), "/") })...)
	slices.SortFunc(organisations, func(one, other uuid.UUID) int { return slices.Compare(one[:], other[:]) })

	// It stands last in its table, and is asked for last, too.
	b.exec(t, "UPDATE organisations SET name = name || '.' WHERE id = $1", organisations[0])

	first := b.begin(t)

	_, err := first.Exec(t.Context(), "SELECT FROM log_uses WHERE organisation_id = $1 FOR UPDATE", organisations[0])
	require.NoError(t, err)

	asked := slices.Clone(organisations)
	slices.Reverse(asked)

	done := make(chan error, 1)

	go func() {
		done <- database.InTx(t.Context(), b.pool, func(_ pgx.Tx, queries *database.Queries) error {
			_, err := queries.LockLogBytes(t.Context(), shareOfRequests, asked, []int64{1, 1, 1})

			return err
		})
	}()

	require.Eventually(t, func() bool {
		var waits bool

		require.NoError(t, b.pool.QueryRow(t.Context(), `SELECT EXISTS (SELECT FROM pg_stat_activity
			WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%LockLogBytes%')`).Scan(&waits))

		return waits
	}, 10*time.Second, 10*time.Millisecond)

	b.exec(t, "SELECT FROM log_uses WHERE organisation_id <> $1 FOR UPDATE NOWAIT", organisations[0])
	require.NoError(t, first.Rollback(t.Context()))
	require.NoError(t, <-done)
}

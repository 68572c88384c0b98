package database_test

import (
	"context"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/database/databasetest"
)

const (
	// shortly is how long migrations of these tests wait for locks.
	shortly = 50 * time.Millisecond
	// longEnough is so many attempts that a test ends before they do.
	longEnough = 10_000
)

func TestMigrate_DatabaseInUse_WaitsForAReaderAgainAndAgain(t *testing.T) {
	t.Parallel()

	pool := usedDatabase(t)
	reader := hold(t, pool, pgx.TxOptions{}, "SELECT FROM vms")

	migrated := make(chan error, 1)
	go func() { migrated <- database.MigrateImpatiently(t.Context(), pool, shortly, longEnough) }()

	// Waiting, and then not waiting: it has let the others through.
	requireSoon(t, pool, "SELECT EXISTS (SELECT FROM pg_locks WHERE relation = 'vms'::regclass AND NOT granted)")
	requireSoon(t, pool, "SELECT NOT EXISTS (SELECT FROM pg_locks WHERE relation = 'vms'::regclass AND NOT granted)")
	requireSoon(t, pool, "SELECT EXISTS (SELECT FROM pg_locks WHERE relation = 'vms'::regclass AND NOT granted)")

	_, err := pool.Exec(t.Context(), "UPDATE vms SET restarts = restarts + 1")
	require.NoError(t, err, "a writer gets in between two attempts")
	require.Len(t, applied(t, pool), 3)

	require.NoError(t, reader.Rollback(t.Context()))
	require.NoError(t, <-migrated)
	requireMigrated(t, pool)
}

func TestMigrate_DatabaseInUseForGood_GivesUpAndLeavesItAsItWas(t *testing.T) {
	t.Parallel()

	pool := usedDatabase(t)
	hold(t, pool, pgx.TxOptions{}, "SELECT FROM vms")

	err := database.MigrateImpatiently(t.Context(), pool, shortly, 2)
	require.ErrorContains(t, err, "pg_stat_activity")
	require.Len(t, applied(t, pool), 3)
	require.Empty(t, pendingIndexes(t, pool))
}

func TestMigrate_WhileAnIndexIsBuilt_OthersReadAndWrite(t *testing.T) {
	t.Parallel()

	pool := usedDatabase(t)

	// An index is built once every transaction has ended that may read what it does not hold.
	old := hold(t, pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead}, "SELECT 1")

	migrated := make(chan error, 1)
	go func() { migrated <- database.MigrateImpatiently(t.Context(), pool, shortly, longEnough) }()

	// Were they to wait for the index, which waits for the old transaction, this test would never end.
	for range 2 {
		requireSoon(t, pool, buildingIsWaiting)

		for _, statement := range []string{
			"SELECT FROM deployments", "UPDATE deployments SET branch = 'other'", "SELECT FROM vms", "UPDATE vms SET restarts = restarts + 1",
		} {
			_, err := pool.Exec(t.Context(), statement)
			require.NoError(t, err)
		}
	}

	require.NoError(t, old.Rollback(t.Context()))
	require.NoError(t, <-migrated)
	requireMigrated(t, pool)
}

func TestMigrate_CutOffWhileAnIndexIsBuilt_BuildsItAnew(t *testing.T) {
	t.Parallel()

	pool := usedDatabase(t)
	old := hold(t, pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead}, "SELECT 1")

	ctx, cut := context.WithCancel(t.Context())

	migrated := make(chan error, 1)
	go func() { migrated <- database.MigrateImpatiently(ctx, pool, shortly, longEnough) }()

	requireSoon(t, pool, buildingIsWaiting)
	cut()
	require.Error(t, <-migrated)

	require.Len(t, applied(t, pool), 4, "the migration was recorded")
	require.NotEmpty(t, pendingIndexes(t, pool))
	requireSoon(t, pool, "SELECT EXISTS (SELECT FROM pg_index WHERE NOT indisvalid)")

	require.NoError(t, old.Rollback(t.Context()))
	require.NoError(t, database.Migrate(t.Context(), pool))
	requireMigrated(t, pool)
}

func TestMigrate_CutOffBeforeAnIndexIsBuilt_BuildsIt(t *testing.T) {
	t.Parallel()

	pool := databasetest.New(t)
	noteWithoutBuilding(t, pool, "domains_deployment", "CREATE INDEX CONCURRENTLY domains_deployment ON domains (deployment_id)")

	require.NoError(t, database.Migrate(t.Context(), pool))
	requireMigrated(t, pool)
}

func TestMigrate_CutOffBeforeTheNoteIsDeleted_DeletesIt(t *testing.T) {
	t.Parallel()

	pool := databasetest.New(t)
	note(t, pool, "domains_deployment", "CREATE INDEX CONCURRENTLY domains_deployment ON domains (deployment_id)")

	require.NoError(t, database.Migrate(t.Context(), pool))
	requireMigrated(t, pool)
}

func TestMigrate_UniqueIndexThatRowsForbid_SaysWhichUntilTheyAreChanged(t *testing.T) {
	t.Parallel()

	pool := usedDatabase(t)
	require.NoError(t, database.Migrate(t.Context(), pool))

	noteWithoutBuilding(t, pool, "deployments_live_in",
		"CREATE UNIQUE INDEX CONCURRENTLY deployments_live_in ON deployments (environment_id) WHERE state = 'live'")

	_, err := pool.Exec(t.Context(), "UPDATE deployments SET state = 'live'")
	require.NoError(t, err)

	// The second time the first one's leftover is there.
	for range 2 {
		err := database.Migrate(t.Context(), pool)
		require.ErrorContains(t, err, "the index deployments_live_in cannot be built")
		require.ErrorContains(t, err, "Key (environment_id)=(00000000-0000-7000-8000-000000000002) is duplicated")
	}

	_, err = pool.Exec(t.Context(), "UPDATE deployments SET state = 'retired' WHERE id = '00000000-0000-7000-8000-000000000004'")
	require.NoError(t, err)

	require.NoError(t, database.Migrate(t.Context(), pool))
	requireMigrated(t, pool)
}

func TestMigrate_ManyAtOnceOnAUsedDatabase_OneWorksAndTheOthersWait(t *testing.T) {
	t.Parallel()

	pool := usedDatabase(t)

	var group sync.WaitGroup

	errs := make([]error, pool.Config().MaxConns)
	for i := range errs {
		group.Go(func() { errs[i] = database.Migrate(t.Context(), pool) })
	}

	group.Wait()

	for _, err := range errs {
		require.NoError(t, err)
	}

	requireMigrated(t, pool)
}

func TestMigrate_UsedDatabase_BecomesWhatAFreshOneIs(t *testing.T) {
	t.Parallel()

	used := usedDatabase(t)
	require.NoError(t, database.Migrate(t.Context(), used))

	fresh := databasetest.New(t)
	require.Equal(t, applied(t, fresh), applied(t, used))
	require.Equal(t, indexes(t, fresh), indexes(t, used))

	drizzleKit(t, ".", "ZEITWORK_DATABASE_URL="+used.Config().ConnString(), "migrate")
	require.Equal(t, applied(t, fresh), applied(t, used))

	// The migration retires one of two live deployments before the index that forbids the second.
	var live string
	require.NoError(t, used.QueryRow(t.Context(), "SELECT id::text FROM deployments WHERE state = 'live'").Scan(&live))
	require.Equal(t, "00000000-0000-7000-8000-000000000003", live, "the one that the domain points at")

	require.Equal(t, []string{"production main"}, texts(t, used, "SELECT kind || ' ' || branch FROM environments WHERE id = project_id"))
	require.Equal(t, []string{"www.shop.example true"}, texts(t, used, `SELECT hostname || ' ' || (verified_at = created_at AND deployment_id IS NOT NULL AND
		verification_token <> '') FROM domains WHERE kind = 'custom'`), "what answered goes on")

	require.Equal(t, []string{"2 2"}, texts(t, used, `SELECT (SELECT count(*) FROM deployments WHERE environment_id = project_id) || ' ' ||
		(SELECT count(*) FROM domains WHERE environment_id = project_id)`), "what is there is production's")
}

// TestMigrate_TheVersionBefore_WorksOnTheNewSchema runs statements of the version before, which knows of no environments.
func TestMigrate_TheVersionBefore_WorksOnTheNewSchema(t *testing.T) {
	t.Parallel()

	const project = "00000000-0000-7000-8000-000000000012"

	pool := usedDatabase(t)
	require.NoError(t, database.Migrate(t.Context(), pool))

	execute(t, pool, `
		INSERT INTO projects (id, organisation_id, name, slug, repository_url, branch) VALUES
			('`+project+`', '00000000-0000-7000-8000-000000000001', 'other', 'other', 'https://example.com/other', 'trunk');
		INSERT INTO domains (id, project_id, hostname, kind, deployment_id) VALUES
			('00000000-0000-7000-8000-000000000013', '`+project+`', 'other.example.com', 'generated', NULL);
		INSERT INTO deployments (id, project_id, step, trigger, branch, environment_sealed) VALUES
			('00000000-0000-7000-8000-000000000014', '`+project+`', 'flip_route', 'push', 'trunk', '');
		INSERT INTO environment_variables (id, project_id, name, value_sealed) VALUES ('00000000-0000-7000-8000-000000000015', '`+project+`', 'A', '');
		UPDATE domains SET deployment_id = '00000000-0000-7000-8000-000000000014' WHERE project_id = '`+project+`';
		UPDATE projects SET pinned_by_id = '00000000-0000-7000-8000-000000000014', branch = 'main' WHERE id = '`+project+`'`)

	require.Equal(t, []string{"production main pinned"}, texts(t, pool, `SELECT kind || ' ' || branch || CASE WHEN pinned_by_id IS NOT NULL THEN ' pinned' END
		FROM environments WHERE project_id = '`+project+`'`))
	require.Equal(t, []string{"all"}, texts(t, pool, "SELECT scope FROM environment_variables"))

	// Pins that this version makes and ends are seen by the one before.
	execute(t, pool, "UPDATE environments SET pinned_by_id = NULL WHERE id = '"+project+"'")
	require.Empty(t, texts(t, pool, "SELECT slug FROM projects WHERE pinned_by_id IS NOT NULL"))

	// It would take the domains of previews along, and is kept from that.
	execute(t, pool, `
		INSERT INTO environments (id, project_id, kind, slug, branch) VALUES ('00000000-0000-7000-8000-000000000016', '`+project+`', 'preview', 'x', 'x');
		INSERT INTO domains (id, project_id, environment_id, hostname, kind) VALUES
			('00000000-0000-7000-8000-000000000017', '`+project+`', '00000000-0000-7000-8000-000000000016', 'other-x.example.com', 'generated')`)

	_, err := pool.Exec(t.Context(), "UPDATE domains SET deployment_id = '00000000-0000-7000-8000-000000000014' WHERE project_id = '"+project+"'")
	require.ErrorContains(t, err, "is not of the environment of deployment")

	// What it adds is a claim, which stays without an answer however it points domains; and what it deletes is remembered.
	execute(t, pool, `
		DELETE FROM domains WHERE hostname = 'other-x.example.com';
		INSERT INTO domains (id, project_id, hostname, kind, deployment_id) VALUES
			('00000000-0000-7000-8000-000000000018', '`+project+`', 'shop.example.org', 'custom', '00000000-0000-7000-8000-000000000014');
		UPDATE domains SET deployment_id = '00000000-0000-7000-8000-000000000014' WHERE environment_id = '`+project+`'`)
	require.Equal(t, []string{"true"}, texts(t, pool, `SELECT (verified_at IS NULL AND deployment_id IS NULL AND length(verification_token) = 32)::text
		FROM domains WHERE kind = 'custom' AND hostname = 'shop.example.org'`))
	require.Equal(t, []string{"other-x.example.com"}, texts(t, pool, "SELECT hostname FROM released_hostnames"))

	execute(t, pool, "UPDATE projects SET deleted_at = now() WHERE id = '"+project+"'")
	require.Equal(t, []string{"production"}, texts(t, pool, "SELECT slug FROM environments WHERE deleted_at IS NOT NULL"))
}

// buildingIsWaiting tells whether an index is being built and waits for older transactions.
const buildingIsWaiting = "SELECT EXISTS (SELECT FROM pg_stat_progress_create_index WHERE datname = current_database() AND phase = 'waiting for old snapshots')"

// usedDatabase is a database of an earlier version, with rows.
func usedDatabase(t *testing.T) *pgxpool.Pool {
	t.Helper()

	const last = "0002_release_command"

	pool := databasetest.NewEmpty(t)
	execute(t, pool, `CREATE SCHEMA drizzle;
		CREATE TABLE drizzle.__drizzle_migrations (id SERIAL PRIMARY KEY, hash text NOT NULL, created_at bigint)`)

	hashes := applied(t, databasetest.New(t))

	for i, entry := range journal(t) {
		text, err := os.ReadFile("migrations/" + entry.Tag + ".sql")
		require.NoError(t, err)

		execute(t, pool, strings.ReplaceAll(string(text), "--> statement-breakpoint", ""))
		_, err = pool.Exec(t.Context(), "INSERT INTO drizzle.__drizzle_migrations (hash, created_at) VALUES ($1, $2)", hashes[i].Hash, entry.When)
		require.NoError(t, err)

		if entry.Tag == last {
			break
		}
	}

	execute(t, pool, `
		INSERT INTO organisations (id, slug, name) VALUES ('00000000-0000-7000-8000-000000000001', 'acme', 'Acme');
		INSERT INTO projects (id, organisation_id, name, slug, repository_url) VALUES
			('00000000-0000-7000-8000-000000000002', '00000000-0000-7000-8000-000000000001', 'shop', 'shop', 'https://example.com/shop');
		INSERT INTO deployments (id, project_id, state, step, trigger, branch, environment_sealed) VALUES
			('00000000-0000-7000-8000-000000000003', '00000000-0000-7000-8000-000000000002', 'live', 'flip_route', 'push', 'main', ''),
			('00000000-0000-7000-8000-000000000004', '00000000-0000-7000-8000-000000000002', 'live', 'flip_route', 'push', 'main', '');
		INSERT INTO domains (id, project_id, hostname, kind, deployment_id) VALUES
			('00000000-0000-7000-8000-000000000005', '00000000-0000-7000-8000-000000000002', 'shop.example.com', 'generated', '00000000-0000-7000-8000-000000000003'),
			('00000000-0000-7000-8000-000000000019', '00000000-0000-7000-8000-000000000002', 'www.shop.example', 'custom', '00000000-0000-7000-8000-000000000003');
		INSERT INTO nodes (id, name, region, prefix) VALUES ('00000000-0000-7000-8000-000000000006', 'one', 'eu', '10.0.0.0/24');
		INSERT INTO vms (id, deployment_id, node_id, ip, port, cpu_millis, memory_bytes) VALUES
			('00000000-0000-7000-8000-000000000007', '00000000-0000-7000-8000-000000000003', '00000000-0000-7000-8000-000000000006', '10.0.0.2', 80, 100, 1000)`)

	return pool
}

func TestMigrate_MembersOfTheVersionBefore_AreDevelopers(t *testing.T) {
	t.Parallel()

	pool := usedDatabase(t)
	execute(t, pool, `
		INSERT INTO users (id, email, name) VALUES
			('00000000-0000-7000-8000-000000000008', 'a@example.com', 'A'), ('00000000-0000-7000-8000-000000000009', 'b@example.com', 'B');
		INSERT INTO organisation_members (organisation_id, user_id, role) VALUES
			('00000000-0000-7000-8000-000000000001', '00000000-0000-7000-8000-000000000008', 'owner'),
			('00000000-0000-7000-8000-000000000001', '00000000-0000-7000-8000-000000000009', 'member')`)

	require.NoError(t, database.Migrate(t.Context(), pool))
	require.ElementsMatch(t, []string{"owner", "developer"}, texts(t, pool, "SELECT role FROM organisation_members"))
}

// hold begins a transaction with a statement and leaves it open.
func hold(t *testing.T, pool *pgxpool.Pool, options pgx.TxOptions, statement string) pgx.Tx {
	t.Helper()

	tx, err := pool.BeginTx(t.Context(), options)
	require.NoError(t, err)
	t.Cleanup(func() { _ = tx.Rollback(context.WithoutCancel(t.Context())) })

	_, err = tx.Exec(t.Context(), "SET LOCAL idle_in_transaction_session_timeout = 0")
	require.NoError(t, err)

	_, err = tx.Exec(t.Context(), statement)
	require.NoError(t, err)

	return tx
}

func note(t *testing.T, pool *pgxpool.Pool, name, statement string) {
	t.Helper()

	_, err := pool.Exec(t.Context(), "INSERT INTO drizzle.pending_indexes (name, statement) VALUES ($1, $2)", name, statement)
	require.NoError(t, err)
}

// noteWithoutBuilding brings a migrated database to where a call stands that was killed between the two.
func noteWithoutBuilding(t *testing.T, pool *pgxpool.Pool, name, statement string) {
	t.Helper()

	execute(t, pool, "DROP INDEX "+name)
	note(t, pool, name, statement)
}

// execute runs statements that return nothing.
func execute(t *testing.T, pool *pgxpool.Pool, statements string) {
	t.Helper()

	_, err := pool.Exec(t.Context(), statements)
	require.NoError(t, err)
}

// requireSoon waits until a query that returns one boolean returns true.
func requireSoon(t *testing.T, pool *pgxpool.Pool, query string) {
	t.Helper()

	require.Eventually(t, func() bool {
		var met bool

		return pool.QueryRow(t.Context(), query).Scan(&met) == nil && met
	}, time.Minute, time.Millisecond, query)
}

func requireMigrated(t *testing.T, pool *pgxpool.Pool) {
	t.Helper()

	require.Len(t, applied(t, pool), len(journal(t)))
	require.Empty(t, pendingIndexes(t, pool))
	require.Equal(t, indexes(t, databasetest.New(t)), indexes(t, pool))
}

func pendingIndexes(t *testing.T, pool *pgxpool.Pool) []string {
	t.Helper()

	return texts(t, pool, "SELECT name FROM drizzle.pending_indexes")
}

// indexes are the definitions of the indexes that answer queries. Those of partitions are left out, because the partitions depend
// on when a database was migrated; an index of a partitioned table is valid only when each partition has its own.
func indexes(t *testing.T, pool *pgxpool.Pool) []string {
	t.Helper()

	return texts(t, pool, `SELECT pg_get_indexdef(indexrelid) FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
		WHERE indisvalid AND NOT relispartition AND relnamespace = 'public'::regnamespace`)
}

func texts(t *testing.T, pool *pgxpool.Pool, query string, arguments ...any) []string {
	t.Helper()

	rows, err := pool.Query(t.Context(), query, arguments...)
	require.NoError(t, err)

	found, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	slices.Sort(found)

	return found
}

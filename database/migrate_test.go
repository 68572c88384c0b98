package database_test

import (
	"encoding/json"
	"os"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/database/databasetest"
)

// appliedMigration is a row of drizzle's table.
type appliedMigration struct {
	Hash      string
	CreatedAt int64
}

func TestMigrate_EmptyDatabase_MakesTheTablesOfBothSchemas(t *testing.T) {
	t.Parallel()

	pool := databasetest.NewEmpty(t)
	require.NoError(t, database.Migrate(t.Context(), pool))

	for _, table := range []string{"public.deployments", "public.vms", "river.river_job", "drizzle.__drizzle_migrations"} {
		var exists bool
		require.NoError(t, pool.QueryRow(t.Context(), "SELECT to_regclass($1) IS NOT NULL", table).Scan(&exists))
		require.True(t, exists, table)
	}
}

func TestMigrate_Again_AppliesNothing(t *testing.T) {
	t.Parallel()

	pool := databasetest.New(t)
	before := applied(t, pool)

	require.NoError(t, database.Migrate(t.Context(), pool))
	require.Equal(t, before, applied(t, pool))
}

func TestMigrate_ManyAtOnce_OneWorksAndTheOthersWait(t *testing.T) {
	t.Parallel()

	pool := databasetest.NewEmpty(t)

	var group sync.WaitGroup

	errs := make([]error, 2*pool.Config().MaxConns)
	for i := range errs {
		group.Go(func() { errs[i] = database.Migrate(t.Context(), pool) })
	}

	group.Wait()

	for _, err := range errs {
		require.NoError(t, err)
	}

	require.Len(t, applied(t, pool), len(journal(t)))
}

func TestMigrate_AfterDrizzleKit_AppliesNothingAgain(t *testing.T) {
	t.Parallel()

	pool := databasetest.NewEmpty(t)
	drizzleKit(t, ".", "ZEITWORK_DATABASE_URL="+pool.Config().ConnString(), "migrate")

	byDrizzle := applied(t, pool)
	require.Len(t, byDrizzle, len(journal(t)))

	require.NoError(t, database.Migrate(t.Context(), pool))
	require.Equal(t, byDrizzle, applied(t, pool))
}

func TestMigrate_BeforeDrizzleKit_LeavesItNothingToApply(t *testing.T) {
	t.Parallel()

	pool := databasetest.NewEmpty(t)
	require.NoError(t, database.Migrate(t.Context(), pool))

	byGo := applied(t, pool)
	require.Len(t, byGo, len(journal(t)))

	drizzleKit(t, ".", "ZEITWORK_DATABASE_URL="+pool.Config().ConnString(), "migrate")
	require.Equal(t, byGo, applied(t, pool))
}

func TestMigrate_RecordsWhatDrizzleKitRecords(t *testing.T) {
	t.Parallel()

	byDrizzle := databasetest.NewEmpty(t)
	drizzleKit(t, ".", "ZEITWORK_DATABASE_URL="+byDrizzle.Config().ConnString(), "migrate")

	require.Equal(t, applied(t, byDrizzle), applied(t, databasetest.New(t)))
}

func TestJournal_WhenRises_SoThatNoMigrationIsSkipped(t *testing.T) {
	t.Parallel()

	entries := journal(t)
	require.NotEmpty(t, entries)

	for i, entry := range entries[1:] {
		require.Greater(t, entry.When, entries[i].When, "%s is older than %s: generate it again", entry.Tag, entries[i].Tag)
	}
}

func TestJournal_NamesEveryMigrationFile(t *testing.T) {
	t.Parallel()

	files, err := os.ReadDir("migrations")
	require.NoError(t, err)

	found := lo.FilterMap(files, func(file os.DirEntry, _ int) (string, bool) { return file.Name(), !file.IsDir() })
	named := lo.Map(journal(t), func(entry journalEntry, _ int) string { return entry.Tag + ".sql" })
	require.ElementsMatch(t, named, found)
}

func applied(t *testing.T, pool *pgxpool.Pool) []appliedMigration {
	t.Helper()

	rows, err := pool.Query(t.Context(), "SELECT hash, created_at FROM drizzle.__drizzle_migrations ORDER BY id")
	require.NoError(t, err)

	migrations, err := pgx.CollectRows(rows, pgx.RowToStructByPos[appliedMigration])
	require.NoError(t, err)

	return migrations
}

type journalEntry struct {
	Tag  string `json:"tag"`
	When int64  `json:"when"`
}

func journal(t *testing.T) []journalEntry {
	t.Helper()

	text, err := os.ReadFile("migrations/meta/_journal.json")
	require.NoError(t, err)

	var journal struct {
		Entries []journalEntry `json:"entries"`
	}
	require.NoError(t, json.Unmarshal(text, &journal))

	return journal.Entries
}

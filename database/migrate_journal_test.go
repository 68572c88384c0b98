package database

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAsIndex_ReadsEveryIndexOfTheMigrations(t *testing.T) {
	t.Parallel()

	journal, err := readJournal()
	require.NoError(t, err)

	for _, migration := range journal {
		for _, statement := range migration.statements() {
			if !strings.Contains(statement, "CREATE INDEX") && !strings.Contains(statement, "CREATE UNIQUE INDEX") {
				continue
			}

			found, ok := asIndex(statement)
			require.True(t, ok, "this index would be built while everybody waits: %s", statement)
			require.Equal(t, strings.TrimRight(strings.TrimSpace(statement), ";"), strings.Replace(found.concurrently, "INDEX CONCURRENTLY", "INDEX", 1))
		}
	}
}

func TestAsIndex_Statements(t *testing.T) {
	t.Parallel()

	for statement, expected := range map[string]index{
		`CREATE INDEX "a" ON "t" USING btree ("x","y") WHERE "t"."x" is null;`: {
			name: `"a"`, table: `"t"`, concurrently: `CREATE INDEX CONCURRENTLY "a" ON "t" USING btree ("x","y") WHERE "t"."x" is null`,
		},
		"\n-- Why; with a semicolon.\nCREATE UNIQUE INDEX \"a\" ON \"s\".\"t\" USING btree (\"x\")\n": {
			name: `"s"."a"`, table: `"s"."t"`, concurrently: `CREATE UNIQUE INDEX CONCURRENTLY "a" ON "s"."t" USING btree ("x")`,
		},
	} {
		found, ok := asIndex(statement)
		require.True(t, ok, statement)
		require.Equal(t, expected, found)
	}

	for _, statement := range []string{
		`UPDATE "t" SET "x" = 'CREATE INDEX "a" ON "t" USING btree ("x")'`,
		`CREATE INDEX "a" ON "t" USING btree ("x"); UPDATE "t" SET "x" = 1`,
		`CREATE TABLE "t" ("x" text)`,
	} {
		_, ok := asIndex(statement)
		require.False(t, ok, statement)
	}
}

func TestLaterIndexes_LeavesOutThoseOfTheMigrationsOwnTables(t *testing.T) {
	t.Parallel()

	m := migration{text: strings.Join([]string{
		`CREATE TABLE "new" ("x" text);`, `CREATE INDEX "new_x" ON "new" USING btree ("x");`, `CREATE INDEX "old_x" ON "old" USING btree ("x");`,
	}, "--> statement-breakpoint\n")}

	later := m.laterIndexes()
	require.Len(t, later, 1)
	require.Contains(t, later[m.statements()[2]].name, "old_x")
}

func TestMigrations_ReplacedIndex_GoesOnceTheOtherIsBuilt(t *testing.T) {
	t.Parallel()

	journal, err := readJournal()
	require.NoError(t, err)

	for _, migration := range journal {
		// Releases have the older ones.
		if migration.Tag < "0037" {
			continue
		}

		for _, later := range migration.laterIndexes() {
			require.NotContains(t, migration.text, "DROP INDEX "+strings.TrimSuffix(later.table, `"`)+"_",
				"%s drops an index, and %s is built behind it: until then nothing may keep duplicates out. Drop it in the next migration.",
				migration.Tag, later.name)
		}
	}
}

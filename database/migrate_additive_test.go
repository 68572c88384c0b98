package database

import (
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/require"
)

func TestBreaking_Statements(t *testing.T) {
	t.Parallel()

	for statement, breaking := range map[string]bool{
		`DROP TABLE "vms";`: true,
		"-- Why.\nALTER TABLE \"vms\" DROP COLUMN \"state\";":       true,
		`ALTER TABLE "vms" RENAME COLUMN "state" TO "phase";`:       true,
		`ALTER TABLE "vms" RENAME TO "machines";`:                   true,
		`ALTER TABLE "vms" ALTER COLUMN "state" SET NOT NULL;`:      true,
		`ALTER TABLE "vms" ALTER COLUMN "state" SET DATA TYPE int;`: true,
		`ALTER TABLE "vms" ALTER COLUMN "state" DROP DEFAULT;`:      true,
		`ALTER TABLE "vms" ADD COLUMN "zone" text NOT NULL;`:        true,
		`TRUNCATE "vms"`: true,
		`ALTER TABLE "vms" ADD COLUMN "zone" text DEFAULT '' NOT NULL`: false,
		`ALTER TABLE "vms" ADD COLUMN "zone" text;`:                    false,
		`ALTER TABLE "vms" ALTER COLUMN "state" DROP NOT NULL;`:        false,
		`ALTER TABLE "vms" ALTER COLUMN "state" SET DEFAULT 'new';`:    false,
		`ALTER TABLE "vms" DROP CONSTRAINT "vms_state_check";`:         false,
		`CREATE TABLE "zones" ("id" uuid NOT NULL);`:                   false,
		`UPDATE "vms" SET "note" = 'DROP TABLE "vms"'`:                 false,
	} {
		require.Equal(t, breaking, migration{text: statement}.breaking() != "", statement)
	}
}

func TestRefuseBreaking_NamesMigrationStatementAndWhatToDo(t *testing.T) {
	t.Parallel()

	err := refuseBreaking([]migration{
		{Tag: "0001_more", text: `CREATE TABLE "zones" ();`},
		{Tag: "0002_less", text: "CREATE TABLE \"a\" ();--> statement-breakpoint\nALTER TABLE \"vms\"\n\tDROP COLUMN \"state\";"},
	})
	require.ErrorContains(t, err, `0002_less`)
	require.ErrorContains(t, err, `ALTER TABLE "vms" DROP COLUMN "state";`)
	require.ErrorContains(t, err, "without --additive")
}

// Migrations only add. The one that came before that rule is named.
func TestMigrations_TheVersionBeforeCanLiveWithAllOfThem(t *testing.T) {
	t.Parallel()

	journal, err := readJournal()
	require.NoError(t, err)

	breaking := lo.FilterMap(journal, func(m migration, _ int) (string, bool) { return m.Tag, m.breaking() != "" })
	require.Equal(t, []string{"0010_environments"}, breaking)
}

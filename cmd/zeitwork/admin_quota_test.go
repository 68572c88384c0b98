package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/cmd/zeitwork/cli"
	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/database/databasetest"
	"github.com/zeitwork/zeitwork/internal/id"
)

func TestAdminQuota_OwnNumberComesBeforeThePlatforms_AndThatBeforeTheDefault(t *testing.T) {
	t.Parallel()

	ctx, config := t.Context(), adminConfig{Database: databasetest.Config(t)}

	pool, err := database.Open(ctx, config.Database)
	require.NoError(t, err)
	t.Cleanup(pool.Close)

	organisation, err := database.New(pool).CreateOrganisation(ctx, id.New(), "acme", "Acme")
	require.NoError(t, err)

	requireBuilds := func(want int) {
		t.Helper()

		var builds int

		require.NoError(t, pool.QueryRow(ctx, "SELECT builds FROM organisation_limits WHERE organisation_id = $1", organisation.ID).Scan(&builds))
		require.Equal(t, want, builds)
	}

	builds := func(number int64) cli.QuotaChanges { return cli.QuotaChanges{"builds": &number} }

	requireBuilds(2)
	require.NoError(t, setQuota(ctx, config, "", builds(8)))
	requireBuilds(8)
	require.NoError(t, setQuota(ctx, config, "acme", builds(0)))
	require.NoError(t, setQuota(ctx, config, "acme", cli.QuotaChanges{"instances": new(int64(3))}))
	requireBuilds(0)
	require.NoError(t, setQuota(ctx, config, "", builds(9)))
	requireBuilds(0)
	require.NoError(t, setQuota(ctx, config, "acme", cli.QuotaChanges{"builds": nil}))
	requireBuilds(9)

	require.ErrorContains(t, setQuota(ctx, config, "nobody", builds(1)), "There is no such organisation")
	require.ErrorContains(t, setQuota(ctx, config, "", nil), "nothing to change")

	var events int

	require.NoError(t, pool.QueryRow(ctx, "SELECT count(*) FROM audit_events WHERE action = 'quota.set' AND actor_kind = 'platform'").Scan(&events))
	require.Equal(t, 5, events)
}

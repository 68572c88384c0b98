package main

import (
	"testing"

	"github.com/stretchr/testify/require"

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

	requireBuilds(2)
	require.NoError(t, setQuota(ctx, config, "", 8))
	requireBuilds(8)
	require.NoError(t, setQuota(ctx, config, "acme", 0))
	requireBuilds(0)
	require.NoError(t, setQuota(ctx, config, "", 9))
	requireBuilds(0)
	require.NoError(t, setQuota(ctx, config, "acme", -1))
	requireBuilds(9)

	require.ErrorContains(t, setQuota(ctx, config, "nobody", 1), `there is no organisation "nobody"`)
	require.ErrorContains(t, setQuota(ctx, config, "", -2), "--builds must be a number from 0")
}

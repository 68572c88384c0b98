package database_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/database/databasetest"
)

func TestMigrate_Again_ChangesNothing(t *testing.T) {
	t.Parallel()

	pool := databasetest.New(t)
	require.NoError(t, database.Migrate(t.Context(), pool))
}

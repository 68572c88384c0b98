package databasetest_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/database/databasetest"
)

func TestNew_GivesEachTestADatabaseOfItsOwn(t *testing.T) {
	t.Parallel()

	one, other := databasetest.New(t), databasetest.New(t)

	_, err := one.Exec(t.Context(), "INSERT INTO control_plane (id, answering_since, answered_at) VALUES (1, now(), now())")
	require.NoError(t, err)

	var rows int
	require.NoError(t, other.QueryRow(t.Context(), "SELECT count(*) FROM control_plane").Scan(&rows))
	require.Zero(t, rows)
}

func TestNew_DatabaseGoesWithTheTest(t *testing.T) {
	var name string

	t.Run("a test", func(t *testing.T) {
		require.NoError(t, databasetest.New(t).QueryRow(t.Context(), "SELECT current_database()").Scan(&name))
	})

	var exists bool

	const query = "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)"
	require.NoError(t, databasetest.New(t).QueryRow(t.Context(), query, name).Scan(&exists))
	require.NotEmpty(t, name)
	require.False(t, exists)
}

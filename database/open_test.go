package database_test

import (
	"errors"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/database/databasetest"
	"github.com/zeitwork/zeitwork/internal/id"
)

func TestOpen_URLThatIsNone_SaysWhichVariable(t *testing.T) {
	t.Parallel()

	_, err := database.Open(t.Context(), database.Config{URL: "postgres://user:canary@host:port"})
	require.ErrorContains(t, err, "ZEITWORK_DATABASE_URL")
	require.NotContains(t, err.Error(), "canary")
}

func TestOpen_NobodyAnswers_Fails(t *testing.T) {
	t.Parallel()

	_, err := database.Open(t.Context(), database.Config{URL: "postgres://user:canary@127.0.0.1:1/none", MaxConns: 1})
	require.ErrorContains(t, err, "reach Postgres")
	require.NotContains(t, err.Error(), "canary")
}

func TestInTx_Error_RollsBack(t *testing.T) {
	t.Parallel()

	pool := databasetest.New(t)
	errRefused := errors.New("refused")
	insert := func(tx pgx.Tx, name string) {
		_, err := tx.Exec(t.Context(), "INSERT INTO edges (id, name, region) VALUES ($1, $2, 'test')", id.New(), name)
		require.NoError(t, err)
	}

	require.NoError(t, database.InTx(t.Context(), pool, func(tx pgx.Tx, _ *database.Queries) error {
		insert(tx, "kept")

		return nil
	}))
	require.ErrorIs(t, database.InTx(t.Context(), pool, func(tx pgx.Tx, _ *database.Queries) error {
		insert(tx, "lost")

		return errRefused
	}), errRefused)

	var names []string
	require.NoError(t, pool.QueryRow(t.Context(), "SELECT array_agg(name) FROM edges").Scan(&names))
	require.Equal(t, []string{"kept"}, names)
}

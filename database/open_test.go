package database_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/url"
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

func TestOpenWhenReady_NobodyAnswersYet_Waits(t *testing.T) {
	t.Parallel()

	address, err := url.Parse(databasetest.NewURL(t))
	require.NoError(t, err)

	// A door that opens once it was knocked at twice.
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = listener.Close() })

	behind := address.Host
	address.Host = listener.Addr().String()

	go func() {
		for knocks := 0; ; knocks++ {
			connection, err := listener.Accept()
			if err != nil {
				return
			}

			if knocks < 2 {
				_ = connection.Close()

				continue
			}

			go forward(connection, behind)
		}
	}()

	pool, err := database.OpenWhenReady(t.Context(), database.Config{URL: address.String(), MaxConns: 1}, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	pool.Close()
}

func TestOpenWhenReady_CannotEverWork_Fails(t *testing.T) {
	t.Parallel()

	logger := slog.New(slog.DiscardHandler)

	_, err := database.OpenWhenReady(t.Context(), database.Config{URL: "postgres://user@host:port"}, logger)
	require.ErrorContains(t, err, "ZEITWORK_DATABASE_URL")

	ctx, cancel := context.WithCancel(t.Context())
	cancel()

	_, err = database.OpenWhenReady(ctx, database.Config{URL: "postgres://user@127.0.0.1:1/none", MaxConns: 1}, logger)
	require.ErrorIs(t, err, context.Canceled)
}

// forward copies between a connection and an address until either ends.
func forward(connection net.Conn, to string) {
	defer func() { _ = connection.Close() }()

	behind, err := net.Dial("tcp", to)
	if err != nil {
		return
	}
	defer func() { _ = behind.Close() }()

	go func() { _, _ = io.Copy(behind, connection) }()

	_, _ = io.Copy(connection, behind)
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

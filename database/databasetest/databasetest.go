// Package databasetest gives each test a database of its own, copied from a migrated template.
package databasetest

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/id"
)

// URLVariable names the server that tests use; the role in it must be allowed to create databases.
const URLVariable = "ZEITWORK_TEST_DATABASE_URL"

// maxConns is the size of a test's pool: enough for a few workers, few enough for many tests at once.
const maxConns = 10

// New returns a pool on a new, migrated database that goes with the test. It skips the test where there is no server.
func New(tb testing.TB) *pgxpool.Pool {
	tb.Helper()

	return open(tb, NewURL(tb))
}

// NewURL is New for those that open their own connections.
func NewURL(tb testing.TB) string {
	tb.Helper()

	skipWithoutServer(tb)

	from, err := template(tb.Context())
	require.NoError(tb, err)

	return create(tb, "TEMPLATE "+from)
}

// NewEmpty is New with a database in which nothing has been migrated yet.
func NewEmpty(tb testing.TB) *pgxpool.Pool {
	tb.Helper()

	return open(tb, NewEmptyURL(tb))
}

// NewEmptyURL is NewEmpty for those that open their own connections.
func NewEmptyURL(tb testing.TB) string {
	tb.Helper()

	skipWithoutServer(tb)

	return create(tb, "")
}

// Config is NewURL in the form that services are configured with.
func Config(tb testing.TB) database.Config {
	tb.Helper()

	return database.Config{URL: NewURL(tb), MaxConns: maxConns}
}

func skipWithoutServer(tb testing.TB) {
	tb.Helper()

	if os.Getenv(URLVariable) == "" {
		tb.Skip(URLVariable + " is not set: run the tests through `go tool task test`, which starts a Postgres for them")
	}
}

func open(tb testing.TB, databaseURL string) *pgxpool.Pool {
	tb.Helper()

	pool, err := database.Open(tb.Context(), database.Config{URL: databaseURL, MaxConns: maxConns})
	require.NoError(tb, err)
	tb.Cleanup(pool.Close)

	return pool
}

func create(tb testing.TB, options string) string {
	tb.Helper()

	ctx := context.WithoutCancel(tb.Context())
	name := "test_" + strings.ReplaceAll(id.New().String(), "-", "")

	require.NoError(tb, onServer(ctx, func(server *pgx.Conn) error {
		_, err := server.Exec(ctx, fmt.Sprintf("CREATE DATABASE %s %s", name, options))

		return err
	}))
	tb.Cleanup(func() {
		require.NoError(tb, onServer(ctx, func(server *pgx.Conn) error {
			_, err := server.Exec(ctx, fmt.Sprintf("DROP DATABASE %s WITH (FORCE)", name))

			return err
		}))
	})

	return urlOf(name)
}

// onServer runs f on a connection to the server's own database.
func onServer(ctx context.Context, f func(server *pgx.Conn) error) error {
	server, err := pgx.Connect(ctx, os.Getenv(URLVariable))
	if err != nil {
		return fmt.Errorf("reach the server of %s: %w", URLVariable, err)
	}

	defer func() { _ = server.Close(ctx) }()

	return f(server)
}

func urlOf(name string) string {
	u, err := url.Parse(os.Getenv(URLVariable))
	if err != nil {
		return os.Getenv(URLVariable)
	}

	u.Path = "/" + name

	return u.String()
}

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
func New(t testing.TB) *pgxpool.Pool {
	t.Helper()

	return open(t, NewURL(t))
}

// NewURL is New for those that open their own connections.
func NewURL(t testing.TB) string {
	t.Helper()

	skipWithoutServer(t)

	from, err := template(t.Context())
	require.NoError(t, err)

	return create(t, "TEMPLATE "+from)
}

// NewEmpty is New with a database in which nothing has been migrated yet.
func NewEmpty(t testing.TB) *pgxpool.Pool {
	t.Helper()

	skipWithoutServer(t)

	return open(t, create(t, ""))
}

// Config is NewURL in the form that services are configured with.
func Config(t testing.TB) database.Config {
	t.Helper()

	return database.Config{URL: NewURL(t), MaxConns: maxConns}
}

func skipWithoutServer(t testing.TB) {
	t.Helper()

	if os.Getenv(URLVariable) == "" {
		t.Skip(URLVariable + " is not set: run the tests through `go tool task test`, which starts a Postgres for them")
	}
}

func open(t testing.TB, databaseURL string) *pgxpool.Pool {
	t.Helper()

	pool, err := database.Open(t.Context(), database.Config{URL: databaseURL, MaxConns: maxConns})
	require.NoError(t, err)
	t.Cleanup(pool.Close)

	return pool
}

func create(t testing.TB, options string) string {
	t.Helper()

	ctx := context.WithoutCancel(t.Context())
	name := "test_" + strings.ReplaceAll(id.New().String(), "-", "")

	require.NoError(t, onServer(ctx, func(server *pgx.Conn) error {
		_, err := server.Exec(ctx, fmt.Sprintf("CREATE DATABASE %s %s", name, options))

		return err
	}))
	t.Cleanup(func() {
		require.NoError(t, onServer(ctx, func(server *pgx.Conn) error {
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

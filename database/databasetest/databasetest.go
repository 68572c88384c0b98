// Package databasetest gives each test a database of its own, copied from a migrated template.
package databasetest

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/id"
)

// URLVariable names the server that tests use; the role in it must be allowed to create databases.
const URLVariable = "ZEITWORK_TEST_DATABASE_URL"

var template = sync.OnceValues(func() (string, error) { return makeTemplate(context.Background()) })

// New returns a pool on a new, migrated database that goes with the test. It skips the test where there is no server.
func New(t testing.TB) *pgxpool.Pool {
	t.Helper()

	pool, err := database.Open(t.Context(), Config(t))
	require.NoError(t, err)
	t.Cleanup(pool.Close)

	return pool
}

// Config is New for those that open their own connections.
func Config(t testing.TB) database.Config {
	t.Helper()

	if os.Getenv(URLVariable) == "" {
		t.Skip(URLVariable + " is not set: run the tests through `go tool task test`, which starts a Postgres for them")
	}

	from, err := template()
	require.NoError(t, err)

	name := "test_" + plain(id.New().String())
	require.NoError(t, execute(t.Context(), fmt.Sprintf("CREATE DATABASE %s TEMPLATE %s", name, from)))
	t.Cleanup(func() {
		require.NoError(t, execute(context.WithoutCancel(t.Context()), fmt.Sprintf("DROP DATABASE %s WITH (FORCE)", name)))
	})

	return database.Config{URL: databaseURL(name), MaxConns: 10}
}

// makeTemplate makes a migrated database for this process, so that no other process can be connected to it when it is
// copied.
func makeTemplate(ctx context.Context) (string, error) {
	name := "template_" + plain(id.New().String())
	if err := execute(ctx, "CREATE DATABASE "+name); err != nil {
		return "", err
	}

	pool, err := database.Open(ctx, database.Config{URL: databaseURL(name), MaxConns: 4})
	if err != nil {
		return "", fmt.Errorf("open the template: %w", err)
	}
	defer pool.Close()

	if err := database.Migrate(ctx, pool); err != nil {
		return "", fmt.Errorf("migrate the template: %w", err)
	}

	return name, nil
}

func plain(uuid string) string { return strings.ReplaceAll(uuid, "-", "") }

func execute(ctx context.Context, statement string) error {
	connection, err := pgx.Connect(ctx, os.Getenv(URLVariable))
	if err != nil {
		return fmt.Errorf("reach the server of %s: %w", URLVariable, err)
	}
	defer connection.Close(ctx)

	if _, err := connection.Exec(ctx, statement); err != nil {
		return fmt.Errorf("%s: %w", statement, err)
	}

	return nil
}

func databaseURL(name string) string {
	u, err := url.Parse(os.Getenv(URLVariable))
	if err != nil {
		return os.Getenv(URLVariable)
	}

	u.Path = "/" + name

	return u.String()
}

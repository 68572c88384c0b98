// Package benchdatabase makes databases for benchmarks, on the Postgres that go run ./test/env starts for them.
package benchdatabase

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/id"
)

const serverVariable = "ZEITWORK_TEST_DATABASE_URL"

// Database is one with the platform's tables and nothing in them.
type Database struct {
	Pool *pgxpool.Pool
	// Config is how services reach it.
	Config database.Config

	server *pgx.Conn
	name   string
}

// New makes a database, for so many connections at most. The task is the one that its error tells to run where there is no server. The caller closes it.
func New(ctx context.Context, task string, connections int32) (_ *Database, err error) {
	address, err := url.Parse(os.Getenv(serverVariable))
	if err != nil || address.Host == "" && address.RawQuery == "" {
		return nil, fmt.Errorf("%s is not set: run it through `go tool task %s`, which starts a Postgres for it", serverVariable, task)
	}

	d := &Database{name: "bench_" + strings.ReplaceAll(id.New().String(), "-", "")}

	if d.server, err = pgx.Connect(ctx, address.String()); err != nil {
		return nil, fmt.Errorf("reach the server of %s: %w", serverVariable, err)
	}

	defer func() {
		if err != nil {
			err = errors.Join(err, d.Close(context.WithoutCancel(ctx)))
		}
	}()

	if _, err := d.server.Exec(ctx, "CREATE DATABASE "+d.name); err != nil {
		return nil, fmt.Errorf("make a database: %w", err)
	}

	address.Path = "/" + d.name
	d.Config = database.Config{URL: address.String(), MaxConns: connections}

	if d.Pool, err = database.Open(ctx, d.Config); err != nil {
		return nil, err
	}

	return d, database.Migrate(ctx, d.Pool)
}

// Close deletes the database.
func (d *Database) Close(ctx context.Context) error {
	if d.Pool != nil {
		d.Pool.Close()
	}

	_, err := d.server.Exec(ctx, "DROP DATABASE IF EXISTS "+d.name+" WITH (FORCE)")

	return errors.Join(err, d.server.Close(ctx))
}

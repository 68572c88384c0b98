package database

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/exaring/otelpgx"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// idleInTransaction is how long a transaction may wait for its own process. Ours wait for milliseconds.
const idleInTransaction = 5 * time.Second

// Config is how a service reaches Postgres.
type Config struct {
	URL      string `doc:"Postgres, as postgres://user:password@host:port/database." env:"ZEITWORK_DATABASE_URL,required"`
	MaxConns int32  `doc:"Most connections of the process's pool."                   env:"ZEITWORK_DATABASE_MAX_CONNS"           envDefault:"20"`
}

// Open returns a pool whose queries and connections are traced and measured with OpenTelemetry. It fails when Postgres does not answer.
func Open(ctx context.Context, config Config) (*pgxpool.Pool, error) {
	options, err := pgxpool.ParseConfig(config.URL)
	if err != nil {
		return nil, fmt.Errorf("read ZEITWORK_DATABASE_URL: %w", err)
	}

	options.MaxConns = config.MaxConns
	// A process that is frozen within a transaction must not hold its locks against the others.
	options.ConnConfig.RuntimeParams["idle_in_transaction_session_timeout"] = strconv.FormatInt(idleInTransaction.Milliseconds(), 10)
	options.ConnConfig.Tracer = otelpgx.NewTracer()

	pool, err := pgxpool.NewWithConfig(ctx, options)
	if err != nil {
		return nil, fmt.Errorf("make the connection pool: %w", err)
	}

	if err := pool.Ping(ctx); err != nil {
		pool.Close()

		return nil, fmt.Errorf("reach Postgres: %w", err)
	}

	if err := otelpgx.RecordStats(pool); err != nil {
		pool.Close()

		return nil, fmt.Errorf("measure the connection pool: %w", err)
	}

	return pool, nil
}

// InTx runs f in one transaction: it commits when f returns nil and rolls back otherwise.
func InTx(ctx context.Context, pool *pgxpool.Pool, f func(tx pgx.Tx, queries *Queries) error) error {
	return pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error { return f(tx, New(tx)) })
}

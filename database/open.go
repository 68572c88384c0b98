package database

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"time"

	"github.com/exaring/otelpgx"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/zeitwork/zeitwork/internal/logging"
)

// idleInTransaction is how long a transaction may wait for its own process. Ours wait for milliseconds.
const idleInTransaction = 5 * time.Second

// Config is how a service reaches Postgres.
type Config struct {
	URL      string `doc:"Postgres, as postgres://user:password@host:port/database." env:"ZEITWORK_DATABASE_URL,required"`
	MaxConns int32  `doc:"Most connections of the process's pool."                   env:"ZEITWORK_DATABASE_MAX_CONNS"           envDefault:"20"`
}

// openAgain is how long OpenWhenReady waits between two tries.
const openAgain = time.Second

// OpenWhenReady is Open for services: it waits until Postgres answers, and says so in the log. It fails when ctx ends, and
// at once for a URL that is none.
func OpenWhenReady(ctx context.Context, config Config, logger *slog.Logger) (*pgxpool.Pool, error) {
	for {
		pool, err := Open(ctx, config)
		if !errors.Is(err, errUnreachable) {
			return pool, err
		}

		logger.WarnContext(ctx, "waiting for Postgres", logging.Error(err))

		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(openAgain):
		}
	}
}

// errUnreachable means that Postgres does not let this process in, which may pass.
var errUnreachable = errors.New("reach Postgres")

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

		return nil, fmt.Errorf("%w: %w", errUnreachable, err)
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

// InUnflushedTx is InTx for a transaction that a crash of Postgres may forget: its commit does not wait for the disk.
func InUnflushedTx(ctx context.Context, pool *pgxpool.Pool, f func(tx pgx.Tx, queries *Queries) error) error {
	options := pgx.TxOptions{BeginQuery: "BEGIN; SET LOCAL synchronous_commit = off"}

	return pgx.BeginTxFunc(ctx, pool, options, func(tx pgx.Tx) error { return f(tx, New(tx)) })
}

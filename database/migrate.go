package database

import (
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"
)

// RiverSchema is where River's tables are.
const RiverSchema = "river"

const (
	// migrateLock is the key of the advisory lock under which one process at a time migrates.
	migrateLock = "zeitwork.migrate"
	// migrateLockPoll is how long a process that waits for the lock leaves between two tries.
	migrateLockPoll = 200 * time.Millisecond
)

// riverViews show the queries what they need of River's jobs.
//
//go:embed river_views.sql
var riverViews string

// migrator migrates one database.
type migrator struct {
	pool *pgxpool.Pool
	// connection holds the advisory lock, and does all but River's migrations.
	connection *pgx.Conn
	patience   patience
	// admit decides about the migrations that a database in use lacks; nil: all are applied.
	admit func(missing []migration) error
}

// Migrate brings the database to the schema of this binary: drizzle's migrations, recorded just as drizzle-kit records
// them, then River's. Several processes may call it at once: one works and the others wait for it. A call that was cut off at
// any point is made good by the next one. It needs a direct connection to Postgres, not a transaction pooler.
//
// The database may be in use meanwhile. No statement waits for a table's lock for more than a few seconds, and indexes of
// tables that were there before are built while others read and write.
func Migrate(ctx context.Context, pool *pgxpool.Pool) error {
	return migrateWith(ctx, pool, defaultPatience, nil)
}

func migrateWith(ctx context.Context, pool *pgxpool.Pool, patience patience, admit func(missing []migration) error) error {
	// The connection is not one of the pool's: callers that wait for the lock would take the pool's connections from the caller that holds it.
	connection, err := pgx.ConnectConfig(ctx, pool.Config().ConnConfig)
	if err != nil {
		return fmt.Errorf("connect to migrate: %w", err)
	}

	// The lock goes with the connection, even when ctx is done.
	defer func() { _ = connection.Close(context.WithoutCancel(ctx)) }()

	// What the role or the database sets would cut off the building of a large index.
	if _, err := connection.Exec(ctx, "SET statement_timeout = 0; SET lock_timeout = 0"); err != nil {
		return fmt.Errorf("lift the session's timeouts: %w", err)
	}

	m := migrator{pool: pool, connection: connection, patience: patience, admit: admit}

	if err := m.lock(ctx); err != nil {
		return fmt.Errorf("wait for other migrations to end: %w", err)
	}

	if err := m.migrateDrizzle(ctx); err != nil {
		return err
	}

	if err := m.makePartitions(ctx); err != nil {
		return err
	}

	return m.migrateRiver(ctx)
}

// makePartitions has the tables ready whose partitions no migration can make: it does not know when it is applied.
func (m *migrator) makePartitions(ctx context.Context) error {
	for _, table := range partitionedTables() {
		if err := m.patience.retry(ctx, func() error {
			_, err := MakePartitions(ctx, m.connection, table, time.Now())

			return err
		}); err != nil {
			return err
		}
	}

	return nil
}

// lock takes the advisory lock. It asks again and again, since a statement that waits holds a snapshot: an index that the
// lock's holder builds concurrently would wait for that snapshot to end, and neither would ever go on.
func (m *migrator) lock(ctx context.Context) error {
	for {
		var locked bool

		const try = "SELECT pg_try_advisory_lock(hashtextextended($1, 0))"
		if err := m.connection.QueryRow(ctx, try, migrateLock).Scan(&locked); locked || err != nil {
			return err
		}

		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(migrateLockPoll):
		}
	}
}

func (m *migrator) migrateRiver(ctx context.Context) error {
	config := m.pool.Config()
	config.ConnConfig.RuntimeParams["lock_timeout"] = m.patience.lockTimeoutSetting()

	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return fmt.Errorf("make a connection pool for River's migrations: %w", err)
	}
	defer pool.Close()

	if _, err := pool.Exec(ctx, "CREATE SCHEMA IF NOT EXISTS "+RiverSchema); err != nil {
		return fmt.Errorf("make River's schema: %w", err)
	}

	migrator, err := rivermigrate.New(riverpgxv5.New(pool), &rivermigrate.Config{Schema: RiverSchema})
	if err != nil {
		return fmt.Errorf("prepare River's migrations: %w", err)
	}

	if err := m.patience.retry(ctx, func() error {
		_, err := migrator.Migrate(ctx, rivermigrate.DirectionUp, nil)

		return err
	}); err != nil {
		return fmt.Errorf("apply River's migrations: %w", err)
	}

	if err := m.patience.retry(ctx, func() error {
		_, err := pool.Exec(ctx, riverViews)

		return err
	}); err != nil {
		return fmt.Errorf("make the views of River's jobs: %w", err)
	}

	return nil
}

// Fingerprint tells apart binaries whose Migrate makes different databases.
func Fingerprint() (string, error) {
	journal, err := readJournal()
	if err != nil {
		return "", err
	}

	migrator, err := rivermigrate.New(riverpgxv5.New(nil), &rivermigrate.Config{Schema: RiverSchema})
	if err != nil {
		return "", fmt.Errorf("read River's migrations: %w", err)
	}

	parts := []string{fmt.Sprintf("river %d", len(migrator.AllVersions())), riverViews}

	for _, migration := range journal {
		parts = append(parts, migration.Tag, migration.text)
	}

	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))

	return hex.EncodeToString(sum[:]), nil
}

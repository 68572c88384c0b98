package database

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"
)

// RiverSchema is where River's tables are.
const RiverSchema = "river"

// migrateLock is the key of the advisory lock under which one process at a time migrates.
const migrateLock = "zeitwork.migrate"

// Without `all:` the journal's folder would be left out.
//
//go:embed all:migrations
var migrations embed.FS

// riverViews show the queries what they need of River's jobs.
//
//go:embed river_views.sql
var riverViews string

// migration is an entry of drizzle's journal.
type migration struct {
	Tag string `json:"tag"`
	// When orders the migrations: milliseconds since 1970.
	When int64 `json:"when"`
}

// Migrate brings the database to the schema of this binary: drizzle's migrations, recorded just as drizzle-kit records
// them, then River's. Several processes may call it at once: one works and the others wait for it. It needs a direct
// connection to Postgres, not a transaction pooler.
func Migrate(ctx context.Context, pool *pgxpool.Pool) error {
	// Not one of the pool's: callers that wait for the lock would keep the pool's connections from the one who holds it.
	connection, err := pgx.ConnectConfig(ctx, pool.Config().ConnConfig)
	if err != nil {
		return fmt.Errorf("connect to migrate: %w", err)
	}

	// The lock goes with the connection, even when ctx is done.
	defer func() { _ = connection.Close(context.WithoutCancel(ctx)) }()

	if _, err := connection.Exec(ctx, "SELECT pg_advisory_lock(hashtextextended($1, 0))", migrateLock); err != nil {
		return fmt.Errorf("wait for other migrations to end: %w", err)
	}

	if err := migrateDrizzle(ctx, connection); err != nil {
		return err
	}

	return migrateRiver(ctx, pool)
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

	for _, m := range journal {
		text, err := migrations.ReadFile(m.file())
		if err != nil {
			return "", fmt.Errorf("read migration %s: %w", m.Tag, err)
		}

		parts = append(parts, m.Tag, string(text))
	}

	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))

	return hex.EncodeToString(sum[:]), nil
}

func migrateDrizzle(ctx context.Context, connection *pgx.Conn) error {
	journal, err := readJournal()
	if err != nil {
		return err
	}

	// One transaction for all, as drizzle-kit does: a migration that fails leaves nothing behind.
	return pgx.BeginFunc(ctx, connection, func(tx pgx.Tx) error {
		const prepare = `CREATE SCHEMA IF NOT EXISTS drizzle;
			CREATE TABLE IF NOT EXISTS drizzle.__drizzle_migrations (id SERIAL PRIMARY KEY, hash text NOT NULL, created_at bigint)`
		if _, err := tx.Exec(ctx, prepare); err != nil {
			return fmt.Errorf("make drizzle's table of migrations: %w", err)
		}

		var last int64
		if err := tx.QueryRow(ctx, "SELECT coalesce(max(created_at), 0) FROM drizzle.__drizzle_migrations").Scan(&last); err != nil {
			return fmt.Errorf("read the last migration: %w", err)
		}

		for _, m := range journal {
			if m.When <= last {
				continue
			}

			if err := m.apply(ctx, tx); err != nil {
				return err
			}
		}

		return nil
	})
}

func (m migration) apply(ctx context.Context, tx pgx.Tx) error {
	text, err := migrations.ReadFile(m.file())
	if err != nil {
		return fmt.Errorf("read migration %s: %w", m.Tag, err)
	}

	for statement := range strings.SplitSeq(string(text), "--> statement-breakpoint") {
		if _, err := tx.Exec(ctx, statement); err != nil {
			return fmt.Errorf("apply migration %s: %w", m.Tag, err)
		}
	}

	hash := sha256.Sum256(text)

	const record = "INSERT INTO drizzle.__drizzle_migrations (hash, created_at) VALUES ($1, $2)"
	if _, err := tx.Exec(ctx, record, hex.EncodeToString(hash[:]), m.When); err != nil {
		return fmt.Errorf("record migration %s: %w", m.Tag, err)
	}

	return nil
}

func (m migration) file() string { return "migrations/" + m.Tag + ".sql" }

func readJournal() ([]migration, error) {
	text, err := migrations.ReadFile("migrations/meta/_journal.json")
	if err != nil {
		return nil, fmt.Errorf("read drizzle's journal: %w", err)
	}

	var journal struct {
		Entries []migration `json:"entries"`
	}
	if err := json.Unmarshal(text, &journal); err != nil {
		return nil, fmt.Errorf("decode drizzle's journal: %w", err)
	}

	return journal.Entries, nil
}

func migrateRiver(ctx context.Context, pool *pgxpool.Pool) error {
	if _, err := pool.Exec(ctx, "CREATE SCHEMA IF NOT EXISTS "+RiverSchema); err != nil {
		return fmt.Errorf("make River's schema: %w", err)
	}

	migrator, err := rivermigrate.New(riverpgxv5.New(pool), &rivermigrate.Config{Schema: RiverSchema})
	if err != nil {
		return fmt.Errorf("prepare River's migrations: %w", err)
	}

	if _, err := migrator.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return fmt.Errorf("apply River's migrations: %w", err)
	}

	if _, err := pool.Exec(ctx, riverViews); err != nil {
		return fmt.Errorf("make the views of River's jobs: %w", err)
	}

	return nil
}

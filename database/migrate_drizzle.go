package database

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/samber/lo"
)

// migrateDrizzle applies the migrations that the database has not. A fresh database gets all of them in one transaction, as
// drizzle-kit does it: a migration that fails leaves nothing behind. One that may be in use gets each in a transaction of its own,
// short of the indexes on tables that are there already; those are noted in the same transaction and built behind it.
func (m *migrator) migrateDrizzle(ctx context.Context) error {
	journal, err := readJournal()
	if err != nil {
		return err
	}

	last, err := m.lastMigration(ctx)
	if err != nil {
		return err
	}

	if last == 0 {
		return m.inTx(ctx, func(tx pgx.Tx) error {
			for _, migration := range journal {
				if err := migration.apply(ctx, tx, nil); err != nil {
					return err
				}
			}

			return nil
		})
	}

	missing := lo.Filter(journal, func(migration migration, _ int) bool { return migration.When > last })

	if m.admit != nil {
		if err := m.admit(missing); err != nil {
			return err
		}
	}

	if err := m.buildPendingIndexes(ctx); err != nil {
		return err
	}

	for _, migration := range missing {
		if err := m.inTx(ctx, func(tx pgx.Tx) error { return migration.apply(ctx, tx, migration.laterIndexes()) }); err != nil {
			return err
		}

		// Before the next migration, which may need them.
		if err := m.buildPendingIndexes(ctx); err != nil {
			return err
		}
	}

	return nil
}

// lastMigration is the time of the newest migration that the database has; 0 for a fresh one.
func (m *migrator) lastMigration(ctx context.Context) (int64, error) {
	const prepare = `CREATE SCHEMA IF NOT EXISTS drizzle;
		CREATE TABLE IF NOT EXISTS drizzle.__drizzle_migrations (id SERIAL PRIMARY KEY, hash text NOT NULL, created_at bigint);
		CREATE TABLE IF NOT EXISTS drizzle.pending_indexes (id SERIAL PRIMARY KEY, name text NOT NULL UNIQUE, statement text NOT NULL)`
	if _, err := m.connection.Exec(ctx, prepare); err != nil {
		return 0, fmt.Errorf("make the tables of migrations: %w", err)
	}

	var last int64
	if err := m.connection.QueryRow(ctx, "SELECT coalesce(max(created_at), 0) FROM drizzle.__drizzle_migrations").Scan(&last); err != nil {
		return 0, fmt.Errorf("read the last migration: %w", err)
	}

	return last, nil
}

// inTx runs f in a transaction that does not wait for locks for long, again and again as long as others hold them.
func (m *migrator) inTx(ctx context.Context, f func(tx pgx.Tx) error) error {
	return m.patience.retry(ctx, func() error {
		return pgx.BeginFunc(ctx, m.connection, func(tx pgx.Tx) error {
			if _, err := tx.Exec(ctx, "SELECT set_config('lock_timeout', $1, true)", m.patience.lockTimeoutSetting()); err != nil {
				return fmt.Errorf("limit the wait for locks: %w", err)
			}

			return f(tx)
		})
	})
}

// apply executes the statements of a migration and records it; of those in later it leaves a note instead.
func (m migration) apply(ctx context.Context, tx pgx.Tx, later map[string]index) error {
	for _, statement := range m.statements() {
		if index, ok := later[statement]; ok {
			if err := index.note(ctx, tx); err != nil {
				return fmt.Errorf("apply migration %s: %w", m.Tag, err)
			}

			continue
		}

		if _, err := tx.Exec(ctx, statement); err != nil {
			return fmt.Errorf("apply migration %s: %w", m.Tag, err)
		}
	}

	const record = "INSERT INTO drizzle.__drizzle_migrations (hash, created_at) VALUES ($1, $2)"
	if _, err := tx.Exec(ctx, record, m.hash(), m.When); err != nil {
		return fmt.Errorf("record migration %s: %w", m.Tag, err)
	}

	return nil
}

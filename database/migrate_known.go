package database

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
)

// NewestMigration names the newest migration of this binary.
func NewestMigration() (string, error) {
	journal, err := readJournal()
	if err != nil {
		return "", err
	}

	return journal[len(journal)-1].Tag, nil
}

// KnowsMigration tells whether the migration is among those of this binary. A database that has others is of a newer version.
func KnowsMigration(name string) (bool, error) {
	journal, err := readJournal()

	return slices.ContainsFunc(journal, func(known migration) bool { return known.Tag == name }), err
}

// HasNewestMigration tells whether a database has all migrations of this binary, and none besides.
func HasNewestMigration(ctx context.Context, tx pgx.Tx) (bool, error) {
	compared, err := CompareMigrations(ctx, tx)

	return compared == 0, err
}

// CompareMigrations is negative where a database lacks migrations of this binary, and positive where it has been migrated by a newer one.
func CompareMigrations(ctx context.Context, tx pgx.Tx) (int, error) {
	const older = -1

	journal, err := readJournal()
	if err != nil {
		return older, err
	}

	var there bool
	if err := tx.QueryRow(ctx, "SELECT to_regclass('drizzle.__drizzle_migrations') IS NOT NULL").Scan(&there); err != nil || !there {
		return older, err
	}

	var last int64
	if err := tx.QueryRow(ctx, "SELECT coalesce(max(created_at), 0) FROM drizzle.__drizzle_migrations").Scan(&last); err != nil {
		return older, fmt.Errorf("read the last migration: %w", err)
	}

	return cmp.Compare(last, journal[len(journal)-1].When), nil
}

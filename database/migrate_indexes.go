package database

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// note writes down that the index is still to be built, with the migration that is recorded by the same transaction.
func (i index) note(ctx context.Context, tx pgx.Tx) error {
	var taken bool
	if err := tx.QueryRow(ctx, "SELECT to_regclass($1) IS NOT NULL", i.name).Scan(&taken); err != nil {
		return fmt.Errorf("look for the index %s: %w", i.name, err)
	}

	// As Postgres itself would say: what has the name may be another index.
	if taken {
		return fmt.Errorf("the index %s is there already", i.name)
	}

	const note = "INSERT INTO drizzle.pending_indexes (name, statement) VALUES ($1, $2)"
	if _, err := tx.Exec(ctx, note, i.name, i.concurrently); err != nil {
		return fmt.Errorf("note the index %s: %w", i.name, err)
	}

	return nil
}

// pendingIndex is a note of an index that is still to be built.
type pendingIndex struct {
	Name      string
	Statement string
}

// buildPendingIndexes builds the indexes that were noted, by this call or by an earlier one that was cut off.
func (m *migrator) buildPendingIndexes(ctx context.Context) error {
	rows, err := m.connection.Query(ctx, "SELECT name, statement FROM drizzle.pending_indexes ORDER BY id")
	if err != nil {
		return fmt.Errorf("read which indexes are to be built: %w", err)
	}

	pending, err := pgx.CollectRows(rows, pgx.RowToStructByPos[pendingIndex])
	if err != nil {
		return fmt.Errorf("read which indexes are to be built: %w", err)
	}

	for _, index := range pending {
		if err := m.patience.retry(ctx, func() error { return m.buildIndex(ctx, index) }); err != nil {
			return fmt.Errorf("the index %s cannot be built; its migration is recorded, and migrating again tries again: %w", index.Name, err)
		}
	}

	return nil
}

// buildIndex builds one index without keeping others from its table. It waits for transactions that are older, as long as they
// last: nobody waits behind it.
func (m *migrator) buildIndex(ctx context.Context, index pendingIndex) error {
	var valid bool

	err := m.connection.QueryRow(ctx, "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass($1)", index.Name).Scan(&valid)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return fmt.Errorf("look for an earlier try: %w", err)
	}

	// An earlier try that was cut off leaves an index that costs every write and answers no query.
	if err == nil && !valid {
		if _, err := m.connection.Exec(ctx, "DROP INDEX CONCURRENTLY "+index.Name); err != nil {
			return fmt.Errorf("drop what an earlier try left: %w", err)
		}
	}

	if !valid {
		if _, err := m.connection.Exec(ctx, index.Statement); err != nil {
			return explainDuplicates(err)
		}
	}

	if _, err := m.connection.Exec(ctx, "DELETE FROM drizzle.pending_indexes WHERE name = $1", index.Name); err != nil {
		return fmt.Errorf("delete its note: %w", err)
	}

	return nil
}

// explainDuplicates adds what Postgres knows of the rows that keep a unique index from being built.
func explainDuplicates(err error) error {
	if refused, ok := errors.AsType[*pgconn.PgError](err); ok && refused.Code == uniqueViolation {
		return fmt.Errorf("rows are there that it forbids, change them first (%s): %w", refused.Detail, err)
	}

	return err
}

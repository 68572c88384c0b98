package api

import (
	"context"
	"errors"
	"time"

	"github.com/docker/go-units"
	"github.com/jackc/pgx/v5"

	"github.com/zeitwork/zeitwork/database"
)

const (
	// oldBackup is how old the newest backup may be.
	oldBackup = 26 * time.Hour
	// longTransaction is how long a transaction may be open: it keeps Postgres from cleaning up.
	longTransaction = 15 * time.Minute
	// fewConnections is the part of the connections that may be taken.
	fewConnections = 0.9
)

// lookAtBackups tells how old the newest backup is that `zeitwork backup` has made.
func (h *health) lookAtBackups(ctx context.Context, known platform) error {
	const (
		part   = "backup"
		advice = "run `zeitwork backup` by a timer: docs/OPERATIONS.md has one"
	)

	newest, err := known.queries.NewestBackup(ctx)

	switch {
	case errors.Is(err, pgx.ErrNoRows):
		h.problem(part, "", advice, "none was ever made by `zeitwork backup`")
	case err != nil:
		return err
	case known.now.Sub(newest.SnapshotAt) > oldBackup:
		h.problem(part, "", advice, "the newest is %s old: %s in %s", known.since(newest.SnapshotAt), newest.Name, newest.Target)
	default:
		h.ok(part, "%s is %s old, %s in %s", newest.Name, known.since(newest.SnapshotAt), units.BytesSize(float64(newest.Bytes)), newest.Target)
	}

	return nil
}

// lookAtDatabase tells of the schema, the connections, and transactions that do not end.
func (h *health) lookAtDatabase(ctx context.Context, known platform) error {
	var compared int
	if err := pgx.BeginFunc(ctx, known.pool, func(tx pgx.Tx) (err error) {
		compared, err = database.CompareMigrations(ctx, tx)

		return err
	}); err != nil {
		return err
	}

	h.judgeDatabase(known.server, compared, known.observer)

	return nil
}

// judgeDatabase says what there is to say of a database server. Its migrations are compared with those that are known: newer ones are those of an upgrade that
// is under way.
func (h *health) judgeDatabase(server database.DatabaseHealthRow, compared int, observer string) {
	const part, about = "database", "migrations"

	switch {
	case compared < 0:
		h.problem(part, about, "run `zeitwork migrate`", "it lacks migrations that %s knows", observer)
	case compared > 0:
		h.notice(part, about, "end the upgrade", "a newer version than that of %s has migrated it", observer)
	}

	if float64(server.Connections) > fewConnections*float64(server.MaxConnections) {
		h.problem(part, "connections", "raise max_connections, or lower ZEITWORK_DATABASE_MAX_CONNS of the services",
			"%d of %d connections are taken", server.Connections, server.MaxConnections)
	}

	if oldest := time.Duration(server.OldestTransactionSeconds * float64(time.Second)); oldest > longTransaction {
		h.problem(part, "transactions", "find it in pg_stat_activity; unless it is a backup (pg_dump), end it with pg_terminate_backend",
			"a transaction is open for %s", spell(oldest))
	}

	if !h.has(part) {
		h.ok(part, "%s, all migrations, %d of %d connections, no long transaction",
			units.BytesSize(float64(server.Bytes)), server.Connections, server.MaxConnections)
	}
}

package database

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

// MigrateImpatiently is Migrate for tests: its statements wait for locks that long, and the others that long for them.
func MigrateImpatiently(ctx context.Context, pool *pgxpool.Pool, wait time.Duration, attempts int) error {
	return migrateWith(ctx, pool, patience{lockTimeout: wait, pause: wait, attempts: attempts}, nil)
}

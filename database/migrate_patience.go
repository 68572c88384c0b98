package database

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// patience is how Migrate waits for locks that others hold. While an ALTER TABLE waits behind a long query, everybody who comes
// after it waits behind the ALTER TABLE. So it waits shortly, lets the others through, and tries again.
type patience struct {
	// lockTimeout is how long a statement waits for one lock.
	lockTimeout time.Duration
	// pause is how long the others have the table to themselves between two attempts.
	pause    time.Duration
	attempts int
}

// Codes of Postgres's errors.
const (
	lockNotAvailable = "55P03"
	deadlockDetected = "40P01"
	uniqueViolation  = "23505"
	checkViolation   = "23514"
)

// defaultPatience gives up after some three minutes.
var defaultPatience = patience{lockTimeout: 3 * time.Second, pause: 5 * time.Second, attempts: 24} //nolint:mnd // Each is named.

// retry calls attempt until it ends in anything but a lock that could not be had in time or a deadlock. The error of the last
// attempt is returned.
func (p patience) retry(ctx context.Context, attempt func() error) error {
	for left := p.attempts - 1; ; left-- {
		err := attempt()
		if !isBusy(err) {
			return err
		}

		if left <= 0 {
			return fmt.Errorf("other transactions hold locks that it needs, at each of %d attempts; look for long ones in pg_stat_activity and try again: %w",
				p.attempts, err)
		}

		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(p.pause):
		}
	}
}

// lockTimeoutSetting is lockTimeout as Postgres reads it.
func (p patience) lockTimeoutSetting() string {
	return strconv.FormatInt(p.lockTimeout.Milliseconds(), 10)
}

// isBusy tells whether a statement failed for the locks of others alone.
func isBusy(err error) bool {
	refused, ok := errors.AsType[*pgconn.PgError](err)

	return ok && slices.Contains([]string{lockNotAvailable, deadlockDetected}, refused.Code)
}

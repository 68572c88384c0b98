package main

import (
	"context"
	"fmt"
	"time"

	"github.com/zeitwork/zeitwork/test/rig"
)

// liveSQL tells whether a deployment is live.
const liveSQL = `SELECT EXISTS (SELECT FROM deployments WHERE id = $1 AND state = 'live')`

// untilPause is how long until waits between two looks.
const untilPause = 50 * time.Millisecond

// until waits until the query says so. A database that is away is asked again.
func (h *harness) until(ctx context.Context, what, sql string, arguments ...any) error {
	for {
		var so bool
		if err := h.pool.QueryRow(ctx, sql, arguments...).Scan(&so); err == nil && so {
			return nil
		}

		if err := rig.Sleep(ctx, untilPause); err != nil {
			return fmt.Errorf("it did not come to that %s: %w", what, err)
		}
	}
}

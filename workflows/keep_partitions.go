package workflows

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/riverqueue/river"

	"github.com/zeitwork/zeitwork/database"
)

const (
	// keepPartitionsEvery is short beside the time for which there are partitions ahead, so that it does not matter if a pass fails. One that finds nothing to
	// do costs a few looks at the catalogue.
	keepPartitionsEvery = time.Minute
	// shortestPartitioned is how long partitions of requests stay at least: that of yesterday is made with those of today, and takes what edges ship late.
	shortestPartitioned = 48 * time.Hour
)

// partitioned is what stands in partitions by time. Both functions may be called by several workers at once. A partition that is in use is left for the next
// call.
type partitioned struct {
	name string
	// add makes the partitions that will be needed, as seen at a time.
	add func(ctx context.Context, now time.Time) (made int, err error)
	// drop drops those of which nothing is kept any more.
	drop func(ctx context.Context, now time.Time) (dropped int, err error)
}

// partitioned returns all that is partitioned by time.
func (w *Worker) partitioned() []partitioned {
	return []partitioned{w.requestPartitions(), w.measurePartitions()}
}

// keepPartitions makes the partitions that will be needed and drops those of which nothing is kept any more. Nobody waits for a job that fails: the next one
// does what it has not done.
func (w *Worker) keepPartitions(ctx context.Context, _ *river.Job[arguments]) error {
	var failed error

	for _, table := range w.partitioned() {
		made, err := table.add(ctx, w.now())
		dropped, dropErr := table.drop(ctx, w.now())

		if err := errors.Join(err, dropErr); err != nil {
			failed = errors.Join(failed, fmt.Errorf("keep the partitions of %s: %w", table.name, err))
		}

		if made > 0 || dropped > 0 {
			w.logger.InfoContext(ctx, "partitions made and dropped", slog.String("of", table.name), slog.Int("made", made), slog.Int("dropped", dropped))
		}
	}

	return failed
}

func (w *Worker) requestPartitions() partitioned {
	table, retention := database.RequestLogs(), max(w.config.LogRetention, shortestPartitioned)

	return partitioned{
		name: "requests",
		add: func(ctx context.Context, now time.Time) (int, error) {
			return database.MakePartitions(ctx, w.pool, table, now)
		},
		drop: func(ctx context.Context, now time.Time) (int, error) {
			return database.DropPartitions(ctx, w.pool, table, now.Add(-retention))
		},
	}
}

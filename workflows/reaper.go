package workflows

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/logging"
)

// reapEvery bounds how long the jobs of a worker that died lie still.
const reapEvery = time.Second

// reap takes over the jobs of dead workers until ctx ends.
func (w *Worker) reap(ctx context.Context) {
	ticker := time.NewTicker(reapEvery)
	defer ticker.Stop()

	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}

		if err := w.reapOnce(ctx); err != nil && ctx.Err() == nil {
			w.logger.WarnContext(ctx, "could not look for dead workers", logging.Error(err))
		}
	}
}

func (w *Worker) reapOnce(ctx context.Context) error {
	owners, err := database.New(w.pool).ListJobOwners(ctx)
	if err != nil {
		return fmt.Errorf("list the owners of running jobs: %w", err)
	}

	var problems []error

	for _, owner := range owners {
		if owner == w.name {
			continue
		}

		if err := w.takeOver(ctx, owner); err != nil {
			problems = append(problems, fmt.Errorf("take the jobs of worker %s over: %w", owner, err))
		}
	}

	return errors.Join(problems...)
}

// takeOver ends the running jobs of a worker if that is dead, and inserts a fresh job for each. The dead worker's rows are not revived: River
// writes the state of a job by its id alone, so that a worker which was only cut off for a while would end the attempt of its successor.
func (w *Worker) takeOver(ctx context.Context, owner string) error {
	return database.InTx(ctx, w.pool, func(tx pgx.Tx, queries *database.Queries) error {
		dead, err := queries.TryLockWorker(ctx, owner)
		if err != nil || !dead {
			return err
		}

		if _, err := queries.DeposeDeadLeader(ctx, owner); err != nil {
			return fmt.Errorf("have another worker lead: %w", err)
		}

		jobs, err := queries.FinalizeDeadJobs(ctx, owner)
		if err != nil {
			return fmt.Errorf("finalize its jobs: %w", err)
		}

		for _, job := range jobs {
			k, err := kindOf(job.Kind)
			if err != nil || k.periodic || job.Cancelled {
				continue
			}

			// A job that nobody can read ends here. It must not keep the others from being taken over.
			var args arguments
			if err := json.Unmarshal(job.Args, &args); err != nil {
				w.logger.ErrorContext(ctx, "a job of a worker that died cannot be read", slog.Int64("job_id", job.ID),
					slog.String("job", job.Kind), logging.Error(err))

				continue
			}

			tried := attemptOf(&river.Job[arguments]{JobRow: &rivertype.JobRow{Attempt: int(job.Attempt), Metadata: job.Metadata}})

			if err := insertJobLike(ctx, w.inserter, tx, job.Kind, args, tried, pauseAfterDeath(tried)); err != nil {
				return err
			}

			w.logger.WarnContext(ctx, "took over from a worker that died", slog.String("worker", owner), slog.String("job", job.Kind),
				logging.Deployment(args.DeploymentID))
		}

		return nil
	})
}

// pauseAfterDeath is how long a job waits that ended with its worker: not at all the first times, and then ever longer, as it may be the
// job that ends its workers.
func pauseAfterDeath(tried int) time.Duration {
	const forgiven = 3

	if tried <= forgiven {
		return 0
	}

	return backoff(tried - forgiven)
}

package workflows

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"

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

	for _, owner := range owners {
		if owner == w.name {
			continue
		}

		if err := w.takeOver(ctx, owner); err != nil {
			return fmt.Errorf("take the jobs of worker %s over: %w", owner, err)
		}
	}

	return nil
}

// takeOver ends the running jobs of a worker if it is dead, and inserts a fresh job for each. The dead one's rows are not
// revived: River writes a job's state by its id alone, so that a worker which was only cut off for a while would end the
// attempt of the one that has taken over.
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

			var args arguments
			if err := json.Unmarshal(job.Args, &args); err != nil {
				return fmt.Errorf("decode the arguments of job %d: %w", job.ID, err)
			}

			if err := insertJob(ctx, w.client, tx, job.Kind, args); err != nil {
				return err
			}

			w.logger.WarnContext(ctx, "took over from a worker that died", slog.String("worker", owner), slog.String("job", job.Kind),
				logging.Deployment(args.DeploymentID))
		}

		return nil
	})
}

package workflows

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// The states of an attempt in the timeline.
const (
	attemptSucceeded = "succeeded"
	attemptFailed    = "failed"
	attemptRetrying  = "retrying"
)

// errOvertaken means that a younger deployment has had the route already.
var errOvertaken = errors.New("a younger deployment was live already")

// runStep runs one attempt of a step, from the opening of its row in the timeline to the transaction that ends it.
func (w *Worker) runStep(ctx context.Context, s step, job *river.Job[arguments]) error {
	a, err := w.begin(ctx, s, job)
	if errors.Is(err, errFenced) {
		return river.JobCancel(err)
	}

	if err != nil {
		return err
	}

	if a.number > s.attempts {
		return w.end(ctx, a, stateFailed, problem.New(problem.Internal,
			"The workers that ran this step stopped %d times. Redeploy to try again.", s.attempts))
	}

	a.logger.DebugContext(ctx, "step begins")

	started := time.Now()

	err = w.try(ctx, a)
	if err == nil {
		a.logger.InfoContext(ctx, "step succeeded", slog.Duration("took", time.Since(started)))

		return nil
	}

	return w.resolve(ctx, a, err)
}

// try does the step's work and, if that succeeds, goes on to the next step.
func (w *Worker) try(ctx context.Context, a *attempt) error {
	environment, err := w.key.OpenEnvironment(a.deployment.ID, a.deployment.EnvironmentSealed)
	if err != nil {
		return fmt.Errorf("open the environment: %w", err)
	}

	a.environment, a.secrets = environment, newRedactor(environment)

	write, err := recovered(func() (outcome, error) { return a.step.run(w, ctx, a) })
	if err != nil {
		return err
	}

	return w.settle(ctx, a, func(ctx context.Context, tx pgx.Tx, queries *database.Queries) error {
		if err := write(ctx, tx, queries); err != nil {
			return err
		}

		if err := a.close(ctx, queries, attemptSucceeded, nil, nil); err != nil {
			return err
		}

		if next, ok := a.step.next(); ok {
			if err := queries.AdvanceDeployment(ctx, next, a.deployment.ID); err != nil {
				return fmt.Errorf("advance the deployment: %w", err)
			}

			if err := insertJob(ctx, w.client, tx, jobName(next), arguments{DeploymentID: a.deployment.ID}); err != nil {
				return err
			}
		}

		return a.complete(ctx, tx)
	})
}

// recovered runs f and turns a panic into an error, so that the attempt is settled like any other.
func recovered(f func() (outcome, error)) (write outcome, err error) {
	defer func() {
		if value := recover(); value != nil {
			err = fmt.Errorf("panic: %v\n%s", value, debug.Stack())
		}
	}()

	return f()
}

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
	"github.com/zeitwork/zeitwork/internal/faultpoint"
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

	ctx, stop := w.whileAtStep(ctx, a)
	defer stop()

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

	faultpoint.Reach(a.step.name, faultpoint.Before)

	write, err := recovered(func() (outcome, error) { return a.step.run(w, ctx, a) })
	if err != nil {
		return err
	}

	if err := w.goOn(ctx, a, write); err != nil {
		return err
	}

	faultpoint.Reach(a.step.name, faultpoint.Committed)

	return nil
}

// goOn ends a step that succeeded: its result, its end in the timeline and the job of the next one are one transaction.
func (w *Worker) goOn(ctx context.Context, a *attempt, write outcome) error {
	return w.settle(ctx, a, func(ctx context.Context, tx pgx.Tx, queries *database.Queries) error {
		if err := write(ctx, tx, queries); err != nil {
			return err
		}

		if err := a.close(ctx, queries, attemptSucceeded, nil, nil); err != nil {
			return err
		}

		if next, ok := a.step.next(a.project); ok {
			if err := queries.AdvanceDeployment(ctx, next, a.deployment.ID); err != nil {
				return fmt.Errorf("advance the deployment: %w", err)
			}

			if err := insertJob(ctx, w.client, tx, jobName(next), arguments{DeploymentID: a.deployment.ID}); err != nil {
				return err
			}
		}

		if err := a.complete(ctx, tx); err != nil {
			return err
		}

		faultpoint.Reach(a.step.name, faultpoint.After)

		return nil
	})
}

// whileAtStep returns a context that ends, with errFenced as its cause, once the deployment has ended or gone on without
// this attempt. River tells of a cancelled job too, but by a notification alone, and those can be lost.
func (w *Worker) whileAtStep(ctx context.Context, a *attempt) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)

	go func() {
		err := w.until(ctx, database.ChannelDeployments, a.deployment.ID.String(), func() (bool, error) {
			there, err := database.New(w.pool).DeploymentIsAtStep(ctx, a.deployment.ID, a.step.name)

			return err == nil && !there, nil // Who cannot ask looks again.
		})
		if err == nil {
			cancel(errFenced)
		}
	}()

	return ctx, func() { cancel(nil) }
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

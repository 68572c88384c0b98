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
	"github.com/riverqueue/river/rivertype"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/logging"
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

// resolve decides what an error means: for nobody any more, for the user, or for another attempt.
func (w *Worker) resolve(ctx context.Context, a *attempt, err error) error {
	switch {
	case errors.Is(err, errFenced):
		a.logger.InfoContext(ctx, "step ends without a word: the deployment has gone on or ended")

		return river.JobCancel(errFenced)
	case errors.Is(context.Cause(ctx), rivertype.ErrJobCancelledRemotely):
		return ctx.Err()
	case errors.Is(ctx.Err(), context.Canceled):
		return w.interrupted(ctx, a)
	case errors.Is(err, errOvertaken):
		return w.end(ctx, a, stateSuperseded, nil)
	case problem.IsUsers(err):
		return w.end(ctx, a, stateFailed, err)
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		err = problem.Wrap(err, problem.Unavailable, "This step took longer than %s.", a.step.timeout)
	}

	a.logger.WarnContext(ctx, "step failed", slog.String("error", a.secrets.redact(err.Error())))

	if a.number < a.step.attempts {
		return w.retryLater(ctx, a, err)
	}

	return w.end(ctx, a, stateFailed, problem.Wrap(err, problem.CodeOf(err),
		"%s It was tried %d times. Redeploy to try again.", problem.MessageOf(err), a.number))
}

// interrupted hands the step to another worker, because this one stops. It costs no attempt.
func (w *Worker) interrupted(ctx context.Context, a *attempt) error {
	message := "The worker stopped; another one goes on."

	err := w.settle(ctx, a, func(ctx context.Context, _ pgx.Tx, queries *database.Queries) error {
		return a.close(ctx, queries, attemptRetrying, &message, nil)
	})
	if err != nil && !errors.Is(err, errFenced) {
		a.logger.WarnContext(ctx, "could not write that the step was interrupted", logging.Error(err))
	}

	return ctx.Err()
}

// retryLater has River try the step again after the backoff, and tells the user what it waits for.
func (w *Worker) retryLater(ctx context.Context, a *attempt, cause error) error {
	message := a.secrets.redact(storable(problem.MessageOf(cause)))
	waitingFor := waitingSentence(message, backoff(a.job.Attempt))

	if _, ok := errors.AsType[*problem.Error](cause); !ok {
		waitingFor = waitingSentence("Something went wrong on our side.", backoff(a.job.Attempt))
	}

	err := w.settle(ctx, a, func(ctx context.Context, _ pgx.Tx, queries *database.Queries) error {
		return a.close(ctx, queries, attemptRetrying, &message, &waitingFor)
	})
	if errors.Is(err, errFenced) {
		return river.JobCancel(err)
	}

	if err != nil {
		return fmt.Errorf("write that the step is tried again: %w", err)
	}

	// River keeps this text with the job.
	return errors.New(message)
}

// end ends the deployment without going live. The cause is nil where nothing failed.
func (w *Worker) end(ctx context.Context, a *attempt, state string, cause error) error {
	var code, message *string

	if cause != nil {
		code = new(string(problem.CodeOf(cause)))
		message = new(a.secrets.redact(storable(problem.MessageOf(cause))))
	}

	err := w.settle(ctx, a, func(ctx context.Context, tx pgx.Tx, queries *database.Queries) error {
		if err := a.close(ctx, queries, attemptFailed, message, nil); err != nil {
			return err
		}

		err := queries.EndDeployment(ctx, database.EndDeploymentParams{ID: a.deployment.ID, State: state, ErrorCode: code, ErrorMessage: message})
		if err != nil {
			return fmt.Errorf("end the deployment: %w", err)
		}

		if err := insertCleanup(ctx, w.client, tx, a.deployment.ID); err != nil {
			return err
		}

		return a.complete(ctx, tx)
	})
	if errors.Is(err, errFenced) {
		return river.JobCancel(err)
	}

	if err != nil {
		return fmt.Errorf("end the deployment: %w", err)
	}

	a.logger.InfoContext(ctx, "deployment ended", slog.String("state", state), slog.String("reason", lo.FromPtr(message)))

	return nil
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

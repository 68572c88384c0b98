package workflows

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// resolve decides what an error means: for nobody any more, for the user, or for another attempt.
func (w *Worker) resolve(ctx context.Context, a *attempt, err error) error {
	switch {
	case errors.Is(err, errFenced), errors.Is(context.Cause(ctx), errFenced):
		a.logger.InfoContext(ctx, "step ends without a word: the deployment has gone on or ended")

		return river.JobCancel(errFenced)
	case errors.Is(context.Cause(ctx), rivertype.ErrJobCancelledRemotely):
		return ctx.Err()
	case isInterrupted(ctx, err):
		return w.interrupted(ctx, a)
	case errors.Is(err, errOvertaken):
		return w.end(ctx, a, stateSuperseded, nil)
	case problem.IsUsers(err), errors.Is(err, errPointless):
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

// errPointless marks an error of ours after which no other attempt is made.
var errPointless = errors.New("another attempt would not help")

// interrupted hands the step to another worker, because this one stops. It counts as an attempt: a step that ends its workers must not go
// on for ever.
func (w *Worker) interrupted(ctx context.Context, a *attempt) error {
	message := "The worker stopped; another one goes on."

	err := w.settle(ctx, a, func(ctx context.Context, tx pgx.Tx, queries *database.Queries) error {
		if err := a.close(ctx, queries, attemptRetrying, &message, nil); err != nil {
			return err
		}

		return w.handBackTx(ctx, tx, a.job)
	})
	if errors.Is(err, errFenced) {
		return river.JobCancel(err)
	}

	return err
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

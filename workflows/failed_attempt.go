package workflows

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivertype"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/activities/notify"
	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/database/quota"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// This file says what follows an attempt that did not succeed: the end of the deployment, an earlier step, another attempt, or another worker.

// resolve decides what an error means: nothing any more, the end of the deployment, an earlier step, or another attempt.
func (w *Worker) resolve(ctx context.Context, a *attempt, err error) error {
	var (
		back *backError
		full *quota.FullError
	)

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
	case errors.Is(err, errSkipped):
		return w.end(ctx, a, stateCancelled, errSkipped)
	case errors.As(err, &back):
		return w.back(ctx, a, back)
	case errors.As(err, &full):
		return w.awaitQuota(ctx, a, full)
	case problem.IsUsers(err), errors.Is(err, errPointless):
		return w.end(ctx, a, stateFailed, err)
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		err = problem.Wrap(err, problem.Unavailable, "This step took longer than %s.", a.step.timeout)
	}

	a.logger.WarnContext(ctx, "step failed", slog.String("error", a.secrets.redact(err.Error())))

	if noRoom, ok := errors.AsType[*noRoomError](err); ok {
		w.makeRoom(ctx, noRoom)
	}

	if !a.overdue() {
		return w.retryLater(ctx, a, err)
	}

	return w.end(ctx, a, stateFailed, problem.Wrap(err, problem.CodeOf(err),
		"%s It was tried for %s. Redeploy to try again.", problem.MessageOf(err), a.step.deadline))
}

// retryLater has River try the step again after the backoff, and tells the user what it waits for.
func (w *Worker) retryLater(ctx context.Context, a *attempt, cause error) error {
	message := a.secrets.redact(storable(problem.MessageOf(cause)))
	pause := backoff(attemptOf(a.job))
	waitingFor := waitingSentence(message, pause)

	if _, ok := errors.AsType[*problem.Error](cause); !ok {
		waitingFor = waitingSentence("Something went wrong on our side.", pause)
	}

	err := w.settle(ctx, a, func(ctx context.Context, _ pgx.Tx, queries *database.Queries) error {
		return a.close(ctx, queries, attemptRetrying, &message, &waitingFor)
	})
	if err != nil {
		return unlessFenced(err, "write that the step is tried again")
	}

	// River keeps the error with the job, where operators alone read it. What is missing where addresses are is in the message.
	if noRoom, ok := errors.AsType[*noRoomError](cause); ok && !noRoom.addresses {
		return noRoom
	}

	return errors.New(message)
}

// back sends the deployment back to an earlier step.
func (w *Worker) back(ctx context.Context, a *attempt, back *backError) error {
	a.logger.WarnContext(ctx, "the deployment goes back", slog.String("to", back.step), slog.String("reason", back.reason))

	if a.overdue() {
		return w.end(ctx, a, stateFailed, problem.New(problem.Unavailable, "%s Redeploy to try again.", back.reason))
	}

	reason := a.secrets.redact(storable(back.reason))

	err := w.settle(ctx, a, func(ctx context.Context, tx pgx.Tx, queries *database.Queries) error {
		if err := w.enter(ctx, tx, queries, a, back.step, attemptRetrying, &reason); err != nil {
			return err
		}

		return a.complete(ctx, tx)
	})

	return unlessFenced(err, "go back to an earlier step")
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

		if state == stateFailed {
			if err := tell(ctx, w.inserter, tx, a.project.OrganisationID, a.deployment, notify.EventFailed); err != nil {
				return err
			}
		}

		if err := unpinBy(ctx, w.inserter, tx, a.deployment.ID); err != nil {
			return err
		}

		if err := insertCleanup(ctx, w.inserter, tx, a.deployment.ID); err != nil {
			return err
		}

		if builds(a.step.name) {
			if _, _, err := passTurn(ctx, w.inserter, tx, a.project.ID); err != nil {
				return err
			}
		}

		return a.complete(ctx, tx)
	})
	if err != nil {
		return unlessFenced(err, "end the deployment")
	}

	a.logger.InfoContext(ctx, "deployment ended", slog.String("state", state), slog.String("reason", lo.FromPtr(message)))

	return nil
}

// interrupted hands the step to another worker, because this one stops.
func (w *Worker) interrupted(ctx context.Context, a *attempt) error {
	message := "The worker stopped; another one goes on."

	err := w.settle(ctx, a, func(ctx context.Context, tx pgx.Tx, queries *database.Queries) error {
		if err := a.close(ctx, queries, attemptRetrying, &message, nil); err != nil {
			return err
		}

		return w.handBackTx(ctx, tx, a.job)
	})

	return unlessFenced(err, "hand the step to another worker")
}

// isInterrupted tells whether a job ended with the error because its worker stops: it was told so, or did not end in time.
func isInterrupted(ctx context.Context, err error) bool {
	if errors.Is(err, errInterrupted) {
		return true
	}

	return err != nil && errors.Is(ctx.Err(), context.Canceled) && !errors.Is(context.Cause(ctx), rivertype.ErrJobCancelledRemotely)
}

// handBack lets another worker go on with a job at once. The end of ctx does not end it.
func (w *Worker) handBack(ctx context.Context, job *river.Job[arguments]) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTimeout)
	defer cancel()

	err := database.InTx(ctx, w.pool, func(tx pgx.Tx, queries *database.Queries) error {
		if err := w.ownsJob(ctx, queries, job); err != nil {
			return err
		}

		return w.handBackTx(ctx, tx, job)
	})

	return unlessFenced(err, "hand the job to another worker")
}

// handBackTx ends a job that this worker owns and inserts a fresh one: unlike a job that is tried again, a fresh one is fetched at once.
func (w *Worker) handBackTx(ctx context.Context, tx pgx.Tx, job *river.Job[arguments]) error {
	if _, err := river.JobCompleteTx[*riverpgxv5.Driver](ctx, tx, job); err != nil {
		return fmt.Errorf("complete the job: %w", err)
	}

	return insertJobLike(ctx, w.inserter, tx, job.Kind, job.Args, attemptOf(job), 0)
}

// unlessFenced ends the job of an attempt that the fence kept from writing, and says of any other error what failed.
func unlessFenced(err error, what string) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, errFenced):
		return river.JobCancel(err)
	default:
		return fmt.Errorf("%s: %w", what, err)
	}
}

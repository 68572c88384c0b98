package workflows

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/faultpoint"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/logging"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// This file runs the steps of deployments: an attempt begins in one transaction, does its work outside of any, and is settled in
// another one, which commits only behind the fence. failed_attempt.go has what follows an error.

// The states of an attempt in the timeline.
const (
	attemptSucceeded = "succeeded"
	attemptFailed    = "failed"
	attemptRetrying  = "retrying"
)

// settleTimeout bounds the transactions that begin and end an attempt.
const settleTimeout = 30 * time.Second

var (
	// errFenced means that the attempt owns its job no longer, or that the deployment has ended or stands at another step.
	// Such an attempt writes nothing.
	errFenced = errors.New("the deployment is no longer at this step, or another worker has it")
	// errOvertaken means that a younger deployment has had the route already.
	errOvertaken = errors.New("a younger deployment was live already")
	// errPointless marks an error of the platform's after which no other attempt is made.
	errPointless = errors.New("another attempt would not help")
	// errInterrupted means that the worker stops, and that another one is to go on.
	errInterrupted = errors.New("the worker stops")
)

// backError sends a deployment back to an earlier step, because what that step made is there no longer.
type backError struct {
	step, reason string
}

func (e *backError) Error() string {
	return e.reason + " The deployment goes back to step " + e.step + "."
}

// goBack returns the error with which a step sends its deployment back to an earlier one. The reason is a sentence for the timeline.
func goBack(step, reason string) error { return &backError{step: step, reason: reason} }

// attempt is one try of one step of one deployment.
type attempt struct {
	step       step
	job        *river.Job[arguments]
	deployment database.Deployment
	project    database.Project
	variables  map[string]string
	secrets    redactor
	row        uuid.UUID
	// number counts the attempts of the step from 1, over all of its jobs.
	number int
	// triedFor is for how long the step had been tried when this attempt began.
	triedFor time.Duration
	began    time.Time
	pool     database.DBTX
	logger   *slog.Logger
}

// overdue tells whether the step's deadline has passed.
func (a *attempt) overdue() bool { return a.triedFor+time.Since(a.began) > a.step.deadline }

// runStep runs one attempt of a step, from the opening of its row in the timeline to the transaction that ends it.
func (w *Worker) runStep(ctx context.Context, s step, job *river.Job[arguments]) error {
	a, err := w.begin(ctx, s, job)
	if errors.Is(err, errFenced) {
		return river.JobCancel(err)
	}

	if err != nil {
		return err
	}

	if a.overdue() {
		return w.end(ctx, a, stateFailed, problem.New(problem.Internal,
			"The workers that ran this step stopped again and again for %s. Redeploy to try again.", s.deadline))
	}

	a.logger.DebugContext(ctx, "step begins")

	atStep, stop := w.whileAtStep(ctx, a)
	defer stop()

	write, err := w.try(atStep, a)
	if err != nil {
		return w.resolve(atStep, a, err)
	}

	// From here on the fence tells whether the deployment is still at its step.
	stop()

	if err := w.advance(ctx, a, write); err != nil {
		return w.resolve(ctx, a, err)
	}

	faultpoint.Reach(a.step.name, faultpoint.Committed)
	a.logger.InfoContext(ctx, "step succeeded", slog.Duration("took", time.Since(a.began)))

	return nil
}

// begin opens the attempt's row in the timeline.
func (w *Worker) begin(ctx context.Context, s step, job *river.Job[arguments]) (*attempt, error) {
	a := &attempt{step: s, job: job, row: id.New(), pool: w.pool, began: time.Now()}

	// Losing this transaction in a crash of Postgres repeats the attempt.
	err := database.InUnflushedTx(ctx, w.pool, func(_ pgx.Tx, queries *database.Queries) error {
		begun, err := queries.BeginStep(ctx, job.Args.DeploymentID, s.name)
		if err != nil {
			return fenced(err)
		}

		row, err := queries.OpenStep(ctx, database.OpenStepParams{
			ID: a.row, DeploymentID: begun.Deployment.ID, Step: s.name, JobID: job.ID, Worker: ownerOf(job),
			JobAttempt: int16(job.Attempt), //nolint:gosec // River keeps attempts in a smallint itself.
		})
		if err != nil {
			return fenced(err)
		}

		a.deployment, a.project, a.number, a.triedFor = begun.Deployment, begun.Project, int(row.Attempt), row.TriedFor

		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("begin step %s: %w", s.name, err)
	}

	a.logger = w.logger.With(logging.Deployment(a.deployment.ID), slog.String("step", s.name), slog.Int("attempt", a.number))

	return a, nil
}

// try does the step's work, and returns how to write its result.
func (w *Worker) try(ctx context.Context, a *attempt) (outcome, error) {
	variables, err := w.keyring.OpenEnvironment(ctx, database.New(w.pool), snapshotOf(a.project, a.deployment.ID), a.deployment.EnvironmentSealed)
	if err != nil {
		return nil, fmt.Errorf("open the environment: %w", err)
	}

	a.variables, a.secrets = variables, newRedactor(variables)

	faultpoint.Reach(a.step.name, faultpoint.Before)

	return recovered(func() (outcome, error) { return a.step.run(w, ctx, a) })
}

// advance ends a step that succeeded: its result, its end in the timeline and the job of the next one are one transaction.
func (w *Worker) advance(ctx context.Context, a *attempt, write outcome) error {
	return w.settle(ctx, a, func(ctx context.Context, tx pgx.Tx, queries *database.Queries) error {
		if err := write(ctx, tx, queries); err != nil {
			return err
		}

		next, ok := a.step.next(a.project)
		if ok {
			if err := w.proceed(ctx, tx, queries, a, next); err != nil {
				return err
			}
		} else if err := a.close(ctx, queries, attemptSucceeded, nil, nil); err != nil {
			return err
		}

		if err := a.complete(ctx, tx); err != nil {
			return err
		}

		faultpoint.Reach(a.step.name, faultpoint.After)

		return nil
	})
}

// proceed enters the step behind one that succeeded. Behind the last step that builds it is another deployment's turn to be built.
func (w *Worker) proceed(ctx context.Context, tx pgx.Tx, queries *database.Queries, a *attempt, next string) error {
	if err := w.enter(ctx, tx, queries, a, next, attemptSucceeded, nil); err != nil {
		return err
	}

	if !builds(a.step.name) || builds(next) {
		return nil
	}

	_, _, err := passTurn(ctx, w.inserter, tx, a.project.ID)

	return err
}

// enter ends the attempt's row in the timeline, puts the deployment at a step and inserts that step's job. A push of a pinned project is held
// there instead.
func (w *Worker) enter(
	ctx context.Context, tx pgx.Tx, queries *database.Queries, a *attempt, step, attemptState string, message *string,
) error {
	held, err := a.isHeldBefore(ctx, queries, step)
	if err != nil {
		return err
	}

	if held {
		if err := a.close(ctx, queries, attemptState, message, nil); err != nil {
			return err
		}

		return w.hold(ctx, queries, a, step)
	}

	k, err := kindOf(jobName(step))
	if err != nil {
		return err
	}

	err = queries.AdvanceDeployment(ctx, database.AdvanceDeploymentParams{
		ID: a.deployment.ID, Step: step, Queue: k.queue, Durable: a.step.durable,
		AttemptID: a.row, AttemptState: attemptState, AttemptError: message,
	})
	if err != nil {
		return fmt.Errorf("advance the deployment: %w", err)
	}

	_, err = insertQuietly(ctx, w.inserter, tx, k, arguments{DeploymentID: a.deployment.ID}, 0, 0)

	return err
}

// settle ends the attempt: it runs write in one transaction that commits only if this attempt still owns its job and the
// deployment still stands at its step. The end of ctx does not end it, since a step that is cut off must say so.
func (w *Worker) settle(ctx context.Context, a *attempt, write outcome) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTimeout)
	defer cancel()

	return database.InTx(ctx, w.pool, func(tx pgx.Tx, queries *database.Queries) error {
		project, err := queries.Fence(ctx, database.FenceParams{
			ProjectID: a.project.ID, DeploymentID: a.deployment.ID, Step: a.step.name, JobID: a.job.ID, Worker: ownerOf(a.job),
			Attempt: int16(a.job.Attempt), //nolint:gosec // River keeps attempts in a smallint itself.
		})
		if err != nil {
			return fenced(err)
		}

		a.project = database.Project(project)

		return write(ctx, tx, queries)
	})
}

func (w *Worker) ownsJob(ctx context.Context, queries *database.Queries, job *river.Job[arguments]) error {
	//nolint:gosec // River keeps attempts in a smallint itself.
	_, err := queries.OwnsJob(ctx, job.ID, int16(job.Attempt), ownerOf(job))

	return fenced(err)
}

// ownerOf is the worker that the job was given to for this attempt.
func ownerOf(job *river.Job[arguments]) string {
	owner, _ := lo.Last(job.AttemptedBy)

	return owner
}

// complete finishes the job in the same transaction.
func (a *attempt) complete(ctx context.Context, tx pgx.Tx) error {
	if _, err := river.JobCompleteTx[*riverpgxv5.Driver](ctx, tx, a.job); err != nil {
		return fmt.Errorf("complete the job: %w", err)
	}

	return nil
}

// close ends the attempt's row in the timeline.
func (a *attempt) close(ctx context.Context, queries *database.Queries, state string, message, waitingFor *string) error {
	err := queries.CloseStep(ctx, database.CloseStepParams{ID: a.row, State: state, Error: message, WaitingFor: waitingFor})
	if err != nil {
		return fmt.Errorf("close the step's row: %w", err)
	}

	return nil
}

// whileAtStep returns a context that ends, with errFenced as its cause, once the deployment has ended or gone on without
// this attempt. River tells of a cancelled job too, but by a notification alone, and those can be lost.
func (w *Worker) whileAtStep(ctx context.Context, a *attempt) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)

	go func() {
		err := w.until(ctx, database.ChannelDeployments, a.deployment.ID.String(), func() (bool, error) {
			there, err := database.New(w.pool).DeploymentIsAtStep(ctx, a.deployment.ID, a.step.name)

			return err == nil && !there, nil // A worker that cannot reach Postgres asks again.
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

// fenced turns the absence of a row that the fence asks for into errFenced.
func fenced(err error) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return errFenced
	}

	return err
}

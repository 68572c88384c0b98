package workflows

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/logging"
)

// errFenced means that the attempt owns its job no longer, or that the deployment has ended or stands at another step.
// Such an attempt writes nothing.
var errFenced = errors.New("the deployment is no longer at this step, or another worker has it")

// settleTimeout bounds the transactions that begin and end an attempt.
const settleTimeout = 30 * time.Second

// attempt is one try of one step of one deployment.
type attempt struct {
	step        step
	job         *river.Job[arguments]
	deployment  database.Deployment
	project     database.Project
	environment map[string]string
	secrets     redactor
	row         uuid.UUID
	// number counts the attempts of the step from 1, over all of its jobs.
	number int
	pool   database.DBTX
	logger *slog.Logger
}

// begin opens the attempt's row in the timeline.
func (w *Worker) begin(ctx context.Context, s step, job *river.Job[arguments]) (*attempt, error) {
	a := &attempt{step: s, job: job, row: id.New(), pool: w.pool}

	err := database.InTx(ctx, w.pool, func(_ pgx.Tx, queries *database.Queries) error {
		// Losing this transaction in a crash of Postgres repeats the attempt, so that it need not wait for the disk.
		if err := queries.CommitWithoutWaiting(ctx); err != nil {
			return fmt.Errorf("prepare the transaction: %w", err)
		}

		begun, err := queries.BeginStep(ctx, job.Args.DeploymentID, s.name)
		if err != nil {
			return fenced(err)
		}

		if err := w.ownsJob(ctx, queries, job); err != nil {
			return err
		}

		row, err := queries.OpenStep(ctx, database.OpenStepParams{ID: a.row, DeploymentID: begun.Deployment.ID, Step: s.name, Worker: w.name})
		if err != nil {
			return fmt.Errorf("open the step's row: %w", err)
		}

		a.deployment, a.project, a.number = begun.Deployment, begun.Project, int(row.Attempt)

		return queries.Notify(ctx, database.ChannelDeployments, begun.Deployment.ID.String())
	})
	if err != nil {
		return nil, fmt.Errorf("begin step %s: %w", s.name, err)
	}

	a.logger = w.logger.With(logging.Deployment(a.deployment.ID), slog.String("step", s.name), slog.Int("attempt", a.number))

	return a, nil
}

// settle ends the attempt: it runs write in one transaction that commits only if this attempt still owns its job and the
// deployment still stands at its step. The end of ctx does not end it, since a step that is cut off must say so.
func (w *Worker) settle(ctx context.Context, a *attempt, write outcome) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTimeout)
	defer cancel()

	return database.InTx(ctx, w.pool, func(tx pgx.Tx, queries *database.Queries) error {
		if _, err := queries.LockProject(ctx, a.project.ID); err != nil {
			return fmt.Errorf("lock the project: %w", err)
		}

		if _, err := queries.LockDeploymentAtStep(ctx, a.deployment.ID, a.step.name); err != nil {
			return fenced(err)
		}

		if err := w.ownsJob(ctx, queries, a.job); err != nil {
			return err
		}

		if err := write(ctx, tx, queries); err != nil {
			return err
		}

		return queries.Notify(ctx, database.ChannelDeployments, a.deployment.ID.String())
	})
}

func (w *Worker) ownsJob(ctx context.Context, queries *database.Queries, job *river.Job[arguments]) error {
	owner := ""
	if len(job.AttemptedBy) > 0 {
		owner = job.AttemptedBy[len(job.AttemptedBy)-1]
	}

	//nolint:gosec // River keeps attempts in a smallint itself.
	_, err := queries.OwnsJob(ctx, job.ID, int16(job.Attempt), owner)

	return fenced(err)
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

// fenced turns the absence of a row that the fence asks for into errFenced.
func fenced(err error) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return errFenced
	}

	return err
}

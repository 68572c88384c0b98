package workflows

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivertype"

	"github.com/zeitwork/zeitwork/database"
)

// errInterrupted means that the worker stops, and that another one is to go on.
var errInterrupted = errors.New("the worker stops")

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
	if errors.Is(err, errFenced) {
		return river.JobCancel(err)
	}

	return err
}

// handBackTx ends a job that this worker owns and inserts a fresh one: unlike one that is tried again, that is there at
// once.
func (w *Worker) handBackTx(ctx context.Context, tx pgx.Tx, job *river.Job[arguments]) error {
	if _, err := river.JobCompleteTx[*riverpgxv5.Driver](ctx, tx, job); err != nil {
		return fmt.Errorf("complete the job: %w", err)
	}

	return insertJob(ctx, w.client, tx, job.Kind, job.Args)
}

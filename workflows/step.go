package workflows

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
)

// step declares one step of a deployment.
type step struct {
	name  string
	queue string
	// timeout bounds one attempt.
	timeout time.Duration
	// attempts bounds how often the step is tried, also over several jobs.
	attempts int
	run      func(*Worker, context.Context, *attempt) (outcome, error)
	// when tells whether a project has the step; nil: every one.
	when func(database.Project) bool
}

// outcome writes the result of a step, inside the transaction that ends it.
type outcome func(ctx context.Context, tx pgx.Tx, queries *database.Queries) error

func (s step) kind() kind {
	return kind{
		name: jobName(s.name), queue: s.queue, timeout: s.timeout, attempts: s.attempts,
		work: func(w *Worker, ctx context.Context, job *river.Job[arguments]) error { return w.runStep(ctx, s, job) },
	}
}

// next is the name of the step that follows for a project; false behind the last one.
func (s step) next(project database.Project) (string, bool) {
	steps := deploy()
	_, index, _ := lo.FindIndexOf(steps, func(other step) bool { return other.name == s.name })

	following, ok := lo.Find(steps[index+1:], func(other step) bool { return other.when == nil || other.when(project) })

	return following.name, ok
}

// jobName is the job kind of a step.
func jobName(step string) string { return "deploy." + step }

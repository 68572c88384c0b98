package workflows

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
)

// The steps of a deployment, as they stand in deployments.step.
const (
	stepClone       = "clone"
	stepDetect      = "detect"
	stepBuild       = "build"
	stepPush        = "push"
	stepRelease     = "release"
	stepSchedule    = "schedule"
	stepHealthCheck = "health_check"
	stepFlipRoute   = "flip_route"
)

// step declares one step of a deployment.
type step struct {
	name  string
	queue string
	// timeout bounds one attempt.
	timeout time.Duration
	// deadline bounds all attempts together, counted from the first one since the deployment came to the step. Attempts that fail
	// because of the platform are repeated until then; how many there are does not matter.
	deadline time.Duration
	run      func(*Worker, context.Context, *attempt) (outcome, error)
	// when tells whether a project has the step; nil: every one.
	when func(database.Project) bool
	// durable steps commit to the disk before anybody may act on what they wrote. The loss of any other step's transaction in a
	// crash of Postgres repeats the step.
	durable bool
}

// outcome writes the result of a step, inside the transaction that ends it.
type outcome func(ctx context.Context, tx pgx.Tx, queries *database.Queries) error

// nothing is the outcome of a step that has nothing to write.
func nothing(context.Context, pgx.Tx, *database.Queries) error { return nil }

// deploy is the chain from a commit to a URL. A step with a condition is left out where that does not hold for the project.
//
//nolint:mnd // The declarations are the names of these numbers.
func deploy() []step {
	return []step{
		{name: stepClone, queue: queueSource, timeout: 15 * time.Minute, deadline: time.Hour, run: (*Worker).clone},
		{name: stepDetect, queue: queueSource, timeout: 5 * time.Minute, deadline: time.Hour, run: (*Worker).detect},
		{name: stepBuild, queue: queueBuild, timeout: 45 * time.Minute, deadline: 2 * time.Hour, run: (*Worker).build},
		{name: stepPush, queue: queueRelease, timeout: 5 * time.Minute, deadline: time.Hour, run: (*Worker).push},
		{
			name: stepRelease, queue: queueCommand, timeout: 80 * time.Minute, deadline: 3 * time.Hour, run: (*Worker).release,
			when: hasReleaseCommand, durable: true,
		},
		{name: stepSchedule, queue: queueRelease, timeout: time.Minute, deadline: time.Hour, run: (*Worker).schedule, durable: true},
		{name: stepHealthCheck, queue: queueWait, timeout: 15 * time.Minute, deadline: 2 * time.Hour, run: (*Worker).healthCheck},
		{name: stepFlipRoute, queue: queueRelease, timeout: time.Minute, deadline: time.Hour, run: (*Worker).flipRoute, durable: true},
	}
}

// placesVMs are the steps that pushes to a pinned environment wait before.
func placesVMs(step string) bool { return step == stepRelease || step == stepSchedule }

// next is the name of the step that follows for a project; false behind the last one.
func (s step) next(project database.Project) (string, bool) {
	steps := deploy()
	_, index, _ := lo.FindIndexOf(steps, func(other step) bool { return other.name == s.name })

	following, ok := lo.Find(steps[index+1:], func(other step) bool { return other.when == nil || other.when(project) })

	return following.name, ok
}

// kind is the job kind that runs the step. River does not count its attempts: the deadline ends them.
func (s step) kind() kind {
	return kind{
		name: jobName(s.name), queue: s.queue, timeout: s.timeout, attempts: uncounted,
		work: func(w *Worker, ctx context.Context, job *river.Job[arguments]) error { return w.runStep(ctx, s, job) },
	}
}

// jobName is the job kind of a step.
func jobName(step string) string { return "deploy." + step }

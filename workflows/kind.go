package workflows

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
)

// The kinds beside the chain.
const (
	kindRetire           = "retire"
	kindCleanup          = "cleanup"
	kindPollRepositories = "poll_repositories"
	kindReconcile        = "reconcile"
	kindMoveVMs          = "move_vms"
	kindCollectGarbage   = "collect_garbage"
)

// The queues. Steps that wait have a wide queue of their own, so that they take no slot from those that work. A new kind
// gets a new queue: workers of the version before, which run beside the new ones while a platform is upgraded, then never
// take a job that they do not know.
const (
	queueSource  = "source"
	queueBuild   = "build"
	queueRelease = "release"
	queueWait    = "wait"
	queuePoll    = "poll"
	queueMove    = "move"
	queueGarbage = "garbage"
	queueCommand = "command"
)

// riverSchema is the Postgres schema of River's tables.
const riverSchema = "river"

// kind declares one kind of River job.
type kind struct {
	name  string
	queue string
	// timeout bounds one attempt.
	timeout  time.Duration
	attempts int
	// periodic jobs come back by the clock, so that one whose worker died is not repeated.
	periodic bool
	work     func(*Worker, context.Context, *river.Job[arguments]) error
}

// kinds are all kinds that a worker must know: the leader discards jobs of others.
func kinds() []kind {
	return append(lo.Map(deploy(), func(s step, _ int) kind { return s.kind() }), otherKinds()...)
}

func kindOf(name string) (kind, error) {
	found, ok := lo.Find(kinds(), func(k kind) bool { return k.name == name })
	if !ok {
		return kind{}, fmt.Errorf("there is no job kind %q", name)
	}

	return found, nil
}

// check returns an error for a declaration that leaves something to River's defaults.
func (k kind) check() error {
	if k.queue == "" || k.timeout <= 0 || k.attempts <= 0 {
		return fmt.Errorf("job kind %q must declare its queue, timeout and attempts", k.name)
	}

	return nil
}

// arguments are what a job carries: ids, and never anything else.
type arguments struct {
	kind string

	DeploymentID uuid.UUID `json:"deployment_id,omitzero"`
}

// Kind tells River which worker the job is for.
func (a arguments) Kind() string { return a.kind }

// insertJob inserts a job that runs when the transaction commits.
func insertJob(ctx context.Context, client *river.Client[pgx.Tx], tx pgx.Tx, name string, args arguments) error {
	k, err := kindOf(name)
	if err != nil {
		return err
	}

	args.kind = name

	if _, err := client.InsertTx(ctx, tx, args, &river.InsertOpts{Queue: k.queue, MaxAttempts: k.attempts}); err != nil {
		return fmt.Errorf("insert a %s job: %w", name, err)
	}

	if err := database.New(tx).NotifyJob(ctx, k.queue); err != nil {
		return fmt.Errorf("notify the workers of queue %s: %w", k.queue, err)
	}

	return nil
}

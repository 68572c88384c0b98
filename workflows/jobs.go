package workflows

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
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
	kindRescale          = "rescale"
	kindRestart          = "restart"
	kindCollectGarbage   = "collect_garbage"
	kindCheckDomains     = "check_domains"
	// kindCheckInstallations asks GitHub about the installations of the App.
	kindCheckInstallations = "check_installations"
	kindDetectRepository   = "detect_repository"
	kindGithubReport       = "github_report"
	kindPollPulls          = "poll_pulls"
	kindKeepPartitions     = "keep_partitions"
	kindRebalance          = "rebalance"
	kindSleep              = "sleep"
	kindWake               = "wake"
	kindKeepCertificates   = "keep_certificates"
	kindSweepCertificates  = "sweep_certificates"
	// kindNotify sends a message to a channel.
	kindNotify = "notify"
	// kindWatchPlatform has operators told of what is wrong with the platform.
	kindWatchPlatform = "watch_platform"
)

// The queues are for jobs that need the same thing of a worker. Steps that wait have wide queues of their own, so that they take no
// slot from those that work; and what waits for nodes that may never answer takes none from health checks. Workers fetch only the
// kinds that they know, so that two versions may share a queue while a platform is upgraded.
const (
	queueSource  = "source"
	queueBuild   = "build"
	queueRelease = "release"
	queueWait    = "wait"
	queueRetire  = "retire"
	queuePoll    = "poll"
	queueMove    = "move"
	queueGarbage = "garbage"
	queueCommand = "command"
	queueDomains = "domains"
	queueGithub  = "github"
	// queueWake is for jobs that a visitor waits for.
	queueWake = "wake"
	// queueCertificates is for orders, which wait for edges and for the authority.
	queueCertificates = "certificates"
	// queueNotify is for what waits for the servers that channels lead to.
	queueNotify = "notify"
)

// riverSchema is the Postgres schema of River's tables.
const riverSchema = "river"

// uncounted is for jobs whose attempts something other than River bounds. River keeps the number in a smallint.
const uncounted = math.MaxInt16

// kind declares one kind of River job.
type kind struct {
	name string
	// formerly are the kinds whose work this one does by now. Workers of the version before insert jobs of them while a platform is upgraded.
	formerly []string
	queue    string
	// timeout bounds one attempt; a kind that drains gets the configured drain time on top.
	timeout time.Duration
	drains  bool
	// attempts is how often River tries a job.
	attempts int
	// periodic jobs come back by the clock: a job whose worker died is not repeated.
	periodic bool
	work     func(*Worker, context.Context, *river.Job[arguments]) error
}

// otherKinds are the jobs beside the chain.
//
//nolint:mnd // The declarations are the names of these numbers.
func otherKinds() []kind {
	return []kind{
		{name: kindRetire, queue: queueRetire, timeout: 25 * time.Minute, drains: true, attempts: 100, work: (*Worker).retire},
		{name: kindCleanup, queue: queueRetire, timeout: 20 * time.Minute, attempts: 100, work: (*Worker).cleanup},
		{name: kindMoveVMs, queue: queueMove, timeout: 25 * time.Minute, drains: true, attempts: 100, work: (*Worker).moveVMs},
		{name: kindRescale, queue: queueRetire, timeout: time.Minute, attempts: 100, work: (*Worker).rescale},
		{name: kindRestart, queue: queueRetire, timeout: time.Minute, attempts: 100, work: (*Worker).restart},
		{name: kindSleep, queue: queueRetire, timeout: 25 * time.Minute, drains: true, attempts: 100, work: (*Worker).putToSleep},
		{name: kindWake, queue: queueWake, timeout: time.Minute, attempts: 100, work: (*Worker).wake},
		{name: kindPollRepositories, queue: queuePoll, timeout: 5 * time.Minute, attempts: 1, periodic: true, work: (*Worker).pollRepositories},
		{name: kindReconcile, queue: queuePoll, timeout: time.Minute, attempts: 1, periodic: true, work: (*Worker).reconcile},
		{name: kindRebalance, queue: queueGarbage, timeout: time.Minute, attempts: 1, periodic: true, work: (*Worker).rebalance},
		{name: kindCheckInstallations, queue: queuePoll, timeout: 2 * time.Minute, attempts: 1, periodic: true, work: (*Worker).checkInstallations},
		{name: kindDetectRepository, queue: queueSource, timeout: 5 * time.Minute, attempts: uncounted, work: (*Worker).detectRepository},
		{name: kindGithubReport, queue: queueGithub, timeout: 2 * githubTimeout, attempts: uncounted, work: (*Worker).reportToGithub},
		{name: kindPollPulls, queue: queueGithub, timeout: 5 * time.Minute, attempts: 1, periodic: true, work: (*Worker).pollAllPulls},
		{name: kindCollectGarbage, queue: queueGarbage, timeout: 10 * time.Minute, attempts: 1, periodic: true, work: (*Worker).collectGarbage},
		{
			name: kindKeepPartitions, formerly: []string{"keep_measures"}, queue: queueGarbage, timeout: 2 * time.Minute, attempts: 1, periodic: true,
			work: (*Worker).keepPartitions,
		},
		{name: kindKeepCertificates, queue: queueDomains, timeout: time.Minute, attempts: 1, periodic: true, work: (*Worker).keepCertificates},
		{name: kindSweepCertificates, queue: queueGarbage, timeout: 5 * time.Minute, attempts: 1, periodic: true, work: (*Worker).sweepCertificates},
		{name: certificateJob(orderStep), queue: queueCertificates, timeout: 2 * time.Minute, attempts: uncounted, work: (*Worker).orderCertificate},
		{name: certificateJob(validateStep), queue: queueCertificates, timeout: 5 * time.Minute, attempts: uncounted, work: (*Worker).validateCertificate},
		{name: certificateJob(finalizeStep), queue: queueCertificates, timeout: 5 * time.Minute, attempts: uncounted, work: (*Worker).finalizeCertificate},
		{name: kindNotify, queue: queueNotify, timeout: time.Minute, attempts: uncounted, work: (*Worker).notify},
		{name: kindWatchPlatform, queue: queueNotify, timeout: time.Minute, attempts: 1, periodic: true, work: (*Worker).watchPlatform},
		{name: kindCheckDomains, queue: queueDomains, timeout: 5 * time.Minute, attempts: 1, periodic: true, work: (*Worker).checkDomains},
	}
}

// kinds are all kinds that a worker must know: the leader discards jobs of others.
func kinds() []kind {
	return append(lo.Map(deploy(), func(s step, _ int) kind { return s.kind() }), otherKinds()...)
}

// QueueNames are the queues in which jobs may wait, in order.
func QueueNames() []string {
	names := lo.Uniq(lo.Map(kinds(), func(k kind, _ int) string { return k.queue }))
	slices.Sort(names)

	return names
}

// PeriodicKinds are the kinds of jobs that come back by the clock, the names that they had before among them, each with the name that it has now.
func PeriodicKinds() map[string]string {
	names := map[string]string{}

	for _, k := range kinds() {
		if !k.periodic {
			continue
		}

		for _, name := range append([]string{k.name}, k.formerly...) {
			names[name] = k.name
		}
	}

	return names
}

// BuildJob is the queue and the kind of the jobs that build.
func BuildJob() (queue, kind string) { return queueBuild, jobName(stepBuild) }

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
	DetectionID  uuid.UUID `json:"detection_id,omitzero"`
	// EnvironmentID is for jobs about an environment.
	EnvironmentID uuid.UUID `json:"environment_id,omitzero"`
	CertificateID uuid.UUID `json:"certificate_id,omitzero"`
	// DeliveryID is what a channel is told.
	DeliveryID uuid.UUID `json:"delivery_id,omitzero"`
}

// Kind tells River which worker the job is for.
func (a arguments) Kind() string { return a.kind }

// KindAliases tells River which other kinds its worker works, too.
func (a arguments) KindAliases() []string {
	k, _ := lo.Find(kinds(), func(k kind) bool { return k.name == a.kind })

	return k.formerly
}

// once makes River insert no second job of a kind for a deployment while the first is unfinished.
func once(byArguments bool) river.UniqueOpts {
	return river.UniqueOpts{ByArgs: byArguments, ByState: []rivertype.JobState{
		rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRunning,
		rivertype.JobStateRetryable, rivertype.JobStateScheduled,
	}}
}

// insertJob inserts a job that runs when the transaction commits, unless the deployment has an unfinished job of the kind already.
func insertJob(ctx context.Context, client *river.Client[pgx.Tx], tx pgx.Tx, name string, args arguments) error {
	return insertJobLike(ctx, client, tx, name, args, 0, 0)
}

// insertJobLike is insertJob for a job that takes the place of another one: tried is how often that was tried, which the backoff of the
// new one goes on from. The job runs once the delay is over.
func insertJobLike(
	ctx context.Context, client *river.Client[pgx.Tx], tx pgx.Tx, name string, args arguments, tried int, delay time.Duration,
) error {
	k, err := kindOf(name)
	if err != nil {
		return err
	}

	if _, err := insertQuietly(ctx, client, tx, k, args, tried, delay); err != nil {
		return err
	}

	if err := database.New(tx).NotifyJob(ctx, k.queue); err != nil {
		return fmt.Errorf("notify the workers of queue %s: %w", k.queue, err)
	}

	return nil
}

// insertQuietly is insertJobLike for a caller that notifies the workers itself. It returns false where a job of the kind is running, which may have
// passed the point at which it would have seen what the caller has written. One that waits for its time begins with what it finds then.
func insertQuietly(
	ctx context.Context, client *river.Client[pgx.Tx], tx pgx.Tx, k kind, args arguments, tried int, delay time.Duration,
) (bool, error) {
	args.kind = k.name
	options := &river.InsertOpts{Queue: k.queue, MaxAttempts: k.attempts, UniqueOpts: once(true)}

	if delay > 0 {
		options.ScheduledAt = time.Now().Add(delay)
	}

	if tried > 0 {
		encoded, err := json.Marshal(metadata{Tried: tried})
		if err != nil {
			return false, fmt.Errorf("encode the metadata of a %s job: %w", k.name, err)
		}

		options.Metadata = encoded
	}

	result, err := client.InsertTx(ctx, tx, args, options)
	if err != nil {
		return false, fmt.Errorf("insert a %s job: %w", k.name, err)
	}

	return !result.UniqueSkippedAsDuplicate || result.Job.State != rivertype.JobStateRunning, nil
}

// metadata is what a job carries for the engine.
type metadata struct {
	// Tried counts the attempts of the jobs in whose place the job stands.
	Tried int `json:"zeitwork_tried,omitempty"`
}

// attemptOf is the number of the job's attempt, from 1, with those of the jobs before it.
func attemptOf(job *river.Job[arguments]) int {
	var carried metadata

	// Metadata that cannot be read only makes the backoff shorter.
	_ = json.Unmarshal(job.Metadata, &carried)

	return carried.Tried + job.Attempt
}

const maxBackoff = 30 * time.Second

// backoff is how long to wait after the numbered attempt (from 1): 1, 2, 4, 8, 16, 30, 30… seconds.
func backoff(attempt int) time.Duration {
	const doublings = 5

	if attempt > doublings {
		return maxBackoff
	}

	return time.Second << max(attempt-1, 0)
}

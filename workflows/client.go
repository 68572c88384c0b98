package workflows

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivertype"
	"github.com/riverqueue/rivercontrib/otelriver"

	"github.com/zeitwork/zeitwork/internal/faultpoint"
)

func (w *Worker) newClient() (*river.Client[pgx.Tx], error) {
	workers := river.NewWorkers()
	longest := time.Duration(0)

	for _, k := range kinds() {
		if err := k.check(); err != nil {
			return nil, err
		}

		longest = max(longest, w.timeout(k))
		river.AddWorkerArgs(workers, arguments{kind: k.name}, &jobWorker{kind: k, worker: w})
	}

	return river.NewClient(riverpgxv5.New(w.pool), &river.Config{
		ID:                w.name,
		Schema:            riverSchema,
		Logger:            w.logger,
		Workers:           workers,
		Queues:            w.queues(),
		FetchCooldown:     fetchCooldown,
		FetchPollInterval: fetchPoll,
		JobTimeout:        longest,
		// Only for jobs that the reaper cannot see. It must not take a job from a worker that is at work.
		RescueStuckJobsAfter: longest + time.Hour,
		SoftStopTimeout:      w.config.StopTimeout,
		FetchOnlyKnownKinds:  true,

		CompletedJobRetentionPeriod: w.config.JobRetention,
		CancelledJobRetentionPeriod: w.config.JobRetention,
		DiscardedJobRetentionPeriod: w.config.JobRetention,

		PeriodicJobs: []*river.PeriodicJob{
			periodicJob(kindPollRepositories, pollJobEvery),
			periodicJob(kindPollPulls, w.config.PollInterval),
			periodicJob(kindReconcile, reconcileEvery),
			periodicJob(kindCheckInstallations, w.config.CheckInterval),
			periodicJob(kindCollectGarbage, w.config.GarbageInterval),
			periodicJob(kindCheckDomains, checkDomainsEvery),
			periodicJob(kindKeepCertificates, keepCertificatesEvery),
			periodicJob(kindSweepCertificates, w.config.GarbageInterval),
			periodicJob(kindKeepPartitions, keepPartitionsEvery),
			periodicJob(kindRebalance, rebalanceEvery),
			periodicJob(kindWatchPlatform, watchPlatformEvery),
		},
		Plugins: tracing(),
	})
}

// newInserter returns a client that inserts jobs and works none.
func newInserter(pool *pgxpool.Pool, logger *slog.Logger) (*river.Client[pgx.Tx], error) {
	// River notifies the workers of a queue at most once in a cooldown. With one that is never over it leaves that to NotifyJob, which every
	// insertion needs anyway: twice would be a round trip to Postgres in vain.
	const never = 365 * 24 * time.Hour

	inserter, err := river.NewClient(riverpgxv5.New(pool), &river.Config{
		Schema: riverSchema, Logger: logger, FetchCooldown: never, FetchPollInterval: never, Plugins: tracing(),
	})
	if err != nil {
		return nil, fmt.Errorf("make the River client that inserts jobs: %w", err)
	}

	return inserter, nil
}

// tracing carries traces from the transaction that inserts a job to the worker that runs it.
func tracing() []rivertype.Plugin {
	return []rivertype.Plugin{otelriver.NewMiddleware(&otelriver.MiddlewareConfig{
		EnableWorkSpanJobKindSuffix: true, EnableTracePropagation: true,
	})}
}

func (w *Worker) queues() map[string]river.QueueConfig {
	const polls = 2

	return map[string]river.QueueConfig{
		queueSource:  {MaxWorkers: w.config.SourceSlots},
		queueBuild:   {MaxWorkers: w.config.BuildSlots},
		queueRelease: {MaxWorkers: w.config.ReleaseSlots},
		queueWait:    {MaxWorkers: w.config.WaitSlots},
		queueRetire:  {MaxWorkers: w.config.WaitSlots},
		queuePoll:    {MaxWorkers: polls},
		queueMove:    {MaxWorkers: w.config.WaitSlots},
		queueGarbage: {MaxWorkers: 1},
		queueCommand: {MaxWorkers: w.config.WaitSlots},
		queueDomains: {MaxWorkers: 1},
		queueGithub:  {MaxWorkers: w.config.GitHubSlots},
		queueWake:    {MaxWorkers: w.config.ReleaseSlots},

		queueCertificates: {MaxWorkers: certificatesAtOnce},
		queueNotify:       {MaxWorkers: w.config.NotifySlots},
	}
}

// jobWorker runs the jobs of one kind.
type jobWorker struct {
	river.WorkerDefaults[arguments]

	kind   kind
	worker *Worker
}

// timeout bounds one attempt of a kind.
func (w *Worker) timeout(k kind) time.Duration {
	if k.drains {
		return k.timeout + w.config.DrainTime
	}

	return k.timeout
}

// Timeout bounds one attempt.
func (j *jobWorker) Timeout(*river.Job[arguments]) time.Duration { return j.worker.timeout(j.kind) }

// NextRetry is when a failed attempt is followed by another one.
func (j *jobWorker) NextRetry(job *river.Job[arguments]) time.Time {
	return time.Now().Add(backoff(attemptOf(job)))
}

// Work runs one attempt. A job that is interrupted because the worker stops is handed to another worker, unless it is periodic and so comes
// back by itself.
func (j *jobWorker) Work(ctx context.Context, job *river.Job[arguments]) error {
	faultpoint.Reach(j.kind.name, faultpoint.Before)

	err := j.kind.work(j.worker, ctx, job)

	faultpoint.Reach(j.kind.name, faultpoint.Committed)

	if j.kind.periodic || !isInterrupted(ctx, err) {
		return err
	}

	return j.worker.handBack(ctx, job)
}

// periodicJob inserts a job at every interval, unless the one before is still there.
func periodicJob(name string, every time.Duration) *river.PeriodicJob {
	return river.NewPeriodicJob(river.PeriodicInterval(every), func() (river.JobArgs, *river.InsertOpts) {
		k, err := kindOf(name)
		if err != nil {
			return nil, nil
		}

		return arguments{kind: name}, &river.InsertOpts{Queue: k.queue, MaxAttempts: k.attempts, UniqueOpts: once(false)}
	}, &river.PeriodicJobOpts{RunOnStart: true})
}

package workflows

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/samber/lo"
	"go.opentelemetry.io/otel"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/database/keyring"
	"github.com/zeitwork/zeitwork/internal/github"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/logging"
)

const (
	// fetchCooldown is the floor of a hop from one step to the next.
	fetchCooldown = 1 * time.Millisecond
	// fetchPoll is how often a worker looks for jobs by itself, should a notification be lost.
	fetchPoll = time.Second
	// reconcileEvery bounds how long the platform differs from its rows without a job that corrects it.
	reconcileEvery = 3 * time.Second
	// pollJobEvery bounds how long nobody polls between two rounds.
	pollJobEvery = time.Second
	// endTimeout bounds how long a worker that has stopped may take to give its lock back.
	endTimeout = 5 * time.Second
)

// Dependencies are the services and activities that a worker needs.
type Dependencies struct {
	Pool *pgxpool.Pool
	// Listener is run by the caller, as long as the worker runs.
	Listener  *database.Listener
	Keyring   *keyring.Keyring
	Source    Source
	Builder   Builder
	Publisher Publisher
	Collector Collector
	// GitHub is the platform's GitHub App; nil where no repository is reached by it.
	GitHub GitHub
	// Authority is nil where no certificates are ordered.
	Authority Authority
	// Records is nil where none of the base domain are made: its certificates are uploaded.
	Records Records
	// Notifier sends what organisations and operators are told.
	Notifier Notifier
	// Health looks at the whole platform; nil: nobody does, and operators are told nothing.
	Health Health
	Logger *slog.Logger
	// Now is the clock by which it is decided when repositories are looked at; nil for time.Now.
	Now func() time.Time
}

// GitHub is the part of *githubapp.Apps that workers use.
type GitHub interface {
	// Current returns the platform's App; an error where there is none.
	Current(ctx context.Context) (*github.App, error)
}

// Worker runs the steps of deployments and the other workflows. Any number of workers may share a database, and each step of a deployment may
// run on another one.
type Worker struct {
	config      Config
	id          uuid.UUID
	name        string
	pool        *pgxpool.Pool
	listener    *database.Listener
	keyring     *keyring.Keyring
	source      Source
	builder     Builder
	publisher   Publisher
	collector   Collector
	logger      *slog.Logger
	deployments *Deployments
	domains     *Domains
	github      GitHub
	authority   Authority
	records     Records
	notifier    Notifier
	health      Health
	now         func() time.Time
	batches     batches
	sendTurns   sendTurns
	// client works the jobs; inserter inserts them.
	client, inserter *river.Client[pgx.Tx]
	// stopping is closed when the worker is told to stop. Steps that only wait are handed to other workers then.
	stopping chan struct{}
}

// NewWorker returns a worker on a migrated database. It does nothing until Run.
func NewWorker(config Config, dependencies Dependencies) (*Worker, error) {
	if err := config.check(); err != nil {
		return nil, err
	}

	host, err := os.Hostname()
	if err != nil {
		return nil, fmt.Errorf("read the machine's name: %w", err)
	}

	deployments, err := NewDeployments(dependencies.Pool, dependencies.Keyring, config.Previews, dependencies.Logger)
	if err != nil {
		return nil, err
	}

	domains, err := NewDomains(dependencies.Pool, config.Domains)
	if err != nil {
		return nil, err
	}

	w := &Worker{
		config: config,
		id:     id.New(),
		name:   nameOf(cmp.Or(config.Name, host)),
		pool:   dependencies.Pool, listener: dependencies.Listener, keyring: dependencies.Keyring, source: dependencies.Source,
		builder: dependencies.Builder, publisher: dependencies.Publisher, collector: dependencies.Collector, deployments: deployments,
		domains: domains, inserter: deployments.inserter,
		github: dependencies.GitHub, authority: dependencies.Authority, records: dependencies.Records, notifier: dependencies.Notifier, health: dependencies.Health,
		now: dependencies.Now, stopping: make(chan struct{}),
	}

	if w.now == nil {
		w.now = time.Now
	}

	w.logger = dependencies.Logger.With(slog.String("worker", w.name))

	if w.client, err = w.newClient(); err != nil {
		return nil, fmt.Errorf("make the River client: %w", err)
	}

	if err := w.measure(otel.GetMeterProvider()); err != nil {
		return nil, err
	}

	return w, nil
}

// nameOf makes a name that no other run of a worker has: the lock of one would speak for the jobs of the other.
func nameOf(prefix string) string {
	const digits = 8

	return prefix + "-" + lo.Substring(id.New().String(), -digits, digits)
}

// HostOf returns what a worker was named by, which is its machine unless it was configured otherwise; it is the reverse of nameOf.
func HostOf(worker string) string {
	end := strings.LastIndexByte(worker, '-')
	if end < 0 {
		return worker
	}

	return worker[:end]
}

// Name is the worker's name in timelines and jobs.
func (w *Worker) Name() string { return w.name }

// Run works until ctx ends, or until the worker has lost its lock and other workers presume it dead, which is an error. When ctx ends, steps that
// wait are handed to other workers at once, and so are steps that do not end within the stop timeout. Run may be called once.
func (w *Worker) Run(ctx context.Context) error {
	alive, err := showLiveness(ctx, w.pool.Config().ConnConfig, w.name)
	if err != nil && ctx.Err() != nil {
		return nil // It was told to stop before it had begun.
	}

	if err != nil {
		return fmt.Errorf("show that the worker lives: %w", err)
	}

	defer func() {
		ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), endTimeout)
		defer cancel()

		if err := alive.end(ending); err != nil {
			w.logger.WarnContext(ending, "could not give the worker's lock back", logging.Error(err))
		}
	}()

	// River's own context does not end with ctx, so that the steps that run now may end.
	working, stopWorking := context.WithCancel(context.WithoutCancel(ctx))
	defer stopWorking()

	if err := w.client.Start(working); err != nil {
		return fmt.Errorf("start the River client: %w", err)
	}

	w.logger.InfoContext(ctx, "worker started")

	go w.reap(ctx)

	shown := make(chan struct{})

	go func() {
		defer close(shown)

		w.show(working)
	}()

	// The worker shows that it lives until its last step has ended, also while it stops.
	dead := make(chan error, 1)
	go func() { dead <- alive.watch(working) }()

	select {
	case err := <-dead:
		return w.giveUp(working, err)
	case <-ctx.Done():
	}

	close(w.stopping)

	stopped := make(chan error, 1)
	go func() { stopped <- w.client.Stop(working) }()

	select {
	case err := <-dead:
		return errors.Join(w.giveUp(working, err), <-stopped)
	case err := <-stopped:
		if err != nil {
			return fmt.Errorf("stop the River client: %w", err)
		}
	}

	// The lock's connection is used by one goroutine at a time: the lock is given back behind the last sign of life.
	stopWorking()

	if err := <-dead; err != nil {
		w.logger.WarnContext(ctx, "the worker's lock was lost when nothing needed it any more", logging.Error(err))
	}

	<-shown
	w.withdraw(ctx)

	w.logger.InfoContext(ctx, "worker stopped")

	return nil
}

// giveUp ends everything at once: others may have the jobs already, so that nothing that goes on here could be written.
func (w *Worker) giveUp(ctx context.Context, dead error) error {
	return errors.Join(dead, w.client.StopAndCancel(ctx))
}

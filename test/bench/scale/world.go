package scale

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/caarlos0/env/v11"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/sync/errgroup"

	"github.com/zeitwork/zeitwork/api"
	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/database/githubapp"
	"github.com/zeitwork/zeitwork/database/keyring"
	"github.com/zeitwork/zeitwork/internal/github"
	"github.com/zeitwork/zeitwork/internal/secret"
	"github.com/zeitwork/zeitwork/internal/setting"
	"github.com/zeitwork/zeitwork/test/bench/benchdatabase"
	"github.com/zeitwork/zeitwork/workflows"
)

//go:embed fill.sql
var rows string

// world is a platform on a generated database: the API's and the worker's own code in this process, and a Postgres beside it.
type world struct {
	size     size
	config   database.Config
	pool     *pgxpool.Pool
	listener *database.Listener
	parts    api.Parts
	server   *httptest.Server
	owner    *client.ClientWithResponses
	// told are the edges.
	told []*edge
	// used is the processor time of each connection's process.
	used map[int]time.Duration
	// logger is the worker's. What the API logs, callers are told: the requests of edges that are stopped are errors there.
	logger *slog.Logger
	closer []func(context.Context) error
}

func newWorld(ctx context.Context, of size) (*world, error) {
	w := &world{size: of, used: map[int]time.Duration{}}

	for _, step := range []func(context.Context) error{w.openDatabase, w.startAPI, w.fill} {
		if err := step(ctx); err != nil {
			return nil, errors.Join(err, w.close(context.WithoutCancel(ctx)))
		}
	}

	return w, nil
}

// close ends everything, the last that was begun first.
func (w *world) close(ctx context.Context) error {
	var err error
	for n := range w.closer {
		err = errors.Join(err, w.closer[len(w.closer)-1-n](ctx))
	}

	return err
}

func (w *world) later(end func(context.Context) error) { w.closer = append(w.closer, end) }

// openDatabase makes a database of its own.
func (w *world) openDatabase(ctx context.Context) error {
	const connections = 20

	made, err := benchdatabase.New(ctx, "bench:scale", connections)
	if err != nil {
		return err
	}

	w.pool, w.config = made.Pool, made.Config
	w.later(made.Close)

	return nil
}

// fill makes the rows. It comes behind the keys of the platform, which are not made where there are values that others have sealed.
func (w *world) fill(ctx context.Context) error {
	connection, err := w.pool.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("reach the database: %w", err)
	}
	defer connection.Release()

	text := strings.NewReplacer(
		"{projects}", strconv.Itoa(w.size.projects), "{organisations}", strconv.Itoa(w.size.organisations), "{nodes}", strconv.Itoa(w.size.nodes),
		"{edges}", strconv.Itoa(edges),
	).Replace(rows)

	for _, statement := range []string{text, "VACUUM (ANALYZE)"} {
		if _, err := connection.Exec(ctx, statement); err != nil {
			return fmt.Errorf("fill the database: %w", err)
		}
	}

	return nil
}

func (w *world) startAPI(ctx context.Context) error {
	logger := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))
	w.logger, w.listener = logger, database.NewListener(w.config, logger)

	config := api.Config{
		Key: setting.Key{SecretKey: secret.GenerateKey()}, BaseDomain: "example.com",
		Edge:            setting.Edge{EdgeURL: url.URL{Scheme: "http", Host: "127.0.0.1:8080"}},
		RegistryAddress: setting.RegistryAddress{RegistryHost: "registry.example.com"},
		Cluster:         setting.Cluster{ClusterRange: netip.MustParsePrefix("10.0.0.0/8")},
		CallerLimits:    api.CallerLimits{RequestsPerMinute: 1_000_000, Streams: 50, Organisations: 1_000_000}, //nolint:mnd // No limit is what is measured.
		AnonymousLimits: api.AnonymousLimits{AnonymousRequestsPerMinute: 1_000_000},                            //nolint:mnd // As above.
	}

	keys, err := keyring.Open(ctx, w.pool, config.Keys())
	if err != nil {
		return err
	}

	deployments, err := workflows.NewDeployments(w.pool, keys, setting.Previews{}, logger)
	if err != nil {
		return err
	}

	domains, err := workflows.NewDomains(w.pool, config.Domains)
	if err != nil {
		return err
	}

	// No project is GitHub's.
	apps, err := githubapp.New(githubapp.Config{Config: github.Config{URL: "http://127.0.0.1:1", APIURL: "http://127.0.0.1:1"}}, w.pool, keys, github.Options{})
	if err != nil {
		return err
	}

	w.parts = api.Parts{
		Pool: w.pool, Listener: w.listener, Deployments: deployments, Domains: domains, Keyring: keys, Apps: apps, Logger: slog.New(slog.DiscardHandler),
	}

	made, err := api.New(config, w.parts) //nolint:contextcheck // What it serves has contexts of its own.
	if err != nil {
		return err
	}

	w.background(ctx, w.listener.Run)

	w.server = httptest.NewServer(made.Handler())
	w.later(func(context.Context) error {
		w.server.CloseClientConnections()
		w.server.Close()

		return nil
	})

	w.owner, err = w.as("zwu_bench")

	return err
}

// background runs something until the world is closed.
func (w *world) background(ctx context.Context, run func(context.Context) error) {
	ctx, stop := context.WithCancel(context.WithoutCancel(ctx))

	var running errgroup.Group

	running.Go(func() error {
		if err := run(ctx); ctx.Err() == nil {
			return err
		}

		return nil
	})
	w.later(func(context.Context) error {
		stop()

		return running.Wait()
	})
}

// start starts what waits for changes: edges, nodes and a worker.
func (w *world) start(ctx context.Context) error {
	return errors.Join(w.startEdges(ctx), w.startWorker(ctx))
}

// startEdges starts edges that wait for changes of the route table, and have it as it is.
func (w *world) startEdges(ctx context.Context) error {
	for number := range edges {
		started := newEdge(w.server.URL, number)

		if number > 0 {
			started.startFrom(w.told[0])
		} else if err := started.poll(ctx); err != nil {
			return err
		}

		w.told = append(w.told, started)
		w.background(ctx, started.run)
	}

	return nil
}

// startWorker starts a worker, and nodes for what it places, and waits until the worker has done what is due when it starts.
func (w *world) startWorker(ctx context.Context) error {
	// The defaults, whatever the environment says, but that what is replaced leaves soon, so that each deployment pays for it.
	config, err := env.ParseAsWithOptions[workflows.Config](env.Options{Environment: map[string]string{"ZEITWORK_KEEP_WARM": "0s", "ZEITWORK_DRAIN_TIME": "1s"}})
	if err != nil {
		return fmt.Errorf("read the defaults of workers: %w", err)
	}

	worker, err := workflows.NewWorker(config, workflows.Dependencies{
		Pool: w.pool, Listener: w.listener, Keyring: w.parts.Keyring, GitHub: w.parts.Apps, Logger: w.logger,
		Source: stubSource{}, Builder: stubBuilder{}, Publisher: stubPublisher{}, Collector: stubCollector{},
	})
	if err != nil {
		return err
	}

	w.background(ctx, w.runNodes)
	w.background(ctx, worker.Run)

	return w.settle(ctx)
}

// settle waits until the first passes are over of what the worker does again and again.
func (w *world) settle(ctx context.Context) error {
	return w.awaitTrue(ctx, `SELECT count(DISTINCT kind) = 2 FROM river.river_job
		WHERE kind IN ('collect_garbage', 'sweep_certificates') AND state = 'completed'`)
}

// awaitTrue waits until a query says so.
func (w *world) awaitTrue(ctx context.Context, query string) error {
	const between = 100 * time.Millisecond

	for {
		var over bool

		if err := w.pool.QueryRow(ctx, query).Scan(&over); err != nil || over {
			return err
		}

		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(between):
		}
	}
}

// seeded is the id of a row of fill.sql.
func (w *world) seeded(ctx context.Context, kind, n int) (row uuid.UUID, err error) {
	if err := w.pool.QueryRow(ctx, "SELECT bench_id($1, $2)", kind, n).Scan(&row); err != nil {
		return row, fmt.Errorf("ask for an id: %w", err)
	}

	return row, nil
}

package poll

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"sync"
	"time"

	"github.com/caarlos0/env/v11"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/database/githubapp"
	"github.com/zeitwork/zeitwork/database/keyring"
	"github.com/zeitwork/zeitwork/internal/github"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/secret"
	"github.com/zeitwork/zeitwork/local/fakegithub"
	"github.com/zeitwork/zeitwork/test/bench/benchdatabase"
	"github.com/zeitwork/zeitwork/workflows"
)

// world is a platform whose repositories are on a GitHub of its own.
type world struct {
	options Options
	clock   *clock
	github  *fakegithub.Server
	pool    *pgxpool.Pool
	worker  *workflows.Worker
	// repositories are GitHub's ids of the repositories, and byProject their places by the projects that follow them.
	repositories []int64
	byProject    map[uuid.UUID]int
	// read are the deployments that were seen.
	read   map[uuid.UUID]bool
	pushes int
	closer []func(context.Context) error
}

// pushed is what a push has made.
type pushed struct {
	repository int
	// commit is to be deployed; empty for none.
	commit string
	at     time.Time
}

// clock is a clock that is set.
type clock struct {
	mutex sync.Mutex
	at    time.Time
}

func (c *clock) now() time.Time {
	c.mutex.Lock()
	defer c.mutex.Unlock()

	return c.at
}

func (c *clock) set(at time.Time) {
	c.mutex.Lock()
	defer c.mutex.Unlock()

	c.at = at
}

// inProcess carries requests to a server of this process.
type inProcess struct{ http.Handler }

// RoundTrip answers at once.
func (t inProcess) RoundTrip(request *http.Request) (*http.Response, error) {
	served := request.Clone(request.Context())
	served.RemoteAddr, served.Host, served.RequestURI = "127.0.0.1:1", request.URL.Host, request.URL.RequestURI()

	if served.Body == nil {
		served.Body = http.NoBody
	}

	recorder := httptest.NewRecorder()
	t.ServeHTTP(recorder, served)

	response := recorder.Result()
	response.Request = request

	return response, nil
}

func newWorld(ctx context.Context, options Options) (w *world, err error) {
	w = &world{
		options: options, clock: &clock{at: time.Date(2026, time.March, 2, 0, 0, 0, 0, time.UTC)}, byProject: map[uuid.UUID]int{}, read: map[uuid.UUID]bool{},
	}

	defer func() {
		if err != nil {
			err = errors.Join(err, w.close(context.WithoutCancel(ctx)))
		}
	}()

	if err := w.openDatabase(ctx); err != nil {
		return nil, err
	}

	if w.github, err = fakegithub.New(fakegithub.Options{Now: w.clock.now}); err != nil {
		return nil, err
	}

	w.closer = append(w.closer, func(context.Context) error { return w.github.Close() })
	w.github.AddUser("operator")

	app, err := w.github.AddApp("operator", fakegithub.Manifest{
		Name: "Zeitwork", URL: "https://zeitwork.example", Public: true, DefaultPermissions: map[string]string{"contents": "read"},
	})
	if err != nil {
		return nil, err
	}

	if err := w.fill(ctx, app); err != nil {
		return nil, err
	}

	return w, w.makeWorker(ctx, app)
}

// openDatabase makes a database of its own.
func (w *world) openDatabase(ctx context.Context) error {
	const connections = 20

	made, err := benchdatabase.New(ctx, "bench:poll", connections)
	if err != nil {
		return err
	}

	w.pool = made.Pool
	w.closer = append(w.closer, made.Close)

	return nil
}

// close ends everything, the last that was begun first.
func (w *world) close(ctx context.Context) error {
	var err error
	for n := range w.closer {
		err = errors.Join(err, w.closer[len(w.closer)-1-n](ctx))
	}

	w.closer = nil

	return err
}

// accountOf is the place of the account that owns a repository, and of are those of an account.
func (w *world) accountOf(repository int) int { return repository % w.options.Installations }

func (w *world) of(account int) []int {
	var all []int
	for repository := account; repository < w.options.Repositories; repository += w.options.Installations {
		all = append(all, repository)
	}

	return all
}

// fill makes the accounts with their repositories, and the rows of both. What stands in the repositories is deployed.
func (w *world) fill(ctx context.Context, app fakegithub.App) error {
	batch := &pgx.Batch{}
	organisations, installations := make([]uuid.UUID, w.options.Installations), make([]uuid.UUID, w.options.Installations)

	for n := range w.options.Installations {
		login := fmt.Sprintf("account-%d", n)
		organisations[n], installations[n] = id.New(), id.New()
		w.github.AddOrganization(login, "operator")

		batch.Queue("INSERT INTO organisations (id, slug, name) VALUES ($1, $2, $2)", organisations[n], login)
		batch.Queue(`INSERT INTO github_installations (id, installation_id, app_id, account_id, account_login, account_kind, organisation_id)
			VALUES ($1, $2, $3, $4, $5, 'organization', $6)`, installations[n], w.github.Install(app.ID, login), app.ID, n, login, organisations[n])
	}

	for n := range w.options.Repositories {
		account := w.accountOf(n)
		login, name := fmt.Sprintf("account-%d", account), fmt.Sprintf("app-%d", n)
		repository := w.github.AddRepository(fakegithub.Repository{Owner: login, Name: name, Private: true})
		commit := w.github.Push(repository, "main", fakegithub.Commit{Message: "first", Files: fakegithub.Text(map[string]string{"main.go": name})})
		row, project := id.New(), id.New()
		w.repositories, w.byProject[project] = append(w.repositories, repository), n

		batch.Queue(`INSERT INTO github_repositories (id, organisation_id, installation_id, repository_id, node_id, full_name, default_branch)
			VALUES ($1, $2, $3, $4, $5, $6, 'main')`, row, organisations[account], installations[account], repository, fakegithub.RepositoryNodeID(repository),
			login+"/"+name)
		batch.Queue(`INSERT INTO projects (id, organisation_id, name, slug, repository_url, github_repository_id) VALUES ($1, $2, $3, $3, $4, $5)`,
			project, organisations[account], name, "https://github.com/"+login+"/"+name+".git", row)
		batch.Queue("INSERT INTO domains (id, project_id, hostname, kind) VALUES ($1, $2, $3, 'generated')", id.New(), project, name+".example.com")
		batch.Queue("UPDATE environments SET last_seen_commit = $2, last_seen_at = now() WHERE id = $1", project, commit)
	}

	if err := w.pool.SendBatch(ctx, batch).Close(); err != nil {
		return fmt.Errorf("write the repositories: %w", err)
	}

	_, err := w.pool.Exec(ctx, "ANALYZE")

	return err
}

func (w *world) makeWorker(ctx context.Context, app fakegithub.App) error {
	logger := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))

	keys, err := keyring.Open(ctx, w.pool, secret.Keys{Current: secret.GenerateKey()})
	if err != nil {
		return err
	}

	apps, err := githubapp.New(githubapp.Config{
		Config: github.Config{URL: "http://github.test", APIURL: "http://github.test/api/v3"},
		App:    github.AppConfig{ID: app.ID, ClientSecret: app.ClientSecret, PrivateKey: app.PrivateKey},
	}, w.pool, keys, github.Options{Transport: inProcess{w.github}, Now: w.clock.now})
	if err != nil {
		return err
	}

	// The defaults, whatever the environment says.
	config, err := env.ParseAsWithOptions[workflows.Config](env.Options{Environment: map[string]string{}})
	if err != nil {
		return fmt.Errorf("read the defaults of workers: %w", err)
	}

	w.worker, err = workflows.NewWorker(config, workflows.Dependencies{
		Pool: w.pool, Listener: database.NewListener(database.Config{}, logger), Keyring: keys, GitHub: apps, Logger: logger, Now: w.clock.now,
	})

	return err
}

// warmUp polls until all repositories are known.
func (w *world) warmUp(ctx context.Context) error {
	for {
		w.clock.set(w.clock.now().Add(time.Second))

		if err := w.worker.Poll(ctx); err != nil {
			return fmt.Errorf("poll: %w", err)
		}

		var left int

		if err := w.pool.QueryRow(ctx, "SELECT count(*) FROM github_repositories WHERE NOT is_settled").Scan(&left); err != nil {
			return fmt.Errorf("count the repositories that are not known: %w", err)
		}

		if left == 0 {
			return nil
		}
	}
}

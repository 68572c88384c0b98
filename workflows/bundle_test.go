package workflows

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/activities"
	"github.com/zeitwork/zeitwork/activities/detect"
	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/database/databasetest"
	"github.com/zeitwork/zeitwork/database/keyring"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/secret"
	"github.com/zeitwork/zeitwork/internal/setting"
)

// patienceOfTests is how long a test waits for what must happen.
const patienceOfTests = 30 * time.Second

// maxPreviews is how many previews a project of these tests can have.
const maxPreviews = 3

// testBundle is a database with one project and one node, activities in memory, and a node that makes VMs healthy.
type testBundle struct {
	ctx         context.Context
	config      database.Config
	pool        *pgxpool.Pool
	queries     *database.Queries
	listener    *database.Listener
	key         secret.Key
	keyring     *keyring.Keyring
	deployments *Deployments
	activities  *memory
	node        *fakeNode
	project     uuid.UUID
	// organisation owns the project.
	organisation uuid.UUID
	// domains is whom workers ask about custom domains.
	domains setting.Domains
	logger  *slog.Logger
	// source is nil where the activities in memory are the source. github is nil where there is no GitHub, and so is hub, which has a repository of the
	// project.
	source Source
	github GitHub
	hub    *githubBundle
	// notifier is nil where no channel is told of anything.
	notifier Notifier
}

func setup(t *testing.T) *testBundle {
	t.Helper()

	return setupFor(t)
}

// setupFor is setup for tests and benchmarks.
func setupFor(tb testing.TB) *testBundle {
	tb.Helper()

	config := databasetest.Config(tb)
	pool, err := database.Open(tb.Context(), config)
	require.NoError(tb, err)
	tb.Cleanup(pool.Close)

	logger := slog.New(slog.NewTextHandler(tb.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))

	b := &testBundle{
		ctx: tb.Context(), config: config, pool: pool, queries: database.New(pool), key: secret.GenerateKey(), logger: logger,
		activities: newMemory(tb), listener: database.NewListener(config, logger), organisation: id.New(),
	}

	b.keyring, err = keyring.Open(tb.Context(), pool, secret.Keys{Current: b.key})
	require.NoError(tb, err)

	b.deployments, err = NewDeployments(pool, b.keyring, setting.Previews{MaxPreviews: maxPreviews}, logger)
	require.NoError(tb, err)

	run(tb, func(ctx context.Context) { _ = b.listener.Run(ctx) })

	b.exec(tb, "INSERT INTO organisations (id, slug, name) VALUES ($1, 'acme', 'Acme')", b.organisation)
	b.project = id.New()
	b.exec(tb, `INSERT INTO projects (id, organisation_id, name, slug, repository_url, auto_deploy)
		VALUES ($1, $2, 'App', 'app', 'https://git.example.com/app.git', false)`, b.project, b.organisation)
	b.exec(tb, "INSERT INTO domains (id, project_id, hostname, kind) VALUES ($1, $2, 'app.example.com', 'generated')", id.New(), b.project)

	b.node = &fakeNode{bundle: b, id: b.addNode(tb, "n1", "10.79.1.0/24"), report: map[string]string{}}
	run(tb, b.node.run)

	b.exec(tb, "INSERT INTO control_plane (id, answering_since, answered_at) VALUES (1, now() - interval '1 hour', now() + interval '1 hour')")

	return b
}

// run runs f until the test ends, and waits for its end.
func run(tb testing.TB, f func(ctx context.Context)) {
	tb.Helper()

	ctx, cancel := context.WithCancel(context.WithoutCancel(tb.Context()))
	done := make(chan struct{})

	go func() {
		defer close(done)

		f(ctx)
	}()

	tb.Cleanup(func() {
		cancel()
		<-done
	})
}

func (b *testBundle) exec(tb testing.TB, statement string, args ...any) {
	tb.Helper()

	_, err := b.pool.Exec(b.ctx, statement, args...)
	require.NoError(tb, err)
}

// runc is the runtime of nodes in these tests: each of its VMs takes 24 MiB more than its app.
const (
	runc     = "io.containerd.runc.v2"
	overhead = 24 << 20
)

func (b *testBundle) addNode(tb testing.TB, name, prefix string) uuid.UUID {
	tb.Helper()

	node := id.New()
	b.exec(tb, `INSERT INTO nodes (id, name, region, prefix, cpu_millis, memory_bytes, reserved_memory_bytes, runtime, capabilities, last_seen_at)
		VALUES ($1, $2, 'eu', $3, 4000, 8589934592, 0, $4, '{release}', now() + interval '1 hour')`, node, name, netip.MustParsePrefix(prefix), runc)

	return node
}

// connect makes what a worker needs of a database that is there, and a worker. Its listener runs as long as b's context.
func (b *testBundle) connect(m *memory, key string) (*Worker, error) {
	b.logger = slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	b.activities = m

	if err := b.key.UnmarshalText([]byte(key)); err != nil {
		return nil, err
	}

	var err error
	if b.pool, err = database.Open(b.ctx, b.config); err != nil {
		return nil, err
	}

	if b.keyring, err = keyring.Open(b.ctx, b.pool, secret.Keys{Current: b.key}); err != nil {
		return nil, err
	}

	b.listener = database.NewListener(b.config, b.logger)

	go func() { _ = b.listener.Run(b.ctx) }()

	return b.makeWorker()
}

func (b *testBundle) newWorker(tb testing.TB) *Worker {
	tb.Helper()

	worker, err := b.makeWorker()
	require.NoError(tb, err)

	return worker
}

func (b *testBundle) makeWorker() (*Worker, error) {
	return NewWorker(Config{
		Previews: setting.Previews{MaxPreviews: maxPreviews}, Domains: b.domains, Edge: setting.Edge{EdgeURL: url.URL{Scheme: "https"}}, GitHubSlots: 4, NotifySlots: 4,
		DashboardURL: url.URL{Scheme: "https", Host: "zeitwork.example"},
		Name:         "test", SourceSlots: 4, BuildSlots: 4, ReleaseSlots: 4, WaitSlots: 20, StopTimeout: 10 * time.Millisecond,
		HealthTimeout: 5 * time.Second, StartTimeout: time.Minute, ReleaseTimeout: time.Minute, PollInterval: time.Hour, AddressCooldown: time.Hour, NodeLostAfter: time.Minute,
		CheckInterval: time.Hour, GarbageInterval: time.Hour, KeepReleases: 10, LogRetention: 24 * time.Hour, LogLines: 100_000, RequestRecords: 100_000, JobRetention: time.Hour,
		DeploymentRetention: 90 * 24 * time.Hour, AuditRetention: 400 * 24 * time.Hour,
	}, Dependencies{
		Pool: b.pool, Listener: b.listener, Keyring: b.keyring, GitHub: b.github, Source: lo.CoalesceOrEmpty(b.source, Source(b.activities)), Builder: b.activities, Publisher: b.activities, Collector: b.activities, Notifier: b.notifier, Logger: b.logger,
	})
}

// work runs a worker until the test ends.
func (b *testBundle) work(tb testing.TB) *Worker {
	tb.Helper()

	worker := b.newWorker(tb)
	b.runWorker(tb, worker)

	return worker
}

func (b *testBundle) runWorker(tb testing.TB, worker *Worker) {
	tb.Helper()

	run(tb, func(ctx context.Context) {
		if err := worker.Run(ctx); err != nil {
			b.logger.Warn("worker ended", "error", err)
		}
	})
}

func (b *testBundle) create(tb testing.TB) database.Deployment {
	tb.Helper()

	deployment, err := b.deployments.Create(b.ctx, CreateRequest{ProjectID: b.project, Trigger: TriggerManual})
	require.NoError(tb, err)

	return deployment
}

func (b *testBundle) get(tb testing.TB, deployment uuid.UUID) database.Deployment {
	tb.Helper()

	found, err := b.queries.GetDeployment(b.ctx, deployment)
	require.NoError(tb, err)

	return found
}

// await waits until the deployment is in the state.
func (b *testBundle) await(tb testing.TB, deployment uuid.UUID, state string) database.Deployment {
	tb.Helper()

	var found database.Deployment

	require.Eventually(tb, func() bool {
		found = b.get(tb, deployment)

		return found.State == state
	}, patienceOfTests, 5*time.Millisecond, "deployment %s is not %s", deployment, state)

	return found
}

// awaitRemoved waits until nothing is left of the VMs that the deployment has.
func (b *testBundle) awaitRemoved(t *testing.T, deployment uuid.UUID) {
	t.Helper()

	require.Eventually(t, func() bool {
		return b.count(t, "SELECT count(*) FROM vms WHERE deployment_id = $1 AND removed_at IS NOT NULL", deployment) > 0 &&
			b.count(t, "SELECT count(*) FROM vms WHERE deployment_id = $1 AND removed_at IS NULL", deployment) == 0
	}, patienceOfTests, 5*time.Millisecond, "the VMs of deployment %s are not removed", deployment)
}

func (b *testBundle) steps(t *testing.T, deployment uuid.UUID) []string {
	t.Helper()

	rows, err := b.queries.ListDeploymentSteps(b.ctx, deployment, b.organisation)
	require.NoError(t, err)

	steps := make([]string, 0, len(rows))
	for _, row := range rows {
		steps = append(steps, fmt.Sprintf("%s %d %s", row.Step, row.Attempt, row.State))
	}

	return steps
}

func (b *testBundle) count(tb testing.TB, query string, args ...any) int {
	tb.Helper()

	var count int

	require.NoError(tb, b.pool.QueryRow(b.ctx, query, args...).Scan(&count))

	return count
}

// memory are activities that do nothing but what a test tells them to.
type memory struct {
	memoryRegistry

	tree string

	mutex sync.Mutex
	// block makes the named activity (head, clone, open, build, publish) announce itself and wait until its context ends.
	block map[string]chan struct{}
	head  string
	// message is that of all commits; empty for one that says nothing special.
	message string
	// branches are the heads of the branches beside main.
	branches map[string]string
	onClone  func(ctx context.Context) error
	// onHead is called before a repository says where it points, where it is set.
	onHead func(ctx context.Context, repositoryURL string) error
	// onRemote and onRequest are told what is asked for.
	onRemote  func(activities.Remote)
	onRequest func(activities.CloneRequest) error
	onBuild   func(ctx context.Context, request activities.BuildRequest, log func(activities.LogLine)) error
	builds    int
	// missing is what sources are said to lack, and ports what images expose.
	missing []string
	ports   []int
	// gone is how often a source that is opened is not there.
	gone int
	// forgetful has images published only that were stored.
	forgetful bool
	// builderAway has BuildKit not answer when it is asked how it is.
	builderAway bool
}

func newMemory(tb testing.TB) *memory {
	tb.Helper()

	tree := tb.TempDir()
	require.NoError(tb, os.WriteFile(filepath.Join(tree, "Dockerfile"), []byte("FROM scratch\nEXPOSE 3000\nCMD [\"/app\"]\n"), 0o600))

	return &memory{tree: tree, head: "1111111111111111111111111111111111111111"}
}

// waitIfBlocked returns the end of ctx where the activity is blocked, and nil at once where it is not.
func (m *memory) waitIfBlocked(ctx context.Context, activity string) error {
	m.mutex.Lock()
	began := m.block[activity]
	m.mutex.Unlock()

	if began == nil {
		return nil
	}

	began <- struct{}{}
	<-ctx.Done()

	return ctx.Err()
}

func (m *memory) Head(ctx context.Context, remote activities.Remote, _ string) (string, error) {
	if m.onRemote != nil {
		m.onRemote(remote)
	}

	if m.onHead != nil {
		if err := m.onHead(ctx, remote.URL); err != nil {
			return "", err
		}
	}

	m.mutex.Lock()
	defer m.mutex.Unlock()

	if m.head == "" {
		return "", errors.New("no head")
	}

	return m.head, nil
}

func (m *memory) Heads(ctx context.Context, remote activities.Remote) (map[string]string, error) {
	head, err := m.Head(ctx, remote, "")

	m.mutex.Lock()
	defer m.mutex.Unlock()

	return lo.Assign(m.branches, map[string]string{"main": head}), err
}

func (m *memory) Clone(ctx context.Context, request activities.CloneRequest) (activities.CloneResult, error) {
	if err := m.waitIfBlocked(ctx, "clone"); err != nil {
		return activities.CloneResult{}, err
	}

	if m.onRequest != nil {
		if err := m.onRequest(request); err != nil {
			return activities.CloneResult{}, err
		}
	}

	if m.onClone != nil {
		if err := m.onClone(ctx); err != nil {
			return activities.CloneResult{}, err
		}
	}

	commit, err := request.Commit, error(nil)
	if commit == "" {
		commit, err = m.Head(ctx, activities.Remote{}, "")
	}

	return activities.CloneResult{Commit: commit, Message: cmp.Or(m.message, "Add a page\n\nMore."), Author: "Ada", Digest: "sha256:source", Missing: m.missing}, err
}

// Kept has nothing: the activities in memory fetch each time.
func (m *memory) Kept(context.Context, uuid.UUID, string) (activities.CloneResult, bool, error) {
	return activities.CloneResult{}, false, nil
}

func (m *memory) Inspect(ctx context.Context, request activities.CloneRequest, look func(directory string) error) (activities.CloneResult, error) {
	result, err := m.Clone(ctx, request)
	if err != nil {
		return result, err
	}

	return result, look(m.tree)
}

func (m *memory) Open(ctx context.Context, _ uuid.UUID, _ string) (*activities.Tree, error) {
	m.mutex.Lock()
	m.gone--
	gone := m.gone >= 0
	m.mutex.Unlock()

	if gone {
		return nil, activities.ErrGone
	}

	return &activities.Tree{Dir: m.tree}, m.waitIfBlocked(ctx, "open")
}

// Plan asks no registry: it has all images.
func (m *memory) Plan(_ context.Context, directory string, settings buildplan.Settings) (buildplan.Plan, error) {
	return detect.Detect(directory, settings)
}

func (m *memory) Address() string { return "tcp://builder-1:1234" }

func (m *memory) State(context.Context) (activities.BuilderState, error) {
	if m.builderAway {
		return activities.BuilderState{Silent: []string{m.Address()}}, errors.New("connection refused")
	}

	return activities.BuilderState{
		Version: "v0.34.2", DiskBytes: 5 << 30, Versions: []activities.BuilderVersion{{Address: m.Address(), Version: "v1.3.0"}},
	}, nil
}

func (m *memory) Build(ctx context.Context, request activities.BuildRequest, log func(activities.LogLine)) (activities.BuildResult, error) {
	m.mutex.Lock()
	m.builds++
	onBuild := m.onBuild
	m.mutex.Unlock()

	if err := m.waitIfBlocked(ctx, "build"); err != nil {
		return activities.BuildResult{}, err
	}

	if onBuild != nil {
		if err := onBuild(ctx, request, log); err != nil {
			return activities.BuildResult{}, err
		}
	}

	return activities.BuildResult{Digest: "sha256:image-" + request.ProjectID.String(), ExposedPorts: m.ports}, nil
}

func (m *memory) Publish(ctx context.Context, project, _ uuid.UUID, digest string) (activities.Image, error) {
	if m.forgetful && !slices.Contains(m.left(project), digest) {
		return activities.Image{}, activities.ErrGone
	}

	return activities.Image{Repository: activities.ImageRepository(project), Digest: digest, SizeBytes: 1}, m.waitIfBlocked(ctx, "publish")
}

func (m *memory) setBuild(f func(ctx context.Context, request activities.BuildRequest, log func(activities.LogLine)) error) {
	m.mutex.Lock()
	defer m.mutex.Unlock()

	m.onBuild = f
}

// fakeNodePause is how often the fake node reports.
const fakeNodePause = 5 * time.Millisecond

// fakeNode reports every VM that is to run as healthy, or as the test says, and removes every other one. Release commands end
// with exit code 0, or as the test says.
type fakeNode struct {
	bundle *testBundle
	id     uuid.UUID

	mutex  sync.Mutex
	report map[string]string
	// release is the state of release VMs, and exitCode how their command ends.
	release  string
	exitCode int
	// keepFailed leaves VMs alone that have failed, and frozen all of them.
	keepFailed, frozen bool
}

func (n *fakeNode) run(ctx context.Context) {
	for ctx.Err() == nil {
		if err := n.round(ctx); err != nil && ctx.Err() == nil {
			n.bundle.logger.Warn("the node could not report", "error", err)
		}

		select {
		case <-ctx.Done():
		case <-time.After(fakeNodePause):
		}
	}
}

// round brings all VMs to where the test wants them. A setting that a test changes holds from the return of that call on, as no round is
// under way then.
func (n *fakeNode) round(ctx context.Context) error {
	n.mutex.Lock()
	defer n.mutex.Unlock()

	if n.frozen {
		return nil
	}

	_, err := n.bundle.pool.Exec(ctx, `
		WITH changed AS (
			UPDATE vms SET
				state = CASE WHEN desired_state = 'stopped' THEN 'removed' WHEN kind = 'release' THEN $4 ELSE $1 END,
				exit_code = CASE WHEN kind = 'release' AND $4 = 'exited' AND desired_state <> 'stopped' THEN $5::integer ELSE exit_code END,
				started_at = CASE WHEN kind = 'release' AND $4 IN ('running', 'exited') THEN coalesce(started_at, now()) ELSE started_at END,
				message = nullif($2, ''), restarts = $3::text::integer,
				removed_at = CASE desired_state WHEN 'stopped' THEN now() END,
				healthy_at = CASE WHEN desired_state <> 'stopped' AND $1 = 'healthy' THEN now() ELSE healthy_at END
			WHERE removed_at IS NULL AND (desired_state = 'stopped' OR state <> CASE kind WHEN 'release' THEN $4 ELSE $1 END)
				AND NOT (state = 'failed' AND desired_state = 'running' AND $6::boolean)
				AND node_id NOT IN (SELECT id FROM nodes WHERE last_seen_at < now())
			RETURNING deployment_id)
		SELECT pg_notify('zeitwork_deployments', deployment_id::text) FROM changed`,
		cmp.Or(n.report["state"], "healthy"), n.report["message"], cmp.Or(n.report["restarts"], "0"), cmp.Or(n.release, "exited"), n.exitCode, n.keepFailed)
	if err != nil {
		return err
	}

	return n.tellOf(ctx, fakeNodePause)
}

// tellOf adds the time since the last report to what VMs have waited, as the API does for the nodes that report.
func (n *fakeNode) tellOf(ctx context.Context, passed time.Duration) error {
	rows, err := n.bundle.pool.Query(ctx, `SELECT id FROM vms WHERE removed_at IS NULL AND state NOT IN ('healthy', 'exited')
		AND node_id NOT IN (SELECT id FROM nodes WHERE last_seen_at < now())`)
	if err != nil {
		return err
	}

	waiting, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil || len(waiting) == 0 {
		return err
	}

	return n.bundle.queries.AddWaitingTime(ctx, passed, waiting)
}

// releases has release commands stand in a state or, where that is exited, end with an exit code.
func (n *fakeNode) releases(state string, exitCode int) {
	n.mutex.Lock()
	defer n.mutex.Unlock()

	n.release, n.exitCode = state, exitCode
}

// leaveFailed has the node leave VMs alone that have failed, as nodes do.
func (n *fakeNode) leaveFailed(keep bool) {
	n.mutex.Lock()
	defer n.mutex.Unlock()

	n.keepFailed = keep
}

// freeze has the node leave all VMs as they are, or no longer.
func (n *fakeNode) freeze(frozen bool) {
	n.mutex.Lock()
	defer n.mutex.Unlock()

	n.frozen = frozen
}

func (n *fakeNode) reports(state, message, restarts string) {
	n.mutex.Lock()
	defer n.mutex.Unlock()

	n.report = map[string]string{"state": state, "message": message, "restarts": restarts}
}

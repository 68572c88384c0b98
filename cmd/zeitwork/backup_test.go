package main

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/api"
	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/database/backup"
	"github.com/zeitwork/zeitwork/database/databasetest"
	"github.com/zeitwork/zeitwork/database/keyring"
	"github.com/zeitwork/zeitwork/edgeproxy"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/postgresbin"
	"github.com/zeitwork/zeitwork/internal/secret"
	"github.com/zeitwork/zeitwork/test/rig"
)

// rehearsal is a platform with an API and an edge, as they are run, and a simulated node.
type rehearsal struct {
	config  backupConfig
	flags   backupFlags
	edgeURL string
	// vmPort is that of all VMs, which have addresses of their own.
	vmPort string
	pool   *pgxpool.Pool
	// startAPI starts the API and returns what stops it.
	startAPI func() func()
}

// TestRestore_PlatformWhoseDatabaseIsLost_ServesOnAndGoesByTheBackup is the rehearsal of a disaster. While the database is away and restored, what runs
// serves on; in the end edges and nodes do what the backup says; and meanwhile no visitor of one app gets another one, although the address of an app of the backup is
// another customer's VM's since.
func TestRestore_PlatformWhoseDatabaseIsLost_ServesOnAndGoesByTheBackup(t *testing.T) {
	t.Parallel()

	r := startRehearsal(t)
	stop := r.startAPI()

	steady, shop := r.project(t, "steady.example.org"), r.project(t, "shop.example.org")
	r.deploy(t, steady, "127.77.0.1", "steady")
	first := r.deploy(t, shop, "127.77.0.2", "shop, first release")

	var printed bytes.Buffer
	require.NoError(t, makeBackup(t.Context(), r.config, r.flags, &printed))

	// Behind the backup the shop gets another release, and a new project gets the address of its first one.
	r.deploy(t, shop, "127.77.0.3", "shop, second release")
	r.release(t, first)

	newcomer := r.project(t, "newcomer.example.org")
	r.deploy(t, newcomer, "127.77.0.2", "newcomer")

	visitors := r.visit(t, "steady.example.org", "shop.example.org", "newcomer.example.org")
	lost := time.Now()

	stop()
	r.destroy(t)
	require.NoError(t, restore(t.Context(), r.config, r.flags, &printed))

	stop = r.startAPI()
	defer stop()

	r.answers(t, "shop.example.org", "shop, first release")
	recovered := time.Since(lost)

	// The newcomer is of after the backup: its VM is stopped and its hostname nobody's.
	require.Eventually(t, func() bool {
		answer, err := r.ask(t.Context(), "newcomer.example.org")

		return err == nil && answer.Status == http.StatusNotFound
	}, 30*time.Second, 20*time.Millisecond)
	r.answers(t, "steady.example.org", "steady")

	seen := visitors()
	require.Equal(t, []string{"steady"}, seen["steady.example.org"], "what runs serves on")
	require.NotContains(t, seen["shop.example.org"], "newcomer")
	require.NotContains(t, seen["newcomer.example.org"], "shop, first release")

	found, err := backup.List(t.Context(), r.flags.over(r.config.Backup))
	require.NoError(t, err)
	require.Len(t, found, 1)
	t.Logf("RPO: what was done in the %s before the loss is forgotten, all that came after the snapshot", lost.Sub(found[0].SnapshotAt).Round(time.Millisecond))
	t.Logf("RTO: %s from the loss until what differed from the backup served again; what did not differ served on", recovered.Round(time.Millisecond))
	t.Log(printed.String())
}

func startRehearsal(t *testing.T) *rehearsal {
	t.Helper()

	databaseConfig, key, tokens, logger := databasetest.Config(t), secret.GenerateKey(), api.NewTokens(), slog.New(slog.DiscardHandler)

	if _, err := postgresbin.FindClient("", 0); err != nil {
		t.Skip(err)
	}

	private, public, err := backup.NewIdentity()
	require.NoError(t, err)

	identity := filepath.Join(t.TempDir(), "backup.key")
	require.NoError(t, os.WriteFile(identity, []byte(private), 0o600))

	r := &rehearsal{flags: backupFlags{keep: keepAll, to: t.TempDir(), identity: identity}, vmPort: port(t), pool: open(t, databaseConfig)}
	r.config = settings[backupConfig](t, map[string]string{
		"ZEITWORK_SECRET_KEY": key.Encode(), "ZEITWORK_DATABASE_URL": databaseConfig.URL, "ZEITWORK_BACKUP_RECIPIENTS": public,
	})

	apiPort, edgePort := port(t), port(t)
	apiSettings := settings[apiConfig](t, map[string]string{
		"ZEITWORK_SECRET_KEY": key.Encode(), "ZEITWORK_BASE_DOMAIN": "apps.example.com", "ZEITWORK_REGISTRY_HOST": "registry.example.com",
		"ZEITWORK_API_LISTEN": "127.0.0.1:" + apiPort, "ZEITWORK_DATABASE_URL": databaseConfig.URL,
	})
	apiSettings.Database = databaseConfig

	require.NoError(t, api.Bootstrap{
		Email: "owner@example.com", Organisation: "first", Node: "node-1", Edge: "edge-1", Region: "here", ClusterRange: apiSettings.API.ClusterRange, Tokens: tokens,
	}.Run(t.Context(), r.pool))

	r.edgeURL = "http://127.0.0.1:" + edgePort
	edge, err := edgeproxy.New(settings[edgeproxy.Config](t, map[string]string{
		"ZEITWORK_API_URL": "http://127.0.0.1:" + apiPort, "ZEITWORK_EDGE_TOKEN": tokens.Edge, "ZEITWORK_EDGE_LISTEN": "127.0.0.1:" + edgePort,
		"ZEITWORK_EDGE_DATA_DIR": t.TempDir(), "ZEITWORK_EDGE_DRAIN_DELAY": "0s",
	}), logger)
	require.NoError(t, err)

	node, err := newSimulatedNode("http://127.0.0.1:"+apiPort, tokens.Node)
	require.NoError(t, err)

	running(t, edge.Run, node.poll, node.report)

	r.startAPI = func() func() {
		ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
		stopped := make(chan struct{})

		go func() {
			defer close(stopped)

			if err := runAPI(ctx, apiSettings, parts{logger: logger}); err != nil && ctx.Err() == nil {
				t.Error(err)
			}
		}()

		return sync.OnceFunc(func() {
			cancel()
			<-stopped
		})
	}

	return r
}

func open(t *testing.T, config database.Config) *pgxpool.Pool {
	t.Helper()

	pool, err := database.Open(t.Context(), config)
	require.NoError(t, err)
	t.Cleanup(pool.Close)

	return pool
}

func (r *rehearsal) exec(t *testing.T, statement string, arguments ...any) {
	t.Helper()

	_, err := r.pool.Exec(t.Context(), statement, arguments...)
	require.NoError(t, err)
}

// destroy takes all that the database has.
func (r *rehearsal) destroy(t *testing.T) {
	t.Helper()

	r.exec(t, "DROP SCHEMA public CASCADE; DROP SCHEMA river CASCADE; DROP SCHEMA drizzle CASCADE; CREATE SCHEMA public")
	r.pool.Reset()
}

// project makes a project with a hostname of its own.
func (r *rehearsal) project(t *testing.T, hostname string) uuid.UUID {
	t.Helper()

	project := id.New()
	r.exec(t, `INSERT INTO projects (id, organisation_id, name, slug, repository_url, auto_deploy)
		SELECT $1, id, $2, $2, 'https://git.example.com/app.git', false FROM organisations LIMIT 1`, project, hostname)
	r.exec(t, `INSERT INTO domains (id, project_id, hostname, kind, verification_token, verified_at, next_check_at)
		VALUES ($1, $2, $3, 'custom', 'token', now(), now() + interval '1 day')`, id.New(), project, hostname)

	return project
}

// deploy does what the chain of a deployment does to the database, in the place of the one before, and returns the deployment.
func (r *rehearsal) deploy(t *testing.T, project uuid.UUID, address, says string) uuid.UUID {
	t.Helper()

	queries, deployment, vm := database.New(r.pool), id.New(), id.New()

	keys, err := keyring.Open(t.Context(), r.pool, r.config.Keys())
	require.NoError(t, err)

	var (
		organisation uuid.UUID
		hostname     string
	)

	require.NoError(t, r.pool.QueryRow(t.Context(), "SELECT organisation_id, name FROM projects WHERE id = $1", project).Scan(&organisation, &hostname))

	sealed, err := keys.SealEnvironment(t.Context(), queries, keyring.Snapshot{OrganisationID: organisation, ProjectID: project, DeploymentID: deployment},
		map[string]string{"SAYS": says})
	require.NoError(t, err)

	r.exec(t, `INSERT INTO deployments (id, project_id, step, trigger, branch, environment_sealed, state)
		VALUES ($1, $2, 'health_check', 'manual', 'main', $3, 'deploying')`, deployment, project, sealed)
	r.exec(t, `INSERT INTO vms (id, deployment_id, node_id, ip, port, cpu_millis, memory_bytes) SELECT $1, $2, id, $3, $4::text::int, 100, 1000000 FROM nodes`,
		vm, deployment, address, r.vmPort)
	require.NoError(t, queries.NotifyNodes(t.Context()))
	r.is(t, "healthy", "SELECT state FROM vms WHERE id = $1", vm)

	r.exec(t, "UPDATE deployments SET state = 'retired' WHERE project_id = $1 AND state = 'live'", project)
	r.exec(t, "UPDATE deployments SET state = 'live', step = 'flip_route' WHERE id = $1", deployment)
	r.exec(t, "UPDATE domains SET deployment_id = $1 WHERE project_id = $2", deployment, project)
	r.answers(t, hostname, says)

	return deployment
}

// release stops the VM of a deployment and gives its address back.
func (r *rehearsal) release(t *testing.T, deployment uuid.UUID) {
	t.Helper()

	r.exec(t, "UPDATE vms SET desired_state = 'stopped' WHERE deployment_id = $1", deployment)
	require.NoError(t, database.New(r.pool).NotifyNodes(t.Context()))
	r.is(t, "removed", "SELECT state FROM vms WHERE deployment_id = $1", deployment)
	r.exec(t, "UPDATE vms SET ip_released_at = now() WHERE deployment_id = $1", deployment)
}

func (r *rehearsal) is(t *testing.T, want, query string, arguments ...any) {
	t.Helper()

	require.Eventually(t, func() bool {
		var got string

		return r.pool.QueryRow(t.Context(), query, arguments...).Scan(&got) == nil && got == want
	}, 30*time.Second, 10*time.Millisecond, query)
}

func (r *rehearsal) ask(ctx context.Context, hostname string) (rig.Answer, error) {
	return rig.Transport{Host: hostname}.Ask(ctx, http.MethodGet, r.edgeURL, nil)
}

func (r *rehearsal) answers(t *testing.T, hostname, text string) {
	t.Helper()

	require.Eventually(t, func() bool {
		answer, err := r.ask(t.Context(), hostname)

		return err == nil && answer.Status == http.StatusOK && answer.Body == text
	}, 30*time.Second, 20*time.Millisecond, "%s does not say %q", hostname, text)
}

// visit asks for each hostname again and again, until the function is called that it returns. That one returns what each has answered, each answer once;
// of an answer that is not 200 its status.
func (r *rehearsal) visit(t *testing.T, hostnames ...string) func() map[string][]string {
	t.Helper()

	var (
		ctx, stop = context.WithCancel(t.Context())
		mutex     sync.Mutex
		visitors  sync.WaitGroup
		seen      = map[string][]string{}
	)

	for _, hostname := range hostnames {
		visitors.Go(func() {
			for ctx.Err() == nil {
				answer, err := r.ask(ctx, hostname)
				said := answer.Body

				switch {
				case ctx.Err() != nil:
					return
				case err != nil:
					said = err.Error()
				case answer.Status != http.StatusOK:
					said = http.StatusText(answer.Status)
				}

				mutex.Lock()
				if !slices.Contains(seen[hostname], said) {
					seen[hostname] = append(seen[hostname], said)
				}
				mutex.Unlock()

				pauseFor(ctx, 5*time.Millisecond)
			}
		})
	}

	return func() map[string][]string {
		stop()
		visitors.Wait()

		return seen
	}
}

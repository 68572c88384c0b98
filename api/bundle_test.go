package api

import (
	"bytes"
	"context"
	"log/slog"
	"math"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/database/databasetest"
	"github.com/zeitwork/zeitwork/database/githubapp"
	"github.com/zeitwork/zeitwork/database/keyring"
	"github.com/zeitwork/zeitwork/internal/dnscheck/dnstest"
	"github.com/zeitwork/zeitwork/internal/github"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/secret"
	"github.com/zeitwork/zeitwork/internal/setting"
	"github.com/zeitwork/zeitwork/test/githubtest"
	"github.com/zeitwork/zeitwork/workflows"
)

// testBundle is a served API on a database of its own, with clients for each kind of caller.
type testBundle struct {
	server  *Server
	http    *httptest.Server
	pool    *pgxpool.Pool
	queries *database.Queries
	// parts are what the server was made from.
	parts  Parts
	log    *logBuffer
	tokens Tokens
	// dns is whom the server asks about domains.
	dns *dnstest.Server
	// github has no account and no App until the test makes some; apps is how the API reaches it.
	github *githubtest.Server
	apps   *githubapp.Apps

	// owner is an operator with one organisation; stranger is a user with another one.
	owner, stranger, node, edge, nobody *client.ClientWithResponses
	strangerToken                       string
	nodeID                              uuid.UUID
	// stop has streams and long-polls end, as when the process stops.
	stop func()
}

// logBuffer is a log that tests can read.
type logBuffer struct {
	mutex  sync.Mutex
	buffer bytes.Buffer
}

func (l *logBuffer) Write(data []byte) (int, error) {
	l.mutex.Lock()
	defer l.mutex.Unlock()

	return l.buffer.Write(data)
}

func (l *logBuffer) String() string {
	l.mutex.Lock()
	defer l.mutex.Unlock()

	return l.buffer.String()
}

func setup(t *testing.T) *testBundle {
	t.Helper()

	ctx, databaseConfig, log := t.Context(), databasetest.Config(t), &logBuffer{}
	logger := slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))

	pool, err := database.Open(ctx, databaseConfig)
	require.NoError(t, err)
	t.Cleanup(pool.Close)

	config := Config{
		Key: setting.Key{SecretKey: secret.GenerateKey()}, BaseDomain: "apps.example.com",
		Edge:            setting.Edge{EdgeURL: url.URL{Scheme: "http", Host: "127.0.0.1:8080"}},
		RegistryAddress: setting.RegistryAddress{RegistryHost: "registry.example.com"},
		Cluster:         setting.Cluster{ClusterRange: netip.MustParsePrefix("10.72.0.0/13")}, Git: setting.Git{GitProtocols: []string{"https"}},
		Webhooks:     setting.Webhooks{WebhookProtocols: []string{"https"}},
		CallerLimits: CallerLimits{RequestsPerMinute: 60_000, Streams: 50, Organisations: 1_000}, AnonymousLimits: AnonymousLimits{AnonymousRequestsPerMinute: 6_000},
	}

	keys, err := keyring.Open(ctx, pool, config.Keys())
	require.NoError(t, err)

	deployments, err := workflows.NewDeployments(pool, keys, setting.Previews{MaxPreviews: 20}, logger)
	require.NoError(t, err)

	nameServer := dnstest.New(t)
	config.DNSServer = nameServer.Address

	domains, err := workflows.NewDomains(pool, config.Domains)
	require.NoError(t, err)

	listener := database.NewListener(databaseConfig, logger)

	fake := githubtest.New(t)

	apps, err := githubapp.New(githubapp.Config{Config: github.Config{URL: fake.URL, APIURL: fake.APIURL}}, pool, keys,
		github.Options{Transport: githubtest.Transport(), Now: fake.Clock.Now, Timeout: 2 * time.Second})
	require.NoError(t, err)

	parts := Parts{Pool: pool, Listener: listener, Deployments: deployments, Domains: domains, Keyring: keys, Apps: apps, Logger: logger}

	server, err := New(config, parts)
	require.NoError(t, err)

	b := &testBundle{
		server: server, parts: parts, pool: pool, queries: database.New(pool), log: log, tokens: NewTokens(), dns: nameServer, github: fake, apps: apps,
	}

	require.NoError(t, Bootstrap{
		Email: "owner@example.com", Organisation: "first", Node: "node-1", Edge: "edge-1", Region: "here", ClusterRange: config.ClusterRange, Tokens: b.tokens,
	}.Run(ctx, pool))

	b.serve(t, listener)
	b.strangerToken = b.addUser(t, "stranger@example.com")

	b.owner, b.node, b.edge = b.as(t, b.tokens.User), b.as(t, b.tokens.Node), b.as(t, b.tokens.Edge)
	b.stranger, b.nobody = b.as(t, b.strangerToken), b.as(t, "")

	node, err := b.queries.NodeByName(ctx, "node-1")
	require.NoError(t, err)

	b.nodeID = node.ID

	t.Cleanup(func() { b.requireActionsAreDescribed(t) })
	b.followRoutes(t)

	return b
}

// requireActionsAreDescribed fails the test where it has left an audit event whose action or subject the OpenAPI document does not know.
func (b *testBundle) requireActionsAreDescribed(t *testing.T) {
	t.Helper()

	event := describedAPI().Components.Schemas.Map()["AuditEvent"].Properties

	rows, err := b.pool.Query(context.WithoutCancel(t.Context()), "SELECT DISTINCT action, subject_type FROM audit_events")
	if err != nil {
		return // A test that has closed the pool.
	}

	var action, subject string

	_, err = pgx.ForEachRow(rows, []any{&action, &subject}, func() error {
		require.Contains(t, event["action"].Enum, action)
		require.Contains(t, event["subject_type"].Enum, subject)

		return nil
	})
	require.NoError(t, err)
}

// serve runs the listener and the HTTP server until the test ends.
func (b *testBundle) serve(t *testing.T, listener *database.Listener) {
	t.Helper()

	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	stopped := make(chan struct{})

	go func() {
		defer close(stopped)

		_ = listener.Run(ctx)
	}()

	require.NoError(t, b.server.river.Start(ctx))
	b.http = httptest.NewServer(asDescribed(t, b.server.Handler()))

	address, err := url.Parse(b.http.URL)
	require.NoError(t, err)

	b.server.service.config.PublicURL = *address
	b.stop = sync.OnceFunc(func() { close(b.server.service.stopping) })
	t.Cleanup(func() {
		b.stop()
		b.http.Close()
		cancel()
		<-stopped
	})
}

// as returns a client that signs in with the token.
func (b *testBundle) as(t *testing.T, token string) *client.ClientWithResponses {
	t.Helper()

	c, err := client.NewClientWithResponses(b.http.URL, client.WithRequestEditorFn(func(_ context.Context, request *http.Request) error {
		if token != "" {
			request.Header.Set("Authorization", "Bearer "+token)
		}

		return nil
	}))
	require.NoError(t, err)

	return c
}

// addUser makes a user with an organisation and returns their token.
func (b *testBundle) addUser(t *testing.T, email string) string {
	t.Helper()

	user, organisation, token := id.New(), id.New(), secret.NewToken(userPrefix)

	_, err := b.pool.Exec(t.Context(), "INSERT INTO users (id, email, name) VALUES ($1, $2, $2)", user, email)
	require.NoError(t, err)

	_, err = b.queries.CreateOrganisation(t.Context(), organisation, "of-"+organisation.String(), email)
	require.NoError(t, err)
	require.NoError(t, b.queries.AddMember(t.Context(), organisation, user, string(roleOwner)))
	require.NoError(t, ensureToken(t.Context(), b.queries, token, database.EnsureTokenParams{Kind: userKind, UserID: &user}))

	return token
}

// admitted is the context of an operation of the owner, in the first organisation.
func (b *testBundle) admitted(t *testing.T) context.Context {
	t.Helper()

	token, err := b.queries.FindToken(t.Context(), secret.HashToken(b.tokens.User))
	require.NoError(t, err)

	return context.WithValue(t.Context(), admissionKey{}, admission{caller: newCaller(token), organisation: b.organisation(t), role: roleOwner})
}

func (b *testBundle) organisation(t *testing.T) uuid.UUID {
	t.Helper()

	organisation, err := b.queries.OrganisationBySlug(t.Context(), "first")
	require.NoError(t, err)

	return organisation.ID
}

func (b *testBundle) project(t *testing.T) client.Project {
	t.Helper()

	answer, err := b.owner.CreateProjectWithResponse(t.Context(), nil, client.CreateProjectInputBody{
		Name: "app " + id.New().String()[24:], RepositoryURL: "https://git.example.com/me/app.git",
	})
	require.NoError(t, err)
	require.NotNil(t, answer.JSON201, "%s", answer.Body)

	return *answer.JSON201
}

func (b *testBundle) deployment(t *testing.T, project uuid.UUID) client.Deployment {
	t.Helper()

	answer, err := b.owner.CreateDeploymentWithResponse(t.Context(), project, nil, client.CreateDeploymentInputBody{})
	require.NoError(t, err)
	require.NotNil(t, answer.JSON201, "%s", answer.Body)

	return *answer.JSON201
}

// vm assigns a VM of the deployment to the node.
func (b *testBundle) vm(t *testing.T, deployment uuid.UUID) uuid.UUID {
	t.Helper()

	vm := id.New()
	require.NoError(t, b.queries.CreateVM(t.Context(), database.CreateVMParams{
		ID: vm, DeploymentID: deployment, NodeID: b.nodeID, Kind: "app", IP: netip.MustParseAddr("10.72.1.2"), Port: 8080,
		CPUMillis: 100, MemoryBytes: 64 << 20,
	}))
	require.NoError(t, b.queries.Notify(t.Context(), database.ChannelNodes, b.nodeID.String()))

	return vm
}

// end writes the state that the chain would.
func (b *testBundle) end(t *testing.T, deployment uuid.UUID, state string) {
	t.Helper()

	require.NoError(t, b.queries.EndDeployment(t.Context(), database.EndDeploymentParams{ID: deployment, State: state}))
	require.NoError(t, b.queries.Notify(t.Context(), database.ChannelDeployments, deployment.String()))
}

// flip points the project's domains at the deployment, as flip_route does.
func (b *testBundle) flip(t *testing.T, project, deployment uuid.UUID) {
	t.Helper()

	require.NoError(t, b.queries.PointDomains(t.Context(), &deployment, project))
	b.end(t, deployment, "live")
}

// report sends the node's report of one VM.
func (b *testBundle) report(t *testing.T, vm uuid.UUID, state string) {
	t.Helper()

	answer, err := b.node.ReportNodeWithResponse(t.Context(), client.NodeReport{
		Version: "1", Runtime: "runc", CPUMillis: 2000, MemoryBytes: 1 << 30, VMS: []client.VMReport{{ID: vm, State: client.VMReportState(state)}},
	})
	require.NoError(t, err)
	require.Equal(t, http.StatusNoContent, answer.StatusCode(), "%s", answer.Body)
}

// buildLines stores build log lines, as a worker does.
func (b *testBundle) buildLines(t *testing.T, deployment uuid.UUID, lines ...string) {
	t.Helper()

	attempt := b.attempt(t, deployment)

	for _, line := range lines {
		_, err := b.queries.AppendBuildLog(t.Context(), database.AppendBuildLogParams{
			DeploymentID: deployment, AttemptID: attempt, Step: "build", Streams: []string{"stdout"}, Lines: []string{line}, LoggedAt: []time.Time{time.Now()},
			UnlessAbove: math.MaxInt64,
		})
		require.NoError(t, err)
	}

	require.NoError(t, b.queries.Notify(t.Context(), database.ChannelBuildLogs, deployment.String()))
}

// attempt begins another attempt to build the deployment.
func (b *testBundle) attempt(t *testing.T, deployment uuid.UUID) uuid.UUID {
	t.Helper()

	attempt := id.New()
	_, err := b.pool.Exec(t.Context(), `INSERT INTO deployment_steps (id, deployment_id, step, worker, attempt)
		SELECT $1, $2, 'build', 'w', count(*) + 1 FROM deployment_steps WHERE deployment_id = $2 AND step = 'build'`, attempt, deployment)
	require.NoError(t, err)

	return attempt
}

// proves has the DNS prove a domain, and the platform look.
func (b *testBundle) proves(t *testing.T, domain client.Domain) {
	t.Helper()

	b.dns.Set(t, domain.Records[0].Name, "TXT "+domain.Records[0].Value)

	checked, err := b.owner.CheckDomainWithResponse(t.Context(), domain.ID)
	require.NoError(t, err)
	require.NotNil(t, checked.JSON200, "%s", checked.Body)
	require.Equal(t, client.DomainState(domainActive), checked.JSON200.Domain.State)
}

// domain adds a custom domain to the production of a project.
func (b *testBundle) domain(t *testing.T, as *client.ClientWithResponses, project uuid.UUID, hostname string) client.Domain {
	t.Helper()

	made, err := as.CreateDomainWithResponse(t.Context(), project, nil, client.CreateDomainInputBody{Hostname: hostname})
	require.NoError(t, err)
	require.NotNil(t, made.JSON201, "%s", made.Body)

	return *made.JSON201
}

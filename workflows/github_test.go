package workflows

import (
	"context"
	"net/netip"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/activities"
	"github.com/zeitwork/zeitwork/database/githubapp"
	"github.com/zeitwork/zeitwork/internal/github"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/setting"
	"github.com/zeitwork/zeitwork/test/githubtest"
)

// gitHub is a GitHub whose App is the platform's, installed on an account that is tied to the bundle's organisation.
type gitHub struct {
	githubtest.Example

	server *githubtest.Server
	// row is the installation's, repository the row of the project's repository.
	row, repository uuid.UUID
	source          *gitSource
}

// gitSource fetches by git. Where a deployment would keep the source in the registry, it throws it away.
type gitSource struct {
	*memory

	real *activities.Source

	mutex    sync.Mutex
	requests []activities.CloneRequest
	// kept is a commit that the registry has.
	kept string
}

func (s *gitSource) Kept(_ context.Context, _ uuid.UUID, commit string) (activities.CloneResult, bool, error) {
	return activities.CloneResult{Commit: commit, Message: "kept", Digest: "sha256:source"}, commit == s.kept, nil
}

func (s *gitSource) Clone(ctx context.Context, request activities.CloneRequest) (activities.CloneResult, error) {
	result, err := s.Inspect(ctx, request, func(string) error { return nil })
	result.Digest = "sha256:source"

	return result, err
}

func (s *gitSource) Inspect(ctx context.Context, request activities.CloneRequest, look func(string) error) (activities.CloneResult, error) {
	s.mutex.Lock()
	s.requests = append(s.requests, request)
	s.mutex.Unlock()

	return s.real.Inspect(ctx, request, look)
}

// fetched are the requests that there were.
func (s *gitSource) fetched() []activities.CloneRequest {
	s.mutex.Lock()
	defer s.mutex.Unlock()

	return append([]activities.CloneRequest{}, s.requests...)
}

// withGitHub gives the bundle a GitHub, and makes its project one of a repository there.
func (b *testBundle) withGitHub(t *testing.T) *gitHub {
	t.Helper()

	server := githubtest.New(t)
	g := &gitHub{Example: server.NewExample(t), server: server, row: id.New(), repository: id.New()}

	apps, err := githubapp.New(githubapp.Config{
		Config: github.Config{URL: server.URL, APIURL: server.APIURL},
		App:    github.AppConfig{ID: g.App.ID, ClientSecret: g.App.ClientSecret, PrivateKey: g.App.PrivateKey},
	}, b.pool, b.keyring, github.Options{Transport: githubtest.Transport(), Now: server.Clock.Now, Timeout: time.Second})
	require.NoError(t, err)

	source, err := activities.NewSource(activities.SourceConfig{
		Git: setting.Git{GitProtocols: []string{"http"}}, Internal: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, MaxBytes: 32 << 20,
		Timeout: time.Minute, Directory: filepath.Join(t.TempDir(), "sources"), CacheBytes: 1 << 20,
	}, nil)
	require.NoError(t, err)

	g.source = &gitSource{memory: b.activities, real: source}
	b.github, b.source = apps, g.source

	b.exec(t, `INSERT INTO github_installations (id, installation_id, app_id, account_id, account_login, account_kind, organisation_id)
		VALUES ($1, $2, $3, 1, 'acme', 'organization', $4)`, g.row, g.Installation, g.App.ID, b.organisation)
	b.exec(t, `INSERT INTO github_repositories (id, organisation_id, installation_id, repository_id, node_id, full_name)
		VALUES ($1, $2, $3, $4, 'R_1', 'acme/shop')`, g.repository, b.organisation, g.row, g.Repository)
	b.exec(t, "UPDATE projects SET github_repository_id = $1 WHERE id = $2", g.repository, b.project)

	return g
}

// told are the sentences about the repository in the project's timeline, newest first.
func (b *testBundle) told(t *testing.T) []string {
	t.Helper()

	rows, err := b.pool.Query(b.ctx, "SELECT message FROM project_events WHERE project_id = $1 AND kind = 'repository' ORDER BY id DESC", b.project)
	require.NoError(t, err)

	sentences, err := collectStrings(rows)
	require.NoError(t, err)

	return sentences
}

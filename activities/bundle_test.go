package activities

import (
	"context"
	"io"
	"net/http/cgi"
	"net/http/httptest"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/problem"
	"github.com/zeitwork/zeitwork/internal/secret"
	"github.com/zeitwork/zeitwork/internal/setting"
)

// part returns what the environment says about a real part, or skips the test.
func part(t *testing.T, variable string) string {
	t.Helper()

	value := os.Getenv(variable)
	if value == "" {
		t.Skipf("%s is not set: run the tests through `go tool task test`", variable)
	}

	return value
}

type testBundle struct {
	registry *Registry
	source   *Source
	config   SourceConfig
	project  uuid.UUID
	key      secret.Key
}

// registryAt is a registry at a host and port that speaks HTTP.
func registryAt(host string) RegistryConfig {
	return RegistryConfig{
		RegistryAddress: setting.RegistryAddress{RegistryHost: host}, RegistryProtocol: setting.RegistryProtocol{RegistryInsecure: true},
	}
}

func setup(t *testing.T) *testBundle {
	t.Helper()

	bundle := &testBundle{project: id.New(), key: secret.GenerateKey()}
	bundle.registry = NewRegistry(registryAt(part(t, "ZEITWORK_TEST_REGISTRY")), bundle.key)
	bundle.config = SourceConfig{
		Git: setting.Git{GitProtocols: []string{"https", "http", "file"}}, Internal: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, MaxBytes: 32 << 20, Timeout: time.Minute,
		Directory: filepath.Join(t.TempDir(), "sources"), CacheBytes: 64 << 20,
	}
	bundle.source = bundle.newSource(t)

	return bundle
}

// newSource returns a source as another worker would have it, on the same directory.
func (b *testBundle) newSource(t *testing.T) *Source {
	t.Helper()

	source, err := NewSource(b.config, b.registry)
	require.NoError(t, err)

	return source
}

func (b *testBundle) clone(t *testing.T, repository *testRepository) CloneResult {
	t.Helper()

	result, err := b.source.Clone(t.Context(), CloneRequest{ProjectID: b.project, RepositoryURL: repository.url(), Branch: "main"})
	require.NoError(t, err)

	return result
}

func (b *testBundle) open(t *testing.T, result CloneResult) *Tree {
	t.Helper()

	tree, err := b.source.Open(t.Context(), b.project, result.Digest)
	require.NoError(t, err)
	t.Cleanup(tree.Close)

	return tree
}

func (b *testBundle) image(t *testing.T, path, reference string) v1.Image {
	t.Helper()

	repository, err := b.registry.repository(path)
	require.NoError(t, err)

	var ref name.Reference = repository.Tag(reference)
	if strings.HasPrefix(reference, "sha256:") {
		ref = repository.Digest(reference)
	}

	image, err := remote.Image(ref, remote.WithContext(t.Context()))
	require.NoError(t, err)

	return image
}

// testRepository is a git repository on disk.
type testRepository struct {
	t         *testing.T
	directory string
	// date is that of commits.
	date string
}

func newRepository(t *testing.T, files map[string]string) *testRepository {
	t.Helper()

	repository := &testRepository{t: t, directory: filepath.Join(t.TempDir(), "app"), date: "2024-05-06T07:08:09Z"}
	require.NoError(t, os.Mkdir(repository.directory, 0o755))
	repository.git("init", "--quiet", "--initial-branch=main")
	repository.commit("First commit", files)

	return repository
}

func (r *testRepository) url() string { return "file://" + r.directory }

// serve makes the repository available over HTTP by git's own server.
func (r *testRepository) serve() string {
	r.t.Helper()

	path := strings.TrimSpace(r.git("--exec-path"))
	server := httptest.NewServer(&cgi.Handler{
		Path: filepath.Join(path, "git-http-backend"),
		Env:  []string{"GIT_PROJECT_ROOT=" + filepath.Dir(r.directory), "GIT_HTTP_EXPORT_ALL=1"},
		// git's complaints about what a test asks for on purpose.
		Stderr: io.Discard,
	})
	r.t.Cleanup(server.Close)

	return server.URL + "/app"
}

func (r *testRepository) path(elements ...string) string {
	return filepath.Join(append([]string{r.directory}, elements...)...)
}

func (r *testRepository) write(files map[string]string) {
	r.t.Helper()

	for name, content := range files {
		require.NoError(r.t, os.MkdirAll(filepath.Dir(r.path(name)), 0o755))
		require.NoError(r.t, os.WriteFile(r.path(name), []byte(content), 0o644))
	}
}

// commit returns the hash.
func (r *testRepository) commit(message string, files map[string]string) string {
	r.t.Helper()
	r.write(files)
	r.git("add", "--all")
	r.git("commit", "--quiet", "--allow-empty", "--message", message)

	return strings.TrimSpace(r.git("rev-parse", "HEAD"))
}

func (r *testRepository) git(arguments ...string) string {
	r.t.Helper()

	command := exec.CommandContext(r.t.Context(), "git", arguments...)
	command.Dir = r.directory
	command.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1",
		"GIT_AUTHOR_NAME=Ada", "GIT_AUTHOR_EMAIL=ada@example.com", "GIT_AUTHOR_DATE="+r.date,
		"GIT_COMMITTER_NAME=Ada", "GIT_COMMITTER_EMAIL=ada@example.com", "GIT_COMMITTER_DATE="+r.date)

	output, err := command.CombinedOutput()
	require.NoError(r.t, err, string(output))

	return string(output)
}

// tool is the program that the tests' Dockerfiles run.
var tool = sync.OnceValues(func() ([]byte, error) {
	directory, err := os.MkdirTemp("", "zeitwork-tool-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(directory) }()

	command := exec.CommandContext(context.Background(), "go", "build", "-trimpath", "-ldflags=-s -w", "-o", filepath.Join(directory, "tool"), "./testdata/tool")
	command.Env = append(os.Environ(), "CGO_ENABLED=0")

	if output, err := command.CombinedOutput(); err != nil {
		return output, err
	}

	return os.ReadFile(filepath.Join(directory, "tool"))
})

// newApp returns a repository with the tool and that Dockerfile.
func newApp(t *testing.T, dockerfile string) *testRepository {
	t.Helper()

	binary, err := tool()
	require.NoError(t, err, string(binary))

	repository := newRepository(t, map[string]string{"Dockerfile": dockerfile, "tool": string(binary)})
	require.NoError(t, os.Chmod(repository.path("tool"), 0o755))
	repository.commit("Executable", nil)

	return repository
}

// requireUsers checks that the user can mend the error, and that its sentence says what the test expects.
func requireUsers(t *testing.T, err error, words ...string) {
	t.Helper()
	require.Error(t, err)
	require.True(t, problem.IsUsers(err), "not the user's: %v", err)

	for _, word := range words {
		require.Contains(t, problem.MessageOf(err), word)
	}
}

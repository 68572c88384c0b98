package activities

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/activities/detect"
	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// mostRefused is how many refused requests an activity may need to say that the registry is ill: the step is tried again anyway. BuildKit tries an upload
// several times itself.
const mostRefused = 40

// illRegistry stands before the registry and answers 500 to what the matcher chooses.
type illRegistry struct {
	host string
	ill  atomic.Pointer[func(*http.Request) bool]
	// refused counts the requests since it fell ill.
	refused atomic.Int64
}

func newIllRegistry(t *testing.T) *illRegistry {
	t.Helper()

	ill := &illRegistry{}
	proxy := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: part(t, "ZEITWORK_TEST_REGISTRY")})

	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if chosen := ill.ill.Load(); chosen != nil && (*chosen)(r) {
			ill.refused.Add(1)
			http.Error(w, "the disk of the registry is full", http.StatusInternalServerError)

			return
		}

		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)

	ill.host = strings.TrimPrefix(server.URL, "http://")
	reachedByBuildkitd(t, ill.host)

	return ill
}

func (r *illRegistry) fall(chosen func(*http.Request) bool) {
	r.refused.Store(0)
	r.ill.Store(&chosen)
}

func (r *illRegistry) recover() { r.ill.Store(nil) }

func everything(*http.Request) bool { return true }

func writes(r *http.Request) bool { return r.Method != http.MethodGet && r.Method != http.MethodHead }

func blobs(r *http.Request) bool { return strings.Contains(r.URL.Path, "/blobs/") }

// through has the bundle use the ill registry.
func (r *illRegistry) through(t *testing.T, b *builderBundle) *builderBundle {
	t.Helper()

	config := b.registry.config
	config.RegistryHost = r.host
	b.registry = NewRegistry(config, b.key)
	b.source = b.newSource(t)
	b.builder = NewBuilder(b.builder.config, b.registry, b.key)

	return b
}

func TestRegistry_AnswersWith500_EveryActivitySaysSoAndGoesOnAfterwards(t *testing.T) {
	t.Parallel()

	registry := newIllRegistry(t)
	bundle := registry.through(t, setupBuilder(t))
	repository := newApp(t, toolDockerfile+`RUN ["/tool", "random"]`+"\n")
	deployment := id.New()

	// try runs what fails while the registry is ill in each of these ways, and then once more.
	try := func(name string, activity func() error, ways ...func(*http.Request) bool) {
		for _, way := range ways {
			registry.fall(way)

			err := activity()
			require.Equal(t, problem.Unavailable, problem.CodeOf(err), "%s: %v", name, err)
			require.Contains(t, problem.MessageOf(err), "does not answer", name)
			t.Logf("%s failed after %d requests", name, registry.refused.Load())
			require.LessOrEqual(t, registry.refused.Load(), int64(mostRefused), name)
		}

		registry.recover()
		require.NoError(t, activity(), name)
	}

	var (
		clone CloneResult
		tree  *Tree
		built BuildResult
		plan  buildplan.Plan
	)

	try("clone", func() (err error) {
		clone, err = bundle.source.Clone(t.Context(), CloneRequest{ProjectID: bundle.project, RepositoryURL: repository.url(), Branch: "main"})

		return err
	}, everything, writes)

	try("open", func() (err error) {
		tree, err = bundle.source.Open(t.Context(), bundle.project, clone.Digest)

		return err
	}, everything, blobs)

	t.Cleanup(tree.Close)

	plan, err := detect.Detect(tree.Dir, buildplan.Settings{})
	require.NoError(t, err)

	try("build", func() (err error) {
		built, _, err = bundle.build(t.Context(), BuildRequest{ProjectID: bundle.project, DeploymentID: deployment, Tree: tree, Plan: plan})

		return err
	}, everything, writes)

	try("publish", func() error {
		_, err := bundle.registry.Publish(t.Context(), bundle.project, deployment, built.Digest)

		return err
	}, everything, writes)

	requireNoFetches(t, bundle.testBundle)

	trees, err := filepath.Glob(filepath.Join(bundle.config.Directory, "trees", "*.partial"))
	require.NoError(t, err)
	require.Empty(t, trees)
}

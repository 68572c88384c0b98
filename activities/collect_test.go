package activities

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// pushImage pushes an image of its own by digest, as builds do.
func (b *testBundle) pushImage(t *testing.T) string {
	t.Helper()

	image := mutateConfig(t, empty.Image, v1.Config{Labels: map[string]string{"id": id.New().String()}})
	digest, err := image.Digest()
	require.NoError(t, err)

	repository, err := b.registry.repository(ImageRepository(b.project))
	require.NoError(t, err)
	require.NoError(t, remote.Write(repository.Digest(digest.String()), image, remote.WithContext(t.Context())))

	return digest.String()
}

func (b *testBundle) requireImage(t *testing.T, digest string, there bool) {
	t.Helper()

	repository, err := b.registry.repository(ImageRepository(b.project))
	require.NoError(t, err)

	_, err = remote.Head(repository.Digest(digest), remote.WithContext(t.Context()))
	if there {
		require.NoError(t, err)
	} else {
		require.True(t, isMissing(err), "%v", err)
	}
}

func TestDeleteImage_TakesItOutWithItsTags(t *testing.T) {
	t.Parallel()

	b := setup(t)
	kept, goes := b.pushImage(t), b.pushImage(t)
	keeps := id.New()

	for deployment, digest := range map[uuid.UUID]string{keeps: kept, id.New(): goes, id.New(): goes} {
		_, err := b.registry.Publish(t.Context(), b.project, deployment, digest)
		require.NoError(t, err)
	}

	for range 2 { // The second time there is nothing left.
		require.NoError(t, b.registry.DeleteImage(t.Context(), b.project, goes))
		b.requireImage(t, goes, false)
		b.requireImage(t, kept, true)

		left, err := b.registry.tags(t.Context(), ImageRepository(b.project))
		require.NoError(t, err)
		require.Equal(t, []string{keeps.String()}, left)
	}
}

func TestDeleteImage_WithoutATag_TakesItOut(t *testing.T) {
	t.Parallel()

	b := setup(t)
	digest := b.pushImage(t)
	require.NoError(t, b.registry.DeleteImage(t.Context(), b.project, digest))
	b.requireImage(t, digest, false)
}

func TestDeleteImage_OfAProjectThatHasNone_IsNoError(t *testing.T) {
	t.Parallel()

	b := setup(t)
	require.NoError(t, b.registry.DeleteImage(t.Context(), b.project, "sha256:"+strings.Repeat("0", 64)))
}

func TestDeleteImage_RegistryAway_IsUnavailable(t *testing.T) {
	t.Parallel()

	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodDelete {
			w.WriteHeader(http.StatusInsufficientStorage)
		}
	}))
	t.Cleanup(server.Close)

	b := setup(t)
	registry := NewRegistry(registryAt(server.Listener.Addr().String()), b.key)
	err := registry.DeleteImage(t.Context(), b.project, "sha256:"+strings.Repeat("0", 64))
	require.Equal(t, problem.Unavailable, problem.CodeOf(err), "%v", err)
}

func TestDeleteSource_CloneFetchesItAgain(t *testing.T) {
	t.Parallel()

	b := setup(t)
	repository := newRepository(t, map[string]string{"index.html": "hello"})
	older := b.clone(t, repository)
	repository.commit("Second", map[string]string{"index.html": "new"})
	newer := b.clone(t, repository)

	for range 2 {
		require.NoError(t, b.registry.DeleteSource(t.Context(), b.project, older.Commit))

		left, err := b.registry.ListSources(t.Context(), b.project)
		require.NoError(t, err)
		require.Equal(t, []string{newer.Commit}, left)
	}

	request := CloneRequest{ProjectID: b.project, RepositoryURL: repository.serve(), Branch: "main", Commit: older.Commit}
	again, err := b.source.Clone(t.Context(), request)
	require.NoError(t, err)
	require.Equal(t, older, again)
	require.FileExists(t, b.open(t, again).Dir+"/index.html")
}

func TestDeleteProject_LeavesNoTagInItsRepositories(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.clone(t, newRepository(t, map[string]string{"index.html": "hello"}))

	digest := b.pushImage(t)
	_, err := b.registry.Publish(t.Context(), b.project, id.New(), digest)
	require.NoError(t, err)

	repository, err := b.registry.repository(ImageRepository(b.project))
	require.NoError(t, err)
	require.NoError(t, remote.Write(repository.Tag("cache"), mutateConfig(t, empty.Image, v1.Config{}), remote.WithContext(t.Context())))

	for range 2 {
		require.NoError(t, b.registry.DeleteProject(t.Context(), b.project))

		for _, path := range []string{ImageRepository(b.project), sourceRepository(b.project)} {
			left, err := b.registry.tags(t.Context(), path)
			require.NoError(t, err)
			require.Empty(t, left)
		}
	}

	b.requireImage(t, digest, false)
}

func TestBuild_OfAnImageThatWasTakenOut_PushesItAgain(t *testing.T) {
	t.Parallel()

	b := setupBuilder(t)
	request := b.request(t, newApp(t, toolDockerfile))

	first, log, err := b.build(t.Context(), request)
	require.NoError(t, err, log)
	require.NoError(t, b.registry.DeleteImage(t.Context(), b.project, first.Digest))

	second, log, err := b.build(t.Context(), request)
	require.NoError(t, err, log)
	require.Equal(t, first, second)
	b.requireImage(t, second.Digest, true)
}

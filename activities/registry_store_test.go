package activities

import (
	"context"
	"crypto/rand"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/problem"
	"github.com/zeitwork/zeitwork/internal/process"
	"github.com/zeitwork/zeitwork/local/daemon"
)

// storedRegistry is a registry whose blobs are on an S3 server that can fall ill.
type storedRegistry struct {
	registry daemon.Registry
	current  *process.Process
	// folder is where the S3 server has the blobs.
	folder string
	// full has the S3 server refuse to store anything more.
	full atomic.Bool
	// stuck, where it is set, has the S3 server answer nothing before it is closed.
	stuck atomic.Pointer[chan struct{}]
}

// setupStore returns a bundle that uses a registry on S3.
func setupStore(t *testing.T) (*builderBundle, *storedRegistry) {
	t.Helper()

	bundle := setupBuilder(t)
	home := process.Home(t.TempDir())
	s3 := daemon.S3{Home: home, Bin: part(t, "ZEITWORK_TEST_VERSITYGW"), Port: unusedPort(t), BucketName: "images", AccessKey: rand.Text(), SecretKey: rand.Text()}

	server, err := s3.Start(t.Context())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, server.Stop(context.WithoutCancel(t.Context()))) })

	bucket := s3.Bucket()
	r := &storedRegistry{folder: home.Folder("s3", "buckets", s3.BucketName)}
	bucket.Endpoint = r.before(t, bucket.Endpoint)
	r.registry = daemon.Registry{Home: home, Bin: part(t, "ZEITWORK_TEST_BIN"), Port: unusedPort(t), Bucket: &bucket}
	r.restart(t, r.registry)
	t.Cleanup(func() { require.NoError(t, r.current.Stop(context.WithoutCancel(t.Context()))) })

	bundle.registry.config.RegistryHost = r.current.Address()
	reachedByBuildkitd(t, r.current.Address())

	return bundle, r
}

// before stands before the S3 server and returns its own address.
func (r *storedRegistry) before(t *testing.T, endpoint string) string {
	t.Helper()

	target, err := url.Parse(endpoint)
	require.NoError(t, err)

	proxy := httputil.NewSingleHostReverseProxy(target)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		if stuck := r.stuck.Load(); stuck != nil {
			<-*stuck
		}

		if r.full.Load() && request.Method == http.MethodPut {
			w.WriteHeader(http.StatusInsufficientStorage)
			_, _ = w.Write([]byte(`<Error><Code>XMinioStorageFull</Code><Message>Storage backend has reached its minimum free drive threshold.</Message></Error>`))

			return
		}

		proxy.ServeHTTP(w, request)
	}))
	t.Cleanup(server.Close)

	return server.URL
}

func (r *storedRegistry) restart(t *testing.T, instead daemon.Registry) {
	t.Helper()

	if r.current != nil {
		require.NoError(t, r.current.Stop(t.Context()))
	}

	started, err := instead.Start(t.Context())
	require.NoError(t, err)

	r.current = started
}

// loseLayers takes the contents of every layer out of the store that is larger than manifests and configurations.
func (r *storedRegistry) loseLayers(t *testing.T) {
	t.Helper()

	const smallest, lost = 2 << 10, "data"

	count := 0

	require.NoError(t, filepath.WalkDir(r.folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.Name() != lost {
			return err
		}

		info, err := entry.Info()
		if err != nil || info.Size() < smallest {
			return err
		}

		count++

		return os.Remove(path)
	}))
	require.Positive(t, count)
}

func unusedPort(t *testing.T) int {
	t.Helper()

	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)

	defer func() { require.NoError(t, listener.Close()) }()

	address, ok := listener.Addr().(*net.TCPAddr)
	require.True(t, ok)

	return address.Port
}

// requireWaits checks that a step would wait for the operator with these words in the timeline.
func requireWaits(t *testing.T, err error, words string) {
	t.Helper()

	require.Equal(t, problem.Unavailable, problem.CodeOf(err), "%v", err)
	require.Contains(t, problem.MessageOf(err), words, "%v", err)
}

func TestRegistryOnS3_FullReadOnlyOrStuck_SaysSoAndGoesOnWhenItIsMended(t *testing.T) {
	t.Parallel()

	bundle, store := setupStore(t)
	repository := newApp(t, toolDockerfile+`RUN ["/tool", "random"]`+"\n")
	request := bundle.request(t, repository)
	later := newRepository(t, map[string]string{"index.html": "later"})
	clone := func() error {
		_, err := bundle.source.Clone(t.Context(), CloneRequest{ProjectID: bundle.project, RepositoryURL: later.url(), Branch: "main"})

		return err
	}

	store.full.Store(true)
	requireWaits(t, clone(), "The image registry has no room left.")

	_, _, err := bundle.build(t.Context(), request)
	requireWaits(t, err, "The image registry has no room left.")
	store.full.Store(false)

	readOnly := store.registry
	readOnly.ReadOnly = true
	store.restart(t, readOnly)
	requireWaits(t, clone(), "The image registry is read-only")

	_, _, err = bundle.build(t.Context(), request)
	requireWaits(t, err, "The image registry is read-only")
	store.restart(t, store.registry)

	built, log, err := bundle.build(t.Context(), request)
	require.NoError(t, err, log)

	store.restart(t, readOnly)

	_, err = bundle.registry.Publish(t.Context(), bundle.project, request.DeploymentID, built.Digest)
	requireWaits(t, err, "The image registry is read-only")
	requireWaits(t, bundle.registry.DeleteImage(t.Context(), bundle.project, built.Digest), "The image registry is read-only")
	store.restart(t, store.registry)

	mended := make(chan struct{})
	mend := sync.OnceFunc(func() { store.stuck.Store(nil); close(mended) })
	defer mend()

	store.stuck.Store(&mended)

	impatient := *bundle.registry
	transport, ok := impatient.transport.(*http.Transport)
	require.True(t, ok)

	impatient.transport = transport.Clone()
	impatient.transport.(*http.Transport).ResponseHeaderTimeout = 50 * time.Millisecond

	_, err = impatient.Publish(t.Context(), bundle.project, request.DeploymentID, built.Digest)
	requireWaits(t, err, "The image registry does not answer.")

	mend()

	_, err = bundle.registry.Publish(t.Context(), bundle.project, request.DeploymentID, built.Digest)
	require.NoError(t, err)
	require.NoError(t, clone())
}

func TestRegistryOnS3_LosesALayer_NextBuildPutsItBack(t *testing.T) {
	t.Parallel()

	bundle, store := setupStore(t)
	repository := newApp(t, toolDockerfile)
	source := bundle.clone(t, repository)
	request := bundle.request(t, repository)

	built, log, err := bundle.build(t.Context(), request)
	require.NoError(t, err, log)
	bundle.requireWhole(t, built.Digest)

	store.loseLayers(t)

	// Sources have lost their files, too, as a worker finds out that has not unpacked them.
	bundle.config.Directory = t.TempDir()
	emptied := bundle.newSource(t)
	_, err = emptied.Open(t.Context(), bundle.project, source.Digest)
	require.ErrorIs(t, err, ErrGone)
	require.Equal(t, source, bundle.clone(t, repository), "it is fetched again")

	tree, err := emptied.Open(t.Context(), bundle.project, source.Digest)
	require.NoError(t, err)
	tree.Close()

	// The step of the push sends its deployment back to the build.
	_, err = bundle.registry.Publish(t.Context(), bundle.project, id.New(), built.Digest)
	require.ErrorIs(t, err, ErrGone)

	again, log, err := bundle.build(t.Context(), request)
	require.NoError(t, err, log)
	require.Equal(t, built, again)
	bundle.requireWhole(t, again.Digest)
}

// requireWhole fetches all layers of an image of the project.
func (b *builderBundle) requireWhole(t *testing.T, digest string) {
	t.Helper()

	layers, err := b.image(t, ImageRepository(b.project), digest).Layers()
	require.NoError(t, err)

	for _, layer := range layers {
		content, err := layer.Compressed()
		require.NoError(t, err)

		_, err = io.Copy(io.Discard, content) // The digest is verified meanwhile.
		require.NoError(t, err)
		require.NoError(t, content.Close())
	}
}

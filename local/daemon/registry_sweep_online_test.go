package daemon

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/process"
)

// runningRegistry is a registry on S3 that can be exchanged while it is used.
type runningRegistry struct {
	registry Registry
	current  *process.Process
	// folder is where the S3 server has the blobs.
	folder string
}

func startOnS3(t *testing.T) *runningRegistry {
	t.Helper()

	s3 := newS3(t)
	server, err := s3.Start(t.Context())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, server.Stop(context.WithoutCancel(t.Context()))) })

	bucket := s3.Bucket()
	r := &runningRegistry{
		registry: Registry{Home: s3.Home, Bin: testBin(t), Port: freePort(t), Bucket: &bucket}, folder: s3.Home.Folder("s3", "buckets", s3.BucketName),
	}
	require.NoError(t, r.exchange(t.Context(), r.registry))
	t.Cleanup(func() { require.NoError(t, r.current.Stop(context.WithoutCancel(t.Context()))) })

	return r
}

func (r *runningRegistry) exchange(ctx context.Context, instead Registry) error {
	if r.current != nil {
		if err := r.current.Stop(ctx); err != nil {
			return err
		}
	}

	started, err := instead.Start(ctx)
	r.current = started

	return err
}

// pusher builds images from layers that others have too and takes them out again, as builds and garbage collection do.
type pusher struct {
	repository name.Repository
	shared     []v1.Layer
	kept       []name.Digest
	pushed     atomic.Int64
	refused    atomic.Int64
}

// pushUntil pushes until the channel is closed. Every image has one layer of its own and one of the shared ones. Of the older images every other is
// deleted, so that layers lose their last image, and get another, at any moment.
func (p *pusher) pushUntil(ctx context.Context, done <-chan struct{}) error {
	const ownBytes = 4 << 10

	for number := 0; ; number++ {
		select {
		case <-done:
			return nil
		default:
		}

		image, err := random.Image(ownBytes, 1)
		if err != nil {
			return err
		}

		image, err = mutate.AppendLayers(image, p.shared[number%len(p.shared)])
		if err != nil {
			return err
		}

		digest, err := image.Digest()
		if err != nil {
			return err
		}

		reference := p.repository.Digest(digest.String())
		if err := p.insist(ctx, false, func() error { return remote.Write(reference, image, remote.WithContext(ctx)) }); err != nil {
			return err
		}

		p.kept = append(p.kept, reference)
		p.pushed.Add(1)

		if number%2 == 1 {
			oldest := p.kept[0]
			p.kept = p.kept[1:]

			if err := p.insist(ctx, true, func() error { return remote.Delete(oldest, remote.WithContext(ctx)) }); err != nil {
				return err
			}
		}
	}
}

// insist tries again what the registry refuses or does not answer, as a step does.
func (p *pusher) insist(ctx context.Context, deletes bool, act func() error) error {
	for ctx.Err() == nil {
		err := act()
		if err == nil {
			return nil
		}

		answer, _ := errors.AsType[*transport.Error](err)

		switch {
		case answer == nil:
		case answer.StatusCode == http.StatusMethodNotAllowed:
			p.refused.Add(1)
		case deletes && answer.StatusCode == http.StatusNotFound:
			return nil // The answer to an earlier attempt was lost.
		}
	}

	return ctx.Err()
}

func TestRegistry_SweptWhileImagesArePushed_NoneLosesALayer(t *testing.T) {
	t.Parallel()

	const pushers, sweeps, layers, between = 3, 2, 4, 4

	r := startOnS3(t)
	done := make(chan struct{})
	shared := make([]v1.Layer, layers)

	for i := range shared {
		layer, err := random.Layer(layerSize, types.DockerLayer)
		require.NoError(t, err)

		shared[i] = layer
	}

	var (
		group sync.WaitGroup
		all   = make([]*pusher, 0, pushers)
	)

	for range pushers {
		repository, err := name.NewRepository(r.registry.address()+"/projects/one", name.Insecure)
		require.NoError(t, err)

		p := &pusher{repository: repository, shared: shared}
		all = append(all, p)

		group.Go(func() {
			if err := p.pushUntil(t.Context(), done); err != nil {
				t.Error(err)
			}
		})
	}

	for sweep := range int64(sweeps) {
		for _, p := range all {
			require.Eventually(t, func() bool { return p.pushed.Load() >= (sweep+1)*between }, time.Minute, 5*time.Millisecond, "pushes do not go on")
		}

		require.NoError(t, r.registry.SweepReadOnly(t.Context(), r.exchange))
	}

	close(done)
	group.Wait()

	checked, refused := 0, int64(0)

	for _, p := range all {
		for _, kept := range p.kept {
			requirePullable(t, kept)

			checked++
		}

		refused += p.refused.Load()
	}

	require.Positive(t, refused, "nobody pushed during a sweep")
	t.Logf("%d images can be pulled; %d pushes and deletions were refused meanwhile, and done later", checked, refused)
}

func TestRegistry_SweptReadOnly_FreesWhatWasDeletedAndIsReadAllTheWhile(t *testing.T) {
	t.Parallel()

	r := startOnS3(t)
	repository, err := name.NewRepository(r.registry.address()+"/projects/one", name.Insecure)
	require.NoError(t, err)

	shared := randomLayer(t)
	kept, deleted := pushRandomImage(t, repository, shared, "kept"), pushRandomImage(t, repository, shared, "deleted")
	require.NoError(t, remote.Delete(deleted))
	require.Greater(t, folderSize(t, r.folder), int64(2*layerSize))

	require.NoError(t, r.registry.SweepReadOnly(t.Context(), func(ctx context.Context, instead Registry) error {
		if err := r.exchange(ctx, instead); err != nil || !instead.ReadOnly {
			return err
		}

		requirePullable(t, kept)

		answer, ok := errors.AsType[*transport.Error](remote.Delete(kept))
		require.True(t, ok)
		require.Equal(t, http.StatusMethodNotAllowed, answer.StatusCode)

		return nil
	}))

	require.Less(t, folderSize(t, r.folder), int64(2*layerSize))
	requirePullable(t, kept)
	requirePullable(t, pushRandomImage(t, repository, shared, "again"))
}

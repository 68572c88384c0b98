package daemon

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"github.com/google/go-containerregistry/pkg/v1/validate"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/process"
)

// layerSize is that of a layer which no two test images share.
const layerSize = 1 << 20

func pushRandomImage(t *testing.T, repository name.Repository, shared v1.Layer, tag string) name.Digest {
	t.Helper()

	image, err := random.Image(layerSize, 1)
	require.NoError(t, err)
	image, err = mutate.AppendLayers(image, shared)
	require.NoError(t, err)

	digest, err := image.Digest()
	require.NoError(t, err)

	if tag != "" {
		require.NoError(t, remote.Write(repository.Tag(tag), image))
	} else {
		require.NoError(t, remote.Write(repository.Digest(digest.String()), image))
	}

	return repository.Digest(digest.String())
}

func randomLayer(t *testing.T) v1.Layer {
	t.Helper()

	layer, err := random.Layer(1, types.DockerLayer)
	require.NoError(t, err)

	return layer
}

func requirePullable(t *testing.T, reference name.Digest) {
	t.Helper()

	image, err := remote.Image(reference)
	require.NoError(t, err)
	require.NoError(t, validate.Image(image))
}

func folderSize(t *testing.T, folder string) int64 {
	t.Helper()

	size := int64(0)

	require.NoError(t, filepath.WalkDir(folder, func(_ string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}

		info, err := entry.Info()
		size += info.Size()

		return err
	}))

	return size
}

func TestRegistry_Swept_WhatWasDeletedIsGoneAndWhatIsKeptCanBePulled(t *testing.T) {
	t.Parallel()

	registry := Registry{Home: shortHome(t), Bin: testBin(t), Port: freePort(t)}

	process, err := registry.Start(t.Context())
	require.NoError(t, err)

	repository, err := name.NewRepository(process.Address()+"/projects/one", name.Insecure)
	require.NoError(t, err)
	other, err := name.NewRepository(process.Address()+"/projects/two", name.Insecure)
	require.NoError(t, err)

	shared := randomLayer(t)
	tagged := pushRandomImage(t, repository, shared, "kept")
	untagged := pushRandomImage(t, repository, shared, "")
	elsewhere := pushRandomImage(t, other, shared, "kept")
	deleted := pushRandomImage(t, repository, shared, "deleted")
	require.NoError(t, remote.Delete(deleted))

	require.Greater(t, folderSize(t, registry.data()), int64(4*layerSize))
	require.NoError(t, process.Stop(t.Context()))

	require.NoError(t, registry.Sweep(t.Context()))

	process, err = registry.Start(t.Context())
	require.NoError(t, err)

	size := folderSize(t, registry.data())
	require.Greater(t, size, int64(3*layerSize))
	require.Less(t, size, int64(4*layerSize))

	for _, reference := range []name.Digest{tagged, untagged, elsewhere} {
		requirePullable(t, reference)
	}

	// Layers that were swept can come back.
	requirePullable(t, pushRandomImage(t, repository, shared, "again"))
	require.NoError(t, process.Stop(t.Context()))
}

func TestRegistry_SweepFails_ItStartsAllTheSame(t *testing.T) {
	t.Parallel()

	registry := Registry{Home: shortHome(t), Bin: testBin(t), Port: freePort(t)}

	process, err := registry.Start(t.Context())
	require.NoError(t, err)

	repository, err := name.NewRepository(process.Address()+"/projects/one", name.Insecure)
	require.NoError(t, err)

	shared := randomLayer(t)
	kept, broken := pushRandomImage(t, repository, shared, "kept"), pushRandomImage(t, repository, shared, "broken")
	require.NoError(t, process.Stop(t.Context()))

	// An image whose manifest cannot be read: nobody knows which layers it has.
	hash := broken.DigestStr()[len("sha256:"):]
	require.NoError(t, os.WriteFile(filepath.Join(registry.data(), "docker/registry/v2/blobs/sha256", hash[:2], hash, "data"), []byte("{"), 0o600))
	require.NoError(t, registry.Sweep(t.Context()))

	process, err = registry.Start(t.Context())
	require.NoError(t, err)
	requirePullable(t, kept)

	log, err := os.ReadFile(process.LogFile())
	require.NoError(t, err)
	require.Contains(t, string(log), "failed to garbage collect")
	require.NoError(t, process.Stop(t.Context()))
}

// A sweep that an earlier run left behind must not delete what a registry is about to get.
func TestRegistry_SweepOfAnEarlierRun_IsEndedFirst(t *testing.T) {
	t.Parallel()

	registry := Registry{Home: shortHome(t), Bin: testBin(t), Port: freePort(t)}

	first, err := registry.Start(t.Context())
	require.NoError(t, err)
	require.NoError(t, first.Stop(t.Context()))

	// Opening its configuration, it waits until somebody writes to the pipe.
	config := registry.Home.Folder(registryName, "config.yml")
	require.NoError(t, os.Remove(config))
	require.NoError(t, exec.CommandContext(t.Context(), "mkfifo", config).Run())

	sweep := exec.CommandContext(t.Context(), filepath.Join(registry.Bin, registryName), "garbage-collect", config)
	require.NoError(t, sweep.Start())
	require.NoError(t, process.EndLeftovers(t.Context(), registryName, config))
	require.ErrorContains(t, sweep.Wait(), "signal: terminated")
}

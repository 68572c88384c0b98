package activities

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/flock"
	"github.com/zeitwork/zeitwork/internal/problem"
)

func TestOpen_OnAnotherWorkerPullsTheTree(t *testing.T) {
	t.Parallel()

	bundle := setup(t)
	result := bundle.clone(t, newRepository(t, map[string]string{"index.html": "hello"}))

	bundle.config.Directory = filepath.Join(t.TempDir(), "another")
	tree, err := bundle.newSource(t).Open(t.Context(), bundle.project, result.Digest)
	require.NoError(t, err)
	require.FileExists(t, filepath.Join(tree.Dir, "index.html"))
	tree.Close()
}

func TestOpen_TreesOfTheSameSecondDifferInTime(t *testing.T) {
	t.Parallel()

	bundle := setup(t)
	repository := newRepository(t, map[string]string{"index.html": "one"})
	times := map[time.Time]bool{}

	for _, content := range []string{"two", "six"} {
		repository.commit("Change", map[string]string{"index.html": content})

		info, err := os.Stat(filepath.Join(bundle.open(t, bundle.clone(t, repository)).Dir, "index.html"))
		require.NoError(t, err)
		require.Equal(t, int64(1714979289), info.ModTime().Unix())

		times[info.ModTime()] = true
	}

	require.Len(t, times, 2)
}

func TestOpen_RegistryAway_IsOursAndLeavesNoTree(t *testing.T) {
	t.Parallel()

	bundle := setup(t)
	bundle.source.registry = NewRegistry(RegistryConfig{Host: "127.0.0.1:1", Insecure: true}, bundle.key)

	_, err := bundle.source.Open(t.Context(), bundle.project, "sha256:"+strings.Repeat("a", 64))
	require.Equal(t, problem.Unavailable, problem.CodeOf(err), "%v", err)

	entries, err := os.ReadDir(filepath.Join(bundle.config.Directory, "trees"))
	require.NoError(t, err)
	require.Len(t, entries, 1, "its lock")
}

func digestOf(letter string) string { return "sha256:" + strings.Repeat(letter, 64) }

// fillWith returns a filler that makes one file of that size and counts how often it is called.
func fillWith(size int, calls *atomic.Int32) func(string) (time.Time, error) {
	return func(directory string) (time.Time, error) {
		calls.Add(1)

		return time.Unix(1, 0), os.WriteFile(filepath.Join(directory, "file"), make([]byte, size), 0o600)
	}
}

func TestTreeCache_ConcurrentOpens_UnpackOnce(t *testing.T) {
	t.Parallel()

	directory := t.TempDir()
	calls := &atomic.Int32{}

	var group sync.WaitGroup

	for range 16 {
		group.Go(func() {
			// A cache each, as workers in processes of their own have it.
			cache, err := newTreeCache(directory, 1<<20)
			if err != nil {
				t.Error(err)

				return
			}

			tree, err := cache.open(t.Context(), digestOf("a"), fillWith(10, calls))
			if err != nil {
				t.Error(err)

				return
			}
			defer tree.Close()

			if _, err := os.Stat(filepath.Join(tree.Dir, "file")); err != nil {
				t.Error(err)
			}
		})
	}

	group.Wait()
	require.Equal(t, int32(1), calls.Load())
}

func TestTreeCache_Full_RemovesTheOldestThatIsNotInUse(t *testing.T) {
	t.Parallel()

	cache, err := newTreeCache(t.TempDir(), 25)
	require.NoError(t, err)

	calls := &atomic.Int32{}
	open := func(letter string) *Tree {
		tree, err := cache.open(t.Context(), digestOf(letter), fillWith(10, calls))
		require.NoError(t, err)

		return tree
	}

	a, b := open("a"), open("b")
	b.Close()

	c := open("c")
	c.Close()
	require.DirExists(t, a.Dir, "it is in use")
	require.NoDirExists(t, b.Dir)
	require.DirExists(t, c.Dir)

	a.Close()
	open("d").Close()
	require.NoDirExists(t, a.Dir)
	require.DirExists(t, c.Dir)

	entries, err := os.ReadDir(cache.directory)
	require.NoError(t, err)
	require.Len(t, entries, 4, "two trees and their locks")
	require.Equal(t, int32(4), calls.Load())
}

func TestTreeCache_FailedUnpack_IsTriedAgain(t *testing.T) {
	t.Parallel()

	cache, err := newTreeCache(t.TempDir(), 1<<20)
	require.NoError(t, err)

	trouble := errors.New("the registry is away")
	_, err = cache.open(t.Context(), digestOf("a"), func(directory string) (time.Time, error) {
		return time.Time{}, errors.Join(trouble, os.WriteFile(filepath.Join(directory, "half"), nil, 0o600))
	})
	require.ErrorIs(t, err, trouble)

	// As a worker that was killed while it unpacked leaves it.
	require.NoError(t, os.MkdirAll(filepath.Join(cache.directory, strings.Repeat("a", 64)+".partial", "half"), 0o700))

	tree, err := cache.open(t.Context(), digestOf("a"), fillWith(1, &atomic.Int32{}))
	require.NoError(t, err)
	require.NoFileExists(t, filepath.Join(tree.Dir, "half"))
	tree.Close()
}

func TestTreeCache_WaitEndsWithTheContext(t *testing.T) {
	t.Parallel()

	cache, err := newTreeCache(t.TempDir(), 1<<20)
	require.NoError(t, err)

	entry, locked, err := cache.tryLock(strings.Repeat("a", 64), flock.Exclusive)
	require.NoError(t, err)
	require.True(t, locked)

	defer func() { _ = entry.Close() }()

	ctx, cancel := context.WithCancel(t.Context())
	cancel()

	_, err = cache.open(ctx, digestOf("a"), fillWith(1, &atomic.Int32{}))
	require.ErrorIs(t, err, context.Canceled)
}

func TestExtract_StaysInside(t *testing.T) {
	t.Parallel()

	for name, entries := range map[string][]tar.Header{
		"name above":          {{Name: "../evil", Typeflag: tar.TypeReg}},
		"absolute name":       {{Name: "/evil", Typeflag: tar.TypeReg}},
		"through a link":      {{Name: "link", Typeflag: tar.TypeSymlink, Linkname: ".."}, {Name: "link/evil", Typeflag: tar.TypeReg}},
		"over a link":         {{Name: "evil", Typeflag: tar.TypeSymlink, Linkname: "../evil"}, {Name: "evil", Typeflag: tar.TypeReg}},
		"directory in a link": {{Name: "link", Typeflag: tar.TypeSymlink, Linkname: ".."}, {Name: "link/evil", Typeflag: tar.TypeDir}},
		"device":              {{Name: "evil", Typeflag: tar.TypeChar, Devmajor: 1, Devminor: 3}},
		"hard link":           {{Name: "evil", Typeflag: tar.TypeLink, Linkname: "/etc/passwd"}},
		"pipe":                {{Name: "evil", Typeflag: tar.TypeFifo}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			stream := &bytes.Buffer{}
			writer := tar.NewWriter(stream)

			for _, header := range entries {
				require.NoError(t, writer.WriteHeader(&header))
			}

			require.NoError(t, writer.Close())

			parent := t.TempDir()
			require.NoError(t, os.Mkdir(filepath.Join(parent, "tree"), 0o700))
			require.Error(t, extract(t.Context(), stream, filepath.Join(parent, "tree"), 0))
			require.NoFileExists(t, filepath.Join(parent, "evil"))
			require.NoDirExists(t, filepath.Join(parent, "evil"))
		})
	}
}

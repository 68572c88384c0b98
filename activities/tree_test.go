package activities

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/zeitwork/zeitwork/internal/flock"
	"github.com/zeitwork/zeitwork/internal/id"
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

func TestOpen_FileKeepsItsTimeUntilItsContentChanges(t *testing.T) {
	t.Parallel()

	bundle := setup(t)
	repository := newRepository(t, map[string]string{"index.html": "one", "kept.html": "kept"})
	times := map[string]map[time.Time]bool{"index.html": {}, "kept.html": {}}

	newest := time.Time{}

	// Of one second, of the next one, and of one before.
	for _, change := range [][2]string{
		{"two", "2024-05-06T07:08:09Z"}, {"six", "2024-05-06T07:08:09Z"}, {"ten", "2024-05-06T07:08:10Z"}, {"old", "2024-05-06T07:08:08Z"},
	} {
		repository.date = change[1]
		repository.commit("Change", map[string]string{"index.html": change[0]})

		// As a worker that has started anew.
		bundle.source = bundle.newSource(t)
		tree := bundle.open(t, bundle.clone(t, repository))

		for name, seen := range times {
			info, err := os.Stat(filepath.Join(tree.Dir, name))
			require.NoError(t, err)

			seen[info.ModTime()] = true

			if name == "index.html" {
				require.True(t, info.ModTime().After(newest), "a compiler looks for what is later than its last result")
				require.Less(t, info.ModTime().Sub(tree.CommitTime).Abs(), 5*time.Second)

				newest = info.ModTime()
			}
		}
	}

	require.Len(t, times["index.html"], 4)
	require.Len(t, times["kept.html"], 1)
}

func TestOpen_DiskIsFull_IsOursAndSaidSo(t *testing.T) {
	t.Parallel()

	if os.Getuid() != 0 {
		t.Skip("mounting a small disk needs root")
	}

	bundle := setup(t)
	noise := make([]byte, 2<<20)
	_, err := rand.Read(noise)
	require.NoError(t, err)

	repository := newRepository(t, map[string]string{"large": string(noise)})
	result := bundle.clone(t, repository)

	disk := t.TempDir()
	require.NoError(t, unix.Mount("tmpfs", disk, "tmpfs", 0, "size=1m"))
	t.Cleanup(func() { require.NoError(t, unix.Unmount(disk, unix.MNT_DETACH)) })

	bundle.config.Directory = filepath.Join(disk, "sources")
	bundle.source = bundle.newSource(t)

	_, err = bundle.source.Open(t.Context(), bundle.project, result.Digest)
	require.Equal(t, problem.Unavailable, problem.CodeOf(err), "%v", err)
	require.Equal(t, diskIsFull, problem.MessageOf(err))

	// Fetching needs room, too.
	bundle.project = id.New()
	_, err = bundle.source.Clone(t.Context(), CloneRequest{ProjectID: bundle.project, RepositoryURL: repository.url(), Branch: "main"})
	require.Equal(t, problem.Unavailable, problem.CodeOf(err), "%v", err)
	require.Equal(t, diskIsFull, problem.MessageOf(err))
}

func TestOpen_RegistryAway_IsOursAndLeavesNoTree(t *testing.T) {
	t.Parallel()

	bundle := setup(t)
	bundle.source.registry = NewRegistry(registryAt("127.0.0.1:1"), bundle.key)

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

	// Each tree takes its file, and a block for itself and for the file.
	cache, err := newTreeCache(t.TempDir(), 20<<10)
	require.NoError(t, err)

	calls := &atomic.Int32{}
	open := func(letter string) *Tree {
		tree, err := cache.open(t.Context(), digestOf(letter), fillWith(10, calls))
		require.NoError(t, err)
		cache.evictions.Wait()

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

func TestTreeCache_Eviction_DoesNotKeepADeploymentWaiting(t *testing.T) {
	t.Parallel()

	cache, err := newTreeCache(t.TempDir(), 1)
	require.NoError(t, err)

	cache.evicting.Lock() // As an eviction does that takes long.

	for _, letter := range []string{"a", "b"} {
		tree, err := cache.open(t.Context(), digestOf(letter), fillWith(10, &atomic.Int32{}))
		require.NoError(t, err)
		tree.Close()
	}

	cache.evicting.Unlock()
	cache.evictions.Wait()
	require.NoDirExists(t, filepath.Join(cache.directory, strings.Repeat("a", 64)))
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
			require.Error(t, extract(t.Context(), stream, filepath.Join(parent, "tree"), fileTimes{}))
			require.NoFileExists(t, filepath.Join(parent, "evil"))
			require.NoDirExists(t, filepath.Join(parent, "evil"))
		})
	}
}

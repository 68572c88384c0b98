package activities

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/uuid"
	"github.com/klauspost/compress/zstd"

	"github.com/zeitwork/zeitwork/internal/flock"
	"github.com/zeitwork/zeitwork/internal/registryauth"
)

// Tree is an unpacked source on this worker's disk. Several steps may share it, so that each of them only reads it.
type Tree struct {
	// Dir holds the repository's files.
	Dir string
	// CommitTime is when the commit was made.
	CommitTime time.Time

	entry *flock.Lock
}

// Close lets the cache remove the tree.
func (t *Tree) Close() {
	if t.entry != nil {
		// Closing ends the shared lock. The file was only read.
		_ = t.entry.Close()
	}
}

// Open returns the tree of a source artifact that Clone made for the project, on this worker or another one. The caller
// closes it when it is done with the files.
func (s *Source) Open(ctx context.Context, projectID uuid.UUID, digest string) (*Tree, error) {
	return s.cache.open(ctx, digest, func(directory string) (time.Time, error) {
		return s.unpack(ctx, projectID, digest, directory)
	})
}

// unpack pulls the artifact into the directory, which is empty, and returns when its commit was made.
func (s *Source) unpack(ctx context.Context, projectID uuid.UUID, digest, directory string) (_ time.Time, err error) {
	path := sourceRepository(projectID)

	repository, err := s.registry.repository(path)
	if err != nil {
		return time.Time{}, err
	}

	artifact, err := remote.Image(repository.Digest(digest), s.registry.options(ctx, path, registryauth.Pull)...)
	if isMissing(err) {
		return time.Time{}, fmt.Errorf("pull source %s: %w", digest, ErrGone)
	}

	if err != nil {
		return time.Time{}, s.registry.trouble(err, "pull source %s", digest)
	}

	manifest, err := artifact.Manifest()
	if err != nil {
		return time.Time{}, s.registry.trouble(err, "read source %s", digest)
	}

	created, err := time.Parse(time.RFC3339, manifest.Annotations[annotationCreated])
	if err != nil {
		return time.Time{}, fmt.Errorf("read the time of source %s: %w", digest, err)
	}

	layers, err := artifact.Layers()
	if err != nil || len(layers) != 1 {
		return time.Time{}, fmt.Errorf("source %s has %d layers instead of one: %w", digest, len(layers), err)
	}

	// Compressed verifies the digest while it is read.
	compressed, err := layers[0].Compressed()
	if isMissing(err) {
		return time.Time{}, fmt.Errorf("pull the files of source %s: %w", digest, ErrGone)
	}

	if err != nil {
		return time.Time{}, s.registry.trouble(err, "pull the files of source %s", digest)
	}
	defer func() { _ = compressed.Close() }()

	pulled := &pulledReader{from: compressed}

	decompressor, err := zstd.NewReader(pulled)
	if err != nil {
		return time.Time{}, fmt.Errorf("decompress source %s: %w", digest, err)
	}
	defer decompressor.Close()

	err = s.extractBeside(ctx, projectID, decompressor, directory, created.Add(treeNanoseconds(digest)))
	if err == nil {
		// The rest of the stream is read to its end, since only then its digest is verified.
		_, err = io.Copy(io.Discard, decompressor)
	}

	switch {
	case err == nil:
		return created, nil
	case pulled.failed.Load():
		return time.Time{}, s.registry.trouble(err, "pull the files of source %s", digest)
	default:
		return time.Time{}, explainDisk(fmt.Errorf("unpack source %s: %w", digest, err))
	}
}

// extractBeside unpacks a tar stream into a directory of the cache. Files that the project's tree before has as they are keep their time; all others get the
// time given, or a later one.
func (s *Source) extractBeside(ctx context.Context, projectID uuid.UUID, stream io.Reader, directory string, changed time.Time) error {
	before := s.cache.before(projectID)
	times := fileTimes{changed: changed}

	if !changed.After(before.newest) {
		times.changed = before.newest.Add(changed.Sub(changed.Truncate(time.Second)) + time.Nanosecond)
	}

	if before.tree != nil {
		defer before.tree.Close()

		root, err := os.OpenRoot(before.tree.Dir)
		if err != nil {
			return fmt.Errorf("open the tree before: %w", err)
		}
		defer func() { _ = root.Close() }()

		times.before = root
	}

	if err := extract(ctx, stream, directory, times); err != nil {
		return err
	}

	s.cache.setBefore(projectID, strings.TrimSuffix(filepath.Base(directory), partialSuffix), times.changed)

	return nil
}

// pulledReader tells what fails to come from what cannot be unpacked.
type pulledReader struct {
	from   io.Reader
	failed atomic.Bool
}

func (r *pulledReader) Read(data []byte) (int, error) {
	read, err := r.from.Read(data)
	if err != nil && !errors.Is(err, io.EOF) {
		r.failed.Store(true)
	}

	return read, err
}

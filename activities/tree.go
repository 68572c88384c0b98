package activities

import (
	"context"
	"fmt"
	"io"
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
	if err != nil {
		return time.Time{}, s.registry.trouble(err, "pull the files of source %s", digest)
	}
	defer func() { _ = compressed.Close() }()

	decompressor, err := zstd.NewReader(compressed)
	if err != nil {
		return time.Time{}, fmt.Errorf("decompress source %s: %w", digest, err)
	}
	defer decompressor.Close()

	if err := extract(ctx, decompressor, directory, treeNanoseconds(digest)); err != nil {
		return time.Time{}, s.registry.trouble(err, "unpack source %s", digest)
	}

	// What is left is read to the end, so that the digest is verified.
	if _, err := io.Copy(io.Discard, decompressor); err != nil {
		return time.Time{}, s.registry.trouble(err, "unpack source %s", digest)
	}

	return created, nil
}

package activities

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"github.com/klauspost/compress/zstd"
)

// archiveMediaType is that of the artifact's one layer: a tar stream compressed with zstd.
const archiveMediaType types.MediaType = "application/vnd.zeitwork.source.layer.v1.tar+zstd"

// archive is the tree of a commit as a compressed tar file on disk; it is the layer of the source artifact.
type archive struct {
	commit commit
	path   string
	digest v1.Hash
	diffID v1.Hash
	size   int64
}

// pack writes the commit's tree to path. The same commit always gives the same bytes. It ends with tooLarge as soon as
// the unpacked tree exceeds the limit.
func pack(ctx context.Context, repository git, described commit, path string, limit int64, tooLarge error) (_ *archive, err error) {
	// Attributes that leave files out of archives or rewrite them are meant for releases, not for builds.
	attributes := filepath.Join(repository.directory, "info", "attributes")
	if err := os.MkdirAll(filepath.Dir(attributes), directoryMode); err != nil {
		return nil, fmt.Errorf("make the directory for attributes: %w", err)
	}

	if err := os.WriteFile(attributes, []byte("* -export-ignore -export-subst\n"), 0o600); err != nil {
		return nil, fmt.Errorf("write attributes: %w", err)
	}

	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("make the archive: %w", err)
	}

	defer func() { err = errors.Join(err, file.Close()) }()

	compressed := &measuredWriter{to: file, hash: sha256.New(), limit: limit, exceeded: tooLarge}

	// One goroutine, so that blocks are cut alike on every machine.
	compressor, err := zstd.NewWriter(compressed, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1))
	if err != nil {
		return nil, fmt.Errorf("compress the archive: %w", err)
	}

	plain := &measuredWriter{to: compressor, hash: sha256.New(), limit: limit, exceeded: tooLarge}

	if err := repository.run(ctx, plain, "archive", "--format=tar", described.hash); err != nil {
		_ = compressor.Close()

		if plain.full() {
			return nil, tooLarge
		}

		return nil, fmt.Errorf("pack the tree of commit %s: %w", described.hash, err)
	}

	if err := compressor.Close(); err != nil {
		return nil, fmt.Errorf("compress the archive: %w", err)
	}

	return &archive{commit: described, path: path, digest: compressed.digest(), diffID: plain.digest(), size: compressed.size}, nil
}

// Digest is that of the compressed file.
func (a *archive) Digest() (v1.Hash, error) { return a.digest, nil }

// DiffID is that of the tar stream.
func (a *archive) DiffID() (v1.Hash, error) { return a.diffID, nil }

// Size is that of the compressed file.
func (a *archive) Size() (int64, error) { return a.size, nil }

// MediaType is archiveMediaType.
func (a *archive) MediaType() (types.MediaType, error) { return archiveMediaType, nil }

// Compressed opens the file.
func (a *archive) Compressed() (io.ReadCloser, error) { return os.Open(a.path) }

// Uncompressed opens the tar stream in the file.
func (a *archive) Uncompressed() (io.ReadCloser, error) {
	file, err := os.Open(a.path)
	if err != nil {
		return nil, err
	}

	decompressor, err := zstd.NewReader(file)
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}

	return struct {
		io.Reader
		io.Closer
	}{decompressor, file}, nil
}

// measuredWriter counts and hashes what goes through it, and refuses what exceeds the limit.
type measuredWriter struct {
	to       io.Writer
	hash     hash.Hash
	size     int64
	limit    int64
	exceeded error
}

func (w *measuredWriter) Write(data []byte) (int, error) {
	w.size += int64(len(data))
	if w.full() {
		return 0, w.exceeded
	}

	w.hash.Write(data)

	written, err := w.to.Write(data)
	if err != nil {
		return written, fmt.Errorf("write the archive: %w", err)
	}

	return written, nil
}

func (w *measuredWriter) full() bool { return w.size > w.limit }

func (w *measuredWriter) digest() v1.Hash {
	return v1.Hash{Algorithm: "sha256", Hex: hex.EncodeToString(w.hash.Sum(nil))}
}

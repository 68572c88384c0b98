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

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"github.com/klauspost/compress/zstd"
)

// archiveMediaType is that of the artifact's one layer: a tar stream compressed with zstd.
const archiveMediaType types.MediaType = "application/vnd.zeitwork.source.layer.v1.tar+zstd"

// archive is the tree of a commit as a compressed tar file on disk; it is the layer of the source artifact.
type archive struct {
	sourceContent

	path   string
	digest v1.Hash
	diffID v1.Hash
	size   int64
}

// sourceContent is what a source is packed from.
type sourceContent struct {
	repository git
	commit     commit
	entries    []sourceEntry
	// large are the files on disk that stand for entries which only point to them, by the path of the entry.
	large map[string]largeFile
	// missing are sentences for the user: what is not in the source although the repository names it.
	missing []string
	// incomplete tells that a later fetch of the same commit may find more.
	incomplete bool
}

// pack writes the content to path. The same content always gives the same bytes. Attributes of the repository that leave files out of archives or rewrite
// them have no say: they are meant for releases. It ends with tooLarge as soon as the unpacked tree exceeds the limit.
func pack(ctx context.Context, content sourceContent, path string, limit int64, tooLarge error) (_ *archive, err error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, explainDisk(fmt.Errorf("make the archive: %w", err))
	}

	defer func() { err = errors.Join(err, file.Close()) }()

	compressed := &measuredWriter{to: file, hash: sha256.New(), limit: limit, exceeded: tooLarge}

	// One goroutine, so that blocks are cut alike on every machine.
	compressor, err := zstd.NewWriter(compressed, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1))
	if err != nil {
		return nil, fmt.Errorf("compress the archive: %w", err)
	}

	plain := &measuredWriter{to: compressor, hash: sha256.New(), limit: limit, exceeded: tooLarge}

	if err := content.writeTo(ctx, plain); err != nil {
		_ = compressor.Close()

		if plain.full() || compressed.full() {
			return nil, tooLarge
		}

		return nil, explainDisk(fmt.Errorf("pack the tree of commit %s: %w", content.commit.hash, err))
	}

	if err := compressor.Close(); err != nil {
		return nil, explainDisk(fmt.Errorf("compress the archive: %w", err))
	}

	return &archive{sourceContent: content, path: path, digest: compressed.digest(), diffID: plain.digest(), size: compressed.size}, nil
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

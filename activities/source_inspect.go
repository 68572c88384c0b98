package activities

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/klauspost/compress/zstd"
)

// Inspect fetches the tree that the request names and calls look with the directory that holds it. Nothing of it is kept: neither in the registry nor on
// this worker. The result says what was fetched, without a digest.
func (s *Source) Inspect(ctx context.Context, request CloneRequest, look func(directory string) error) (result CloneResult, err error) {
	ctx, cancel := s.bound(ctx, request)
	defer cancel()

	commit, err := s.commitOf(ctx, request)
	if err != nil {
		return CloneResult{}, err
	}

	err = s.withArchive(ctx, request, commit, func(directory string, packed *archive) error {
		result = CloneResult{
			Commit: packed.commit.hash, Message: packed.commit.message, Author: packed.commit.author, SizeBytes: packed.size, Missing: packed.missing,
		}

		tree := filepath.Join(directory, "tree")
		if err := unpackArchive(ctx, packed, tree); err != nil {
			return explainDisk(err)
		}

		return look(tree)
	})

	return result, err
}

// unpackArchive unpacks an archive into a new directory.
func unpackArchive(ctx context.Context, packed *archive, directory string) error {
	if err := os.Mkdir(directory, directoryMode); err != nil {
		return fmt.Errorf("make a directory to unpack into: %w", err)
	}

	file, err := os.Open(packed.path)
	if err != nil {
		return fmt.Errorf("open the archive: %w", err)
	}
	defer func() { _ = file.Close() }()

	decompressor, err := zstd.NewReader(file)
	if err != nil {
		return fmt.Errorf("decompress the archive: %w", err)
	}
	defer decompressor.Close()

	return extract(ctx, decompressor, directory, fileTimes{changed: packed.commit.time})
}

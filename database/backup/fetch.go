package backup

import (
	"context"
	"fmt"
	"io"
	"os"
)

// fetch copies the dump of a backup, encrypted as it is, into a folder of its own that only this user reads, below TMPDIR. What is returned with it removes it.
func fetch(ctx context.Context, store Store, manifest Manifest) (local Store, remove func(), err error) {
	object, err := store.Get(ctx, manifest.dump())
	if err != nil {
		return nil, nil, err
	}

	defer func() { _ = object.Close() }() // It was only read.

	path, err := os.MkdirTemp("", "zeitwork-restore-")
	if err != nil {
		return nil, nil, fmt.Errorf("make a folder for the backup (TMPDIR says where): %w", err)
	}

	remove = func() { _ = os.RemoveAll(path) }

	err = folder(path).Put(ctx, manifest.dump(), func(out io.Writer) error {
		// One byte more than there should be is enough to tell that it is another one.
		_, err := io.Copy(out, io.LimitReader(object, manifest.Bytes+1))

		return err //nolint:wrapcheck // It is wrapped below.
	})
	if err != nil {
		remove()

		return nil, nil, fmt.Errorf("copy the backup, which takes %d bytes, to %s (TMPDIR says where): %w", manifest.Bytes, path, err)
	}

	return folder(path), remove, nil
}

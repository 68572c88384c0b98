package activities

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
)

// extract unpacks a tar stream below the directory. Nothing is written outside of it, whatever names and links the
// stream holds: links are kept as they are and never followed out. Files keep their permissions, and get the
// modification time that times has for them. Anything but files, directories and symbolic links is refused.
func extract(ctx context.Context, stream io.Reader, directory string, times fileTimes) (err error) {
	root, err := os.OpenRoot(directory)
	if err != nil {
		return fmt.Errorf("open the directory of the tree: %w", err)
	}

	defer func() { err = errors.Join(err, root.Close()) }()

	reader := tar.NewReader(stream)

	for ctx.Err() == nil {
		header, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}

		if err != nil {
			return fmt.Errorf("read the archive: %w", err)
		}

		if err := extractEntry(root, header, reader, times); err != nil {
			return fmt.Errorf("unpack %q: %w", header.Name, err)
		}
	}

	return ctx.Err()
}

func extractEntry(root *os.Root, header *tar.Header, content io.Reader, times fileTimes) error {
	name := filepath.FromSlash(path.Clean(header.Name))
	if !filepath.IsLocal(name) {
		return errors.New("the name leads out of the tree")
	}

	switch header.Typeflag {
	case tar.TypeXGlobalHeader:
		return nil
	case tar.TypeDir:
		return root.MkdirAll(name, 0o755)
	case tar.TypeSymlink:
		if err := root.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return err
		}

		return root.Symlink(header.Linkname, name)
	case tar.TypeReg:
		return extractFile(root, name, header, content, times)
	default:
		return fmt.Errorf("entries of type %q are not part of a source", header.Typeflag)
	}
}

func extractFile(root *os.Root, name string, header *tar.Header, content io.Reader, times fileTimes) (err error) {
	if err := root.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}

	mode := header.FileInfo().Mode() & fs.ModePerm

	file, err := root.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, mode)
	if err != nil {
		return err
	}

	_, err = io.Copy(file, content)
	// The process's umask may have taken permissions away.
	err = errors.Join(err, file.Chmod(mode), file.Close())
	if err != nil {
		return err
	}

	modified := times.of(root, name)

	return root.Chtimes(name, modified, modified)
}

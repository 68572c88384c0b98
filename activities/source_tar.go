package activities

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/internal/problem"
)

// The permissions of what is packed. Of a file's own git keeps only whether it is executable.
const (
	modeFile       = 0o644
	modeExecutable = 0o755
	modeLink       = 0o777
)

// writeTo writes the content as a tar stream: first all directories, then the files and links.
func (c sourceContent) writeTo(ctx context.Context, to io.Writer) error {
	writer := tar.NewWriter(to)

	blobs := lo.Filter(c.entries, func(entry sourceEntry, _ int) bool {
		return entry.kind != kindDirectory && entry.kind != kindSubmodule && !lo.HasKey(c.large, entry.path)
	})

	for _, entry := range c.entries {
		if entry.kind == kindDirectory || entry.kind == kindSubmodule {
			if err := writer.WriteHeader(c.header(entry, tar.TypeDir, modeExecutable)); err != nil {
				return fmt.Errorf("write %q: %w", entry.path, err)
			}
		}
	}

	err := readBlobs(ctx, c.repository, blobs, func(entry sourceEntry, content io.Reader) error { return c.write(writer, entry, content) })
	if err != nil {
		return err
	}

	for _, entry := range c.entries {
		if large, ok := c.large[entry.path]; ok {
			if err := c.writeLarge(writer, entry, large); err != nil {
				return err
			}
		}
	}

	return writer.Close()
}

// write writes one file or link.
func (c sourceContent) write(writer *tar.Writer, entry sourceEntry, content io.Reader) error {
	header := c.header(entry, tar.TypeReg, modeFile)

	switch entry.kind {
	case kindExecutable:
		header.Mode = modeExecutable
	case kindLink:
		if entry.size > maxPathBytes {
			return problem.New(problem.Invalid, "The symbolic link %s leads to a path of more than %d bytes. Replace it.", entry.path, maxPathBytes)
		}

		target, err := io.ReadAll(content)
		if err != nil {
			return fmt.Errorf("read the link %q: %w", entry.path, err)
		}

		header.Typeflag, header.Mode, header.Linkname, header.Size = tar.TypeSymlink, modeLink, string(target), 0
	case kindFile:
	case kindDirectory, kindSubmodule:
		fallthrough
	default:
		return fmt.Errorf("%q has the mode %s, which is not known", entry.path, entry.kind)
	}

	if err := writer.WriteHeader(header); err != nil {
		return fmt.Errorf("write %q: %w", entry.path, err)
	}

	if _, err := io.Copy(writer, content); err != nil {
		return fmt.Errorf("write %q: %w", entry.path, err)
	}

	return nil
}

func (c sourceContent) writeLarge(writer *tar.Writer, entry sourceEntry, large largeFile) (err error) {
	file, err := os.Open(large.path)
	if err != nil {
		return fmt.Errorf("open a fetched file: %w", err)
	}

	defer func() { err = errors.Join(err, file.Close()) }()

	entry.size = large.size

	return c.write(writer, entry, file)
}

func (c sourceContent) header(entry sourceEntry, kind byte, mode int64) *tar.Header {
	header := &tar.Header{Typeflag: kind, Name: entry.path, Mode: mode, Size: entry.size, ModTime: c.commit.time}
	if kind == tar.TypeDir {
		header.Name, header.Size = entry.path+"/", 0
	}

	return header
}

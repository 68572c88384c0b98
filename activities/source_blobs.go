package activities

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// readBlobs calls read with the content of each entry, in order. What read leaves of a content is skipped.
func readBlobs(ctx context.Context, repository git, entries []sourceEntry, read func(entry sourceEntry, content io.Reader) error) error {
	if len(entries) == 0 {
		return nil
	}

	return repository.stream(ctx, &objectNames{entries: entries}, func(output io.Reader) error {
		buffered := bufio.NewReader(output)

		for _, entry := range entries {
			if err := readBlob(buffered, entry, read); err != nil {
				return err
			}
		}

		return nil
	}, "cat-file", "--batch", "--buffer")
}

func readBlob(output *bufio.Reader, entry sourceEntry, read func(sourceEntry, io.Reader) error) error {
	header, err := output.ReadString('\n')
	if err != nil {
		return fmt.Errorf("read %q from git: %w", entry.path, err)
	}

	fields := strings.Fields(header)
	if len(fields) != 3 || fields[0] != entry.object {
		return fmt.Errorf("git describes %q as %q", entry.path, strings.TrimSpace(header))
	}

	size, err := strconv.ParseInt(fields[2], 10, 64)
	if err != nil || size != entry.size {
		return fmt.Errorf("git describes %q as %q instead of %d bytes: %w", entry.path, strings.TrimSpace(header), entry.size, err)
	}

	content := &io.LimitedReader{R: output, N: size}
	if err := read(entry, content); err != nil {
		return err
	}

	// A newline follows the content.
	if _, err := io.CopyN(io.Discard, output, content.N+1); err != nil {
		return fmt.Errorf("read %q from git: %w", entry.path, err)
	}

	return nil
}

// objectNames is what `git cat-file --batch` reads: a hash a line.
type objectNames struct {
	entries []sourceEntry
	rest    string
}

func (n *objectNames) Read(data []byte) (int, error) {
	if n.rest == "" {
		if len(n.entries) == 0 {
			return 0, io.EOF
		}

		n.rest, n.entries = n.entries[0].object+"\n", n.entries[1:]
	}

	read := copy(data, n.rest)
	n.rest = n.rest[read:]

	return read, nil
}

package activities

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/zeitwork/zeitwork/internal/problem"
)

const (
	// maxEntries bounds the files and directories of a source: a few kilobytes of git objects can stand for any number of them, and all are held in
	// memory while the source is packed.
	maxEntries = 250_000
	// maxPathBytes is above what a file system takes.
	maxPathBytes = 4 << 10
)

// entryKind is how git marks an entry of a tree.
type entryKind string

const (
	kindDirectory  entryKind = "040000"
	kindFile       entryKind = "100644"
	kindExecutable entryKind = "100755"
	kindLink       entryKind = "120000"
	kindSubmodule  entryKind = "160000"
)

// sourceEntry is one file or directory of a commit.
type sourceEntry struct {
	kind entryKind
	// object is the hash of its content.
	object string
	size   int64
	path   string
}

// isFile tells whether the entry is a regular file, executable or not.
func (e sourceEntry) isFile() bool { return e.kind == kindFile || e.kind == kindExecutable }

// listEntries returns all entries of a commit, directories before what is in them.
func listEntries(ctx context.Context, repository git, hash string) ([]sourceEntry, error) {
	entries := []sourceEntry{}

	err := repository.stream(ctx, nil, func(output io.Reader) error {
		lines := bufio.NewReaderSize(output, maxPathBytes)

		for {
			line, err := lines.ReadSlice(0)

			switch {
			case errors.Is(err, io.EOF) && len(line) == 0:
				return nil
			case errors.Is(err, bufio.ErrBufferFull):
				return problem.New(problem.Invalid, "The repository has a path of more than %d bytes. Shorten it.", maxPathBytes-entryOverhead)
			case err != nil:
				return fmt.Errorf("read the list of files: %w", err)
			case len(entries) == maxEntries:
				return problem.New(problem.Invalid, "The repository has more than %d files and directories at %.12s. Leave out what a build does not need.",
					maxEntries, hash)
			}

			entry, err := parseEntry(string(line[:len(line)-1]))
			if err != nil {
				return err
			}

			entries = append(entries, entry)
		}
	}, "ls-tree", "-r", "-t", "-z", "-l", "--full-tree", hash)
	if err != nil {
		return nil, err
	}

	return entries, nil
}

// entryOverhead is what stands before the path of an entry, at most.
const entryOverhead = 100

// parseEntry reads a line of `git ls-tree -l`: mode, type, hash and size, and behind a tab the path.
func parseEntry(line string) (sourceEntry, error) {
	described, path, ok := strings.Cut(line, "\t")

	fields := strings.Fields(described)
	if !ok || len(fields) != 4 {
		return sourceEntry{}, fmt.Errorf("git lists a file as %q", line)
	}

	entry := sourceEntry{kind: entryKind(fields[0]), object: fields[2], path: path}

	if entry.kind == "100664" { // Written by very old versions of git.
		entry.kind = kindFile
	}

	if fields[3] != "-" {
		size, err := strconv.ParseInt(fields[3], 10, 64)
		if err != nil {
			return sourceEntry{}, fmt.Errorf("git lists a file as %q: %w", line, err)
		}

		entry.size = size
	}

	return entry, nil
}

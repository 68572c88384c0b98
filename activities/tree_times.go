package activities

import (
	"bytes"
	"errors"
	"hash/fnv"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/zeitwork/zeitwork/internal/flock"
)

// BuildKit takes a file of the same name, size and modification time for unchanged, and is sent all others. Compilers that keep their results from build to
// build take a file for changed whose time is later than theirs. So a file that is as in the tree before keeps its time, and all others get one that is later
// than any of that tree, also where an older commit is deployed again.

// treeNanoseconds returns a fraction of a second that goes with the source: two commits of one second would have their times in common.
func treeNanoseconds(digest string) time.Duration {
	hash := fnv.New64a()
	_, _ = hash.Write([]byte(digest))

	return time.Duration(hash.Sum64() % uint64(time.Second))
}

// fileTimes gives files their modification times.
type fileTimes struct {
	// changed is the time of those that have changed.
	changed time.Time
	// before is the tree before; nil where there is none.
	before *os.Root
}

// of returns the time of a file that was written into the root.
func (t fileTimes) of(root *os.Root, name string) time.Time {
	if t.before != nil {
		if known, err := t.before.Lstat(name); err == nil && known.Mode().IsRegular() && sameContent(root, t.before, name) {
			return known.ModTime()
		}
	}

	return t.changed
}

// sameContent compares a file of two trees.
func sameContent(one, other *os.Root, name string) bool {
	first, err := one.Open(name)
	if err != nil {
		return false
	}
	defer func() { _ = first.Close() }()

	second, err := other.Open(name)
	if err != nil {
		return false
	}
	defer func() { _ = second.Close() }()

	const piece = 64 << 10

	firsts, seconds := make([]byte, piece), make([]byte, piece)

	for {
		read, err := io.ReadFull(first, firsts)
		readToo, errToo := io.ReadFull(second, seconds)

		if !bytes.Equal(firsts[:read], seconds[:readToo]) {
			return false
		}

		if err != nil || errToo != nil {
			// Both end here, or one of them cannot be read.
			return ended(err) && ended(errToo)
		}
	}
}

func ended(err error) bool { return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) }

// treeBefore is what this worker knows of the tree that a project has unpacked last.
type treeBefore struct {
	// tree is nil where it is gone; the caller closes it.
	tree *Tree
	// newest is the time of the files that have changed last.
	newest time.Time
}

// before returns an empty value where nothing is known.
func (c *treeCache) before(projectID uuid.UUID) treeBefore {
	noted, err := os.ReadFile(c.beforePath(projectID))
	if err != nil {
		return treeBefore{}
	}

	name, text, _ := strings.Cut(string(noted), " ")

	newest, err := time.Parse(time.RFC3339Nano, text)
	if err != nil || !sha256Hex.MatchString(name) {
		return treeBefore{}
	}

	directory := filepath.Join(c.directory, name)

	// To ask for the lock of a tree that is gone would leave one behind.
	if _, err := os.Stat(directory); err != nil {
		return treeBefore{newest: newest}
	}

	entry, locked, err := c.tryLock(name, flock.Shared)
	if err != nil || !locked {
		return treeBefore{newest: newest}
	}

	if _, err := os.Stat(directory); err != nil {
		_ = entry.Close()

		return treeBefore{newest: newest}
	}

	return treeBefore{tree: &Tree{Dir: directory, entry: entry}, newest: newest}
}

// setBefore notes that the project has unpacked the tree of that name last. Where that fails, the next tree has other times.
func (c *treeCache) setBefore(projectID uuid.UUID, name string, newest time.Time) {
	path := c.beforePath(projectID)
	if err := os.WriteFile(path+".new", []byte(name+" "+newest.UTC().Format(time.RFC3339Nano)), lockMode); err == nil {
		_ = os.Rename(path+".new", path)
	}
}

func (c *treeCache) beforePath(projectID uuid.UUID) string {
	return filepath.Join(c.directory, projectID.String()+".before")
}

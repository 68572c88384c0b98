package fakegithub

import (
	"bytes"
	"compress/zlib"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// gitEnvironment has git know nothing of the machine's configuration.
func gitEnvironment() []string {
	return []string{
		"PATH=" + os.Getenv("PATH"), "HOME=/nonexistent", "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=" + os.DevNull, "LC_ALL=C",
	}
}

// writeRepository writes what git has to find on disk and is not there yet, and returns the repository's directory. The caller holds the repository's
// lock, not the server's.
func (s *Server) writeRepository(r *repository) (string, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()

	directory := filepath.Join(s.directory, strconv.FormatInt(r.id, 10)+".git")

	if r.written == nil {
		for _, folder := range []string{"objects", "refs/heads"} {
			if err := os.MkdirAll(filepath.Join(directory, folder), 0o755); err != nil {
				return "", err
			}
		}

		settings := "[core]\n\trepositoryformatversion = 0\n\tbare = true\n"
		if err := os.WriteFile(filepath.Join(directory, "config"), []byte(settings), 0o600); err != nil {
			return "", err
		}

		r.written = map[string]bool{}
	}

	for hash := range r.commits {
		if err := s.writeObject(directory, r.written, hash); err != nil {
			return "", err
		}
	}

	var packed strings.Builder

	for _, one := range r.refs() {
		fmt.Fprintf(&packed, "%s %s\n", one.hash, one.name)
	}

	for _, p := range r.pulls {
		p.follow(s, r)
		fmt.Fprintf(&packed, "%s refs/pull/%d/head\n", p.headHash, p.number)

		if err := s.writeObject(directory, r.written, p.headHash); err != nil {
			return "", err
		}
	}

	// What a push has written would win over the packed ones.
	return directory, errors.Join(
		os.RemoveAll(filepath.Join(directory, "refs")), os.MkdirAll(filepath.Join(directory, "refs", "heads"), 0o755),
		os.WriteFile(filepath.Join(directory, "packed-refs"), []byte(packed.String()), 0o600),
		os.WriteFile(filepath.Join(directory, "HEAD"), []byte("ref: refs/heads/"+r.defaultBranch+"\n"), 0o600),
	)
}

// writeObject writes an object with all that it names.
func (s *Server) writeObject(directory string, written map[string]bool, hash string) error {
	if written[hash] {
		return nil
	}

	o, isKnown := s.objects[hash]
	if !isKnown {
		return fmt.Errorf("there is no object %s", hash)
	}

	var below []string

	switch o.kind {
	case treeObject:
		for _, e := range s.objects.entries(hash) {
			below = append(below, e.hash)
		}
	case commitObject:
		c, _ := s.objects.commit(hash)
		below = []string{c.tree}
	}

	for _, other := range below {
		if err := s.writeObject(directory, written, other); err != nil {
			return err
		}
	}

	var packed bytes.Buffer

	compressor := zlib.NewWriter(&packed)
	if _, err := compressor.Write(o.encoded()); err != nil {
		return err
	}

	folder := filepath.Join(directory, "objects", hash[:2])
	if err := errors.Join(compressor.Close(), os.MkdirAll(folder, 0o755)); err != nil {
		return err
	}

	written[hash] = true

	// git may have it from a push.
	file := filepath.Join(folder, hash[2:])
	if _, err := os.Stat(file); err == nil {
		return nil
	}

	return os.WriteFile(file, packed.Bytes(), 0o444) //nolint:gosec // git writes its objects so that all may read them.
}

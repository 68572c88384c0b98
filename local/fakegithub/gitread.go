package fakegithub

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"os/exec"
	"strings"
)

// readRepository takes over what a push has written.
func (s *Server) readRepository(r *repository, directory string) error {
	objects, err := runGit(directory, "cat-file", "--batch-all-objects", "--batch")
	if err != nil {
		return err
	}

	refs, err := runGit(directory, "for-each-ref", "--format=%(refname) %(objectname) %(*objectname)", "refs/heads", "refs/tags")
	if err != nil {
		return err
	}

	s.mutex.Lock()
	defer s.mutex.Unlock()

	if err := s.readObjects(r, objects); err != nil {
		return err
	}

	branches, tags := map[string]string{}, map[string]string{}

	for line := range strings.Lines(string(refs)) {
		fields := strings.Fields(line)

		if name, isBranch := strings.CutPrefix(fields[0], "refs/heads/"); isBranch {
			branches[name] = fields[1]
		} else {
			tags[strings.TrimPrefix(fields[0], "refs/tags/")] = fields[len(fields)-1]
		}
	}

	if !maps.Equal(branches, r.branches) || !maps.Equal(tags, r.tags) {
		r.pushed, r.updated = s.now(), s.now()
	}

	// The first branch of an empty repository becomes its default.
	if len(r.branches) == 0 && len(branches) == 1 {
		for name := range branches {
			r.defaultBranch = name
		}
	}

	r.branches, r.tags = branches, tags

	for _, one := range r.refs() {
		s.remember(r, one.hash)
	}

	return nil
}

// readObjects reads what git cat-file --batch writes.
func (s *Server) readObjects(r *repository, output []byte) error {
	for reader := bufio.NewReader(bytes.NewReader(output)); ; {
		var (
			hash, kind string
			size       int
		)

		line, err := reader.ReadString('\n')
		if errors.Is(err, io.EOF) {
			return nil
		}

		if _, err := fmt.Sscan(line, &hash, &kind, &size); err != nil {
			return fmt.Errorf("read what git says of an object: %w", err)
		}

		data := make([]byte, size+1) // A line break follows.
		if _, err := io.ReadFull(reader, data); err != nil {
			return fmt.Errorf("read an object: %w", err)
		}

		s.objects[hash] = gitObject{kind: kind, data: data[:size]}
		r.written[hash] = true
	}
}

func runGit(directory string, arguments ...string) ([]byte, error) {
	command := exec.Command("git", append([]string{"--git-dir", directory}, arguments...)...)
	command.Env = gitEnvironment()

	output, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("git %s: %w", arguments[0], err)
	}

	return output, nil
}

package main

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/zeitwork/zeitwork/examples"
)

// greeting is the text of the sample that a change replaces.
const greeting = "Hello from Zeitwork"

// sample is a git repository of the sample app.
type sample struct {
	dir      string
	original []byte
	changes  int
}

func newSample(ctx context.Context, dir string) (*sample, error) {
	tree, err := fs.Sub(examples.NodeDockerfile, "node-dockerfile")
	if err != nil {
		return nil, fmt.Errorf("find the sample: %w", err)
	}

	if err := os.CopyFS(dir, tree); err != nil {
		return nil, fmt.Errorf("copy the sample: %w", err)
	}

	s := &sample{dir: dir}
	if s.original, err = os.ReadFile(s.file()); err != nil {
		return nil, fmt.Errorf("read the sample: %w", err)
	}

	if !bytes.Contains(s.original, []byte(greeting)) {
		return nil, fmt.Errorf("the sample does not say %q any more: choose another line to change", greeting)
	}

	if err := run(ctx, nil, "git", "-C", dir, "init", "--quiet", "-b", "main"); err != nil {
		return nil, err
	}

	return s, s.commit(ctx)
}

func (s *sample) url() string { return "file://" + s.dir }

func (s *sample) file() string { return filepath.Join(s.dir, "server.js") }

// change commits a one-line change and returns a text that only the changed app answers with.
func (s *sample) change(ctx context.Context) (string, error) {
	s.changes++
	text := fmt.Sprintf("Change number %d of the sample", s.changes)

	if err := os.WriteFile(s.file(), bytes.Replace(s.original, []byte(greeting), []byte(text), 1), 0o600); err != nil {
		return "", fmt.Errorf("change the sample: %w", err)
	}

	return text, s.commit(ctx)
}

func (s *sample) commit(ctx context.Context) error {
	if err := run(ctx, nil, "git", "-C", s.dir, "add", "--all"); err != nil {
		return err
	}

	return run(ctx, nil, "git", "-C", s.dir, "-c", "user.name=Bench", "-c", "user.email=bench@localhost", "commit", "--quiet", "--message", "change")
}

package main

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"github.com/zeitwork/zeitwork/test/rig"
)

//go:embed app
var app embed.FS

// sample is a git repository of an app each version of which answers with a text of its own.
type sample struct {
	*rig.Sample

	name string

	mutex   sync.Mutex
	version int
	// texts are what the app of each commit answers.
	texts map[string]string
}

func newSample(ctx context.Context, dir, name string) (*sample, error) {
	tree, err := fs.Sub(app, "app")
	if err != nil {
		return nil, fmt.Errorf("find the sample: %w", err)
	}

	dir = filepath.Join(dir, name)
	if err := os.CopyFS(dir, tree); err != nil {
		return nil, fmt.Errorf("write the sample: %w", err)
	}

	made, err := rig.NewSample(ctx, dir, "server.js", "VERSION")

	return &sample{Sample: made, name: name, texts: map[string]string{}}, err
}

// push commits the next version and returns its hash.
func (s *sample) push(ctx context.Context) (string, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()

	s.version++
	text := fmt.Sprintf("%s-%d", s.name, s.version)

	commit, err := s.Change(ctx, text)
	s.texts[commit] = text

	return commit, err
}

// text is what the app of a commit answers; empty for a commit that was never pushed.
func (s *sample) text(commit string) string {
	s.mutex.Lock()
	defer s.mutex.Unlock()

	return s.texts[commit]
}

package main

import (
	"context"
	"embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
)

//go:embed app
var app embed.FS

// sample is a git repository of an app whose versions differ in one line.
type sample struct {
	dir, name string

	mutex   sync.Mutex
	version int
	// texts are what the app of each commit answers.
	texts map[string]string
}

func newSample(ctx context.Context, dir, name string) (*sample, error) {
	s := &sample{dir: filepath.Join(dir, name), name: name, texts: map[string]string{}}

	if err := os.MkdirAll(s.dir, 0o755); err != nil {
		return nil, fmt.Errorf("make the sample's folder: %w", err)
	}

	dockerfile, err := app.ReadFile("app/Dockerfile")
	if err != nil {
		return nil, fmt.Errorf("read the sample: %w", err)
	}

	if err := os.WriteFile(filepath.Join(s.dir, "Dockerfile"), dockerfile, 0o600); err != nil {
		return nil, fmt.Errorf("write the sample: %w", err)
	}

	_, err = s.git(ctx, "init", "--quiet", "-b", "main")

	return s, err
}

func (s *sample) url() string { return "file://" + s.dir }

// push commits the next version and returns its hash.
func (s *sample) push(ctx context.Context) (string, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()

	script, err := app.ReadFile("app/server.js")
	if err != nil {
		return "", fmt.Errorf("read the sample: %w", err)
	}

	s.version++
	text := fmt.Sprintf("%s-%d", s.name, s.version)

	changed := strings.Replace(string(script), "VERSION", text, 1)
	if err := os.WriteFile(filepath.Join(s.dir, "server.js"), []byte(changed), 0o600); err != nil {
		return "", fmt.Errorf("change the sample: %w", err)
	}

	if _, err := s.git(ctx, "add", "--all"); err != nil {
		return "", err
	}

	if _, err := s.git(ctx, "-c", "user.name=Chaos", "-c", "user.email=chaos@localhost", "commit", "--quiet", "--message", text); err != nil {
		return "", err
	}

	commit, err := s.git(ctx, "rev-parse", "HEAD")
	s.texts[commit] = text

	return commit, err
}

// text is what the app of a commit answers; empty for a commit that was never pushed.
func (s *sample) text(commit string) string {
	s.mutex.Lock()
	defer s.mutex.Unlock()

	return s.texts[commit]
}

func (s *sample) git(ctx context.Context, arguments ...string) (string, error) {
	output, err := exec.CommandContext(ctx, "git", append([]string{"-C", s.dir}, arguments...)...).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("git %s: %w: %s", arguments[0], err, output)
	}

	return strings.TrimSpace(string(output)), nil
}

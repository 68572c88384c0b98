package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// sample is a git repository of an example, whose tree is also where the framework builds by itself.
type sample struct {
	dir, file, text string
	original        string
	changes         int
}

func newSample(ctx context.Context, f framework, dir, cacheDir string) (*sample, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("make a folder for the example: %w", err)
	}

	if err := f.write(ctx, dir, cacheDir); err != nil {
		return nil, err
	}

	s := &sample{dir: dir, file: f.file, text: f.text}

	content, err := os.ReadFile(s.path(f.file))
	if err != nil {
		return nil, fmt.Errorf("read the example: %w", err)
	}

	s.original = string(content)
	if !strings.Contains(s.original, f.text) {
		return nil, fmt.Errorf("%s does not say %q any more: choose another line to change", f.file, f.text)
	}

	if err := s.git(ctx, "init", "--quiet", "-b", "main"); err != nil {
		return nil, err
	}

	return s, s.commit(ctx)
}

func (s *sample) url() string { return "file://" + s.dir }

func (s *sample) path(name string) string { return filepath.Join(s.dir, name) }

// change commits a change of one line.
func (s *sample) change(ctx context.Context) error {
	s.changes++

	content := strings.Replace(s.original, s.text, fmt.Sprintf("Change number %d", s.changes), 1)
	if err := os.WriteFile(s.path(s.file), []byte(content), 0o600); err != nil {
		return fmt.Errorf("change the example: %w", err)
	}

	return s.commit(ctx)
}

// adopt commits the official Dockerfile, and the change of the source that it asks for.
func (s *sample) adopt(ctx context.Context, o official) error {
	if err := os.WriteFile(s.path("Dockerfile"), []byte(o.dockerfile), 0o600); err != nil {
		return fmt.Errorf("write the official Dockerfile: %w", err)
	}

	if o.file != "" {
		content, err := os.ReadFile(s.path(o.file))
		if err != nil {
			return fmt.Errorf("read the example: %w", err)
		}

		if !strings.Contains(string(content), o.before) {
			return fmt.Errorf("%s does not say %q any more", o.file, o.before)
		}

		if err := os.WriteFile(s.path(o.file), []byte(strings.Replace(string(content), o.before, o.after, 1)), 0o600); err != nil {
			return fmt.Errorf("change the example: %w", err)
		}
	}

	return s.commit(ctx)
}

func (s *sample) commit(ctx context.Context) error {
	if err := s.git(ctx, "add", "--all"); err != nil {
		return err
	}

	return s.git(ctx, "-c", "user.name=Bench", "-c", "user.email=bench@localhost", "commit", "--quiet", "--allow-empty", "--message", "change")
}

func (s *sample) git(ctx context.Context, arguments ...string) error {
	return run(ctx, "git", append([]string{"-C", s.dir}, arguments...)...)
}

func run(ctx context.Context, program string, arguments ...string) error {
	if output, err := exec.CommandContext(ctx, program, arguments...).CombinedOutput(); err != nil {
		return fmt.Errorf("%s %s: %w\n%s", program, strings.Join(arguments, " "), err, output)
	}

	return nil
}

package rig

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Repository is a git repository on this machine, from which a platform deploys.
type Repository struct {
	// Dir is its working tree, whose files the caller writes.
	Dir string
}

// NewRepository makes a folder, unless it is there, a repository whose branch main has no commit yet.
func NewRepository(ctx context.Context, dir string) (*Repository, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("make a folder for the repository: %w", err)
	}

	r := &Repository{Dir: dir}
	_, err := r.git(ctx, "init", "--quiet", "--initial-branch", "main")

	return r, err
}

// URL is the address that a project has to name.
func (r *Repository) URL() string { return "file://" + r.Dir }

// Replace replaces the first occurrence of a text in a file, without a commit. A file that does not have the text is an error.
func (r *Repository) Replace(path, before, after string) error {
	name := filepath.Join(r.Dir, path)

	content, err := os.ReadFile(name)
	if err != nil {
		return fmt.Errorf("read a file of the repository: %w", err)
	}

	if !strings.Contains(string(content), before) {
		return fmt.Errorf("%s does not say %q any more", path, before)
	}

	if err := os.WriteFile(name, []byte(strings.Replace(string(content), before, after, 1)), 0o600); err != nil {
		return fmt.Errorf("change a file of the repository: %w", err)
	}

	return nil
}

// Commit commits the working tree as it is, changed or not, and returns the commit's hash.
func (r *Repository) Commit(ctx context.Context) (string, error) {
	if _, err := r.git(ctx, "add", "--all"); err != nil {
		return "", err
	}

	author := []string{"-c", "user.name=Test", "-c", "user.email=test@localhost"}
	if _, err := r.git(ctx, append(author, "commit", "--quiet", "--allow-empty", "--message", "change")...); err != nil {
		return "", err
	}

	return r.git(ctx, "rev-parse", "HEAD")
}

func (r *Repository) git(ctx context.Context, arguments ...string) (string, error) {
	return Run(exec.CommandContext(ctx, "git", append([]string{"-C", r.Dir}, arguments...)...))
}

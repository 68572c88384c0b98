package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os/exec"
	"path/filepath"
	"strings"
)

// worktree is the git repository that a directory belongs to.
type worktree struct {
	Top    string // Absolute path of the work tree.
	Place  string // Path of the directory in it, with slashes; empty for the top.
	Name   string // The directory's own name.
	Branch string // Empty when no branch is checked out.
	Commit string // Full hash of HEAD.
	URL    string // The URL that the platform can fetch it from: origin without credentials, else file://.
	Dirty  bool   // Whether there are uncommitted changes.
}

// openWorktree reads the git repository that dir belongs to.
func openWorktree(ctx context.Context, dir string) (worktree, error) {
	absolute, err := filepath.Abs(dir)
	if err != nil {
		return worktree{}, fmt.Errorf("find %s: %w", dir, err)
	}

	if absolute, err = filepath.EvalSymlinks(absolute); err != nil {
		return worktree{}, UsageError(fmt.Errorf("there is no directory %s", dir))
	}

	top, err := git(ctx, absolute, "rev-parse", "--show-toplevel")
	if err != nil {
		return worktree{}, UsageError(fmt.Errorf("%s is not in a git work tree: run `git init` and commit, or name a project with --project", absolute))
	}

	commit, err := git(ctx, absolute, "rev-parse", "--verify", "HEAD^{commit}")
	if err != nil {
		return worktree{}, UsageError(fmt.Errorf("%s has no commit yet: only what is committed can be deployed", top))
	}

	place, err := filepath.Rel(top, absolute)
	if err != nil {
		return worktree{}, fmt.Errorf("find %s in %s: %w", absolute, top, err)
	}

	if place == "." {
		place = ""
	}

	// These fail where no branch is checked out, and where there is no origin.
	branch, _ := git(ctx, absolute, "symbolic-ref", "--short", "--quiet", "HEAD")
	origin, _ := git(ctx, absolute, "remote", "get-url", "origin")

	status, err := git(ctx, absolute, "status", "--porcelain")
	if err != nil {
		return worktree{}, fmt.Errorf("look for changes in %s: %w", top, err)
	}

	return worktree{
		Top: top, Place: filepath.ToSlash(place), Name: filepath.Base(absolute),
		Branch: branch, Commit: commit, URL: repositoryURL(origin, top), Dirty: status != "",
	}, nil
}

// repositoryURL returns a URL that the platform can fetch from. It is never one of SSH, as the platform has no key, and holds no credentials, which do
// not belong in a project's settings.
func repositoryURL(origin, top string) string {
	if origin == "" {
		return "file://" + top
	}

	if filepath.IsAbs(origin) {
		return "file://" + origin
	}

	// user@host:path is git's short form of an SSH URL.
	if !strings.Contains(origin, "://") {
		if host, path, ok := strings.Cut(origin, ":"); ok {
			_, name, found := strings.Cut(host, "@")
			if !found {
				name = host
			}

			return "https://" + name + "/" + strings.TrimPrefix(path, "/")
		}

		return "file://" + filepath.Join(top, origin)
	}

	parsed, err := url.Parse(origin)
	if err != nil {
		return origin
	}

	parsed.User = nil
	if parsed.Scheme == "ssh" {
		parsed.Scheme, parsed.Host = "https", parsed.Hostname()
	}

	return parsed.String()
}

// git runs git in dir and returns what it wrote, without the last newline.
func git(ctx context.Context, dir string, args ...string) (string, error) {
	command := exec.CommandContext(ctx, "git", append([]string{"-C", dir}, args...)...)

	var stderr bytes.Buffer

	command.Stderr = &stderr

	output, err := command.Output()
	if errors.Is(err, exec.ErrNotFound) {
		return "", errors.New("git is not installed")
	}

	if err != nil {
		return "", fmt.Errorf("git %s: %w: %s", args[0], err, strings.TrimSpace(stderr.String()))
	}

	return strings.TrimRight(string(output), "\n"), nil
}

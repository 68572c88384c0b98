package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// errNoWorktree means that a directory belongs to no git repository.
var errNoWorktree = errors.New("no git repository")

// distrusted finds in git's words which repository it refuses to read.
var distrusted = regexp.MustCompile(`dubious ownership in repository at '(.+)'`)

// worktree is the git repository that a directory belongs to.
type worktree struct {
	Directory string   // Absolute path of the directory.
	Top       string   // Absolute path of the work tree.
	Place     string   // Path of the directory in it, with slashes; empty for the top.
	Branch    string   // Empty when no branch is checked out.
	Commit    string   // Full hash of HEAD; empty before the first commit.
	URL       string   // The URL that the platform can fetch it from: that of its remote without credentials, else file://.
	Remotes   []string // The URLs of all its remotes, as git has them.
	Dirty     bool     // Whether there are uncommitted changes.
}

// openWorktree reads the git repository that dir belongs to. The error wraps errNoWorktree where there is none.
func openWorktree(ctx context.Context, dir string) (worktree, error) {
	absolute, err := existingDirectory(dir)
	if err != nil {
		return worktree{}, err
	}

	top, err := git(ctx, absolute, "rev-parse", "--show-toplevel")
	if err != nil {
		return worktree{}, explainNoWorktree(absolute, err)
	}

	place, err := filepath.Rel(top, absolute)
	if err != nil {
		return worktree{}, fmt.Errorf("find %s in %s: %w", absolute, top, err)
	}

	tree := worktree{Directory: absolute, Top: top, Place: filepath.ToSlash(place)}
	if tree.Place == "." {
		tree.Place = ""
	}

	if err := tree.readHead(ctx); err != nil {
		return worktree{}, err
	}

	if err := tree.readRemotes(ctx); err != nil {
		return worktree{}, err
	}

	status, err := git(ctx, top, "status", "--porcelain", "--", ".", ":(exclude,glob)**/"+linkName)
	if err != nil {
		return worktree{}, fmt.Errorf("look for changes in %s: %w", top, err)
	}

	tree.Dirty = status != ""

	return tree, ctx.Err()
}

func existingDirectory(dir string) (string, error) {
	absolute, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("find %s: %w", dir, err)
	}

	if absolute, err = filepath.EvalSymlinks(absolute); err != nil {
		return "", UsageError(fmt.Errorf("there is no directory %s", dir))
	}

	if info, err := os.Stat(absolute); err != nil || !info.IsDir() {
		return "", UsageError(fmt.Errorf("%s is not a directory", dir))
	}

	return absolute, nil
}

// explainNoWorktree says why git finds no work tree: a repository of another user is not the same as none.
func explainNoWorktree(dir string, err error) error {
	said := err.Error()

	if found := distrusted.FindStringSubmatch(said); found != nil {
		return UsageError(fmt.Errorf("the repository %s belongs to another user, and git refuses to read it. If you trust it: "+
			"git config --global --add safe.directory '%s'", found[1], found[1]))
	}

	switch {
	case ExitCode(err) != ExitFailure:
		return err
	case strings.Contains(said, "must be run in a work tree"):
		return UsageError(fmt.Errorf("%s is a bare repository, or is inside .git: go to a work tree of it", dir))
	case strings.Contains(said, "not a git repository"):
		return UsageError(fmt.Errorf("%s is in %w: run `git init` and commit, or name a project with --project", dir, errNoWorktree))
	default:
		return UsageError(err)
	}
}

// readHead finds what is checked out. A repository that git cannot read is not the same as one without a commit.
func (t *worktree) readHead(ctx context.Context) (err error) {
	if t.Branch, err = git(ctx, t.Top, "symbolic-ref", "--short", "--quiet", "HEAD"); err != nil && !saidNo(err) {
		return explainUnreadable(t.Top, err)
	}

	// The name leads to no commit before the first one. Whether the commit that it leads to is there is another question.
	if _, err = git(ctx, t.Top, "rev-parse", "--quiet", "--verify", "HEAD"); saidNo(err) {
		return nil
	}

	if t.Commit, err = git(ctx, t.Top, "rev-parse", "--verify", "HEAD^{commit}"); err != nil {
		return explainUnreadable(t.Top, err)
	}

	return nil
}

func explainUnreadable(top string, err error) error {
	if ExitCode(err) != ExitFailure {
		return err
	}

	return UsageError(fmt.Errorf("git cannot read what is checked out in %s; `git fsck` says what is wrong there: %w", top, err))
}

// readRemotes chooses the remote that the platform is to fetch from: the one that the branch follows, else origin, else the first.
func (t *worktree) readRemotes(ctx context.Context) error {
	listed, err := git(ctx, t.Top, "remote")
	if err != nil {
		return fmt.Errorf("list the remotes of %s: %w", t.Top, err)
	}

	names := strings.Fields(listed)
	followed := ""

	if t.Branch != "" {
		followed, _ = git(ctx, t.Top, "config", "branch."+t.Branch+".remote") // It fails where the branch follows none.
	}

	chosen := ""

	for _, name := range []string{followed, "origin"} {
		if chosen == "" && slices.Contains(names, name) {
			chosen = name
		}
	}

	if chosen == "" && len(names) > 0 {
		chosen = names[0]
	}

	t.URL = repositoryURL("", t.Top)

	for _, name := range names {
		address, err := git(ctx, t.Top, "remote", "get-url", name)
		if err != nil {
			continue // A remote may have no URL.
		}

		t.Remotes = append(t.Remotes, address)

		if name == chosen {
			t.URL = repositoryURL(address, t.Top)
		}
	}

	return nil
}

// isOf tells whether the work tree is one of the repository at that URL.
func (t *worktree) isOf(repository string) bool {
	if sameRepository(repositoryURL("", t.Top), repository) {
		return true
	}

	return slices.ContainsFunc(t.Remotes, func(remote string) bool { return sameRepository(repositoryURL(remote, t.Top), repository) })
}

// belongsTo tells whether the commit that is checked out is one of the branch, as far as this repository knows.
func (t *worktree) belongsTo(ctx context.Context, branch string) bool {
	if t.Branch != "" {
		return t.Branch == branch
	}

	containing, err := git(ctx, t.Top, "for-each-ref", "--contains", t.Commit, "--format=%(refname)", "refs/heads/"+branch, "refs/remotes/*/"+branch)

	return err == nil && containing != ""
}

// isPushed tells whether a remote had the commit when git last heard of it.
func (t *worktree) isPushed(ctx context.Context) bool {
	containing, err := git(ctx, t.Top, "for-each-ref", "--contains", t.Commit, "--count=1", "refs/remotes/")

	return err == nil && containing != ""
}

// whatIsCheckedOut names it for people.
func (t *worktree) whatIsCheckedOut() string {
	if t.Branch != "" {
		return "the branch " + t.Branch
	}

	return "the commit " + shortCommit(t.Commit)
}

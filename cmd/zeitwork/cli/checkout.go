package cli

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/zeitwork/zeitwork/client"
)

// checkOut returns an error where what is checked out is not what the project deploys, unless somebody at the terminal wants it all the same.
func (a *app) checkOut(ctx context.Context, here place) error {
	tree, project := here.tree, here.project

	if !tree.isOf(project.RepositoryURL) {
		return otherRepository(tree, project)
	}

	if tree.Commit == "" {
		return noCommit(tree)
	}

	if tree.Dirty {
		a.sayf("Warning: %s has changes that are not committed; they are not part of this deployment.", tree.Top)
	}

	if !strings.HasPrefix(project.RepositoryURL, "file:") && !tree.isPushed(ctx) {
		a.sayf("Warning: as far as git knows here, %s is not pushed: the platform fetches it from %s.", shortCommit(tree.Commit), project.RepositoryURL)
	}

	if here.made || tree.belongsTo(ctx, value(project.Branch)) {
		return ctx.Err()
	}

	a.sayf("%s deploys its branch %s, but %s is checked out.", project.Slug, value(project.Branch), tree.whatIsCheckedOut())

	yes, err := a.confirm(ctx, fmt.Sprintf("Put that live on %s all the same?", project.URL))
	if err != nil || yes {
		return err
	}

	return UsageError(errors.New("nothing was deployed: `zeitwork deploy --commit HEAD` deploys what is checked out, whatever branch it is on"))
}

func otherRepository(tree *worktree, project *client.Project) error {
	return UsageError(fmt.Errorf(`nothing was deployed: this directory is of another repository than the project %[1]s.

  This directory  %[2]s
  %-[3]*[1]s  %[4]s

To deploy the newest commit of the project's:  zeitwork deploy -p %[1]s --branch %[5]s
If both are the same repository:               zeitwork projects set %[1]s --repository %[2]s`,
		project.Slug, tree.URL, len("This directory"), project.RepositoryURL, value(project.Branch)))
}

func noCommit(tree *worktree) error {
	return UsageError(fmt.Errorf("%s has no commit yet: only what is committed can be deployed", tree.Top))
}

// fullHash is a commit as git writes it: a SHA-1, or a SHA-256 of a repository of that kind.
var fullHash = regexp.MustCompile(`^([0-9a-f]{40}|[0-9a-f]{64})$`)

// resolveCommit returns the hash of a revision in the project's repository. Where that is not at hand the revision has to be a hash.
func resolveCommit(ctx context.Context, here place, revision string) (string, error) {
	if here.tree != nil && here.tree.isOf(here.project.RepositoryURL) {
		commit, err := git(ctx, here.tree.Top, "rev-parse", "--quiet", "--verify", "--end-of-options", revision+"^{commit}")
		if err == nil {
			return commit, nil
		}
	}

	if commit := strings.ToLower(revision); fullHash.MatchString(commit) {
		return commit, nil
	}

	return "", UsageError(fmt.Errorf("%q is no commit that this directory's repository knows: give the full hash of one", revision))
}

// rootOf returns the directory that the project of a place deploys.
func rootOf(here place) string {
	return rootIn(here.tree, here.project)
}

func rootIn(tree *worktree, project *client.Project) string {
	return filepath.Join(tree.Top, filepath.FromSlash(value(project.RootDirectory)))
}

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

// destination is where what is checked out goes.
type destination struct {
	branch string
	// preview has the preview of the branch made where it has none.
	preview bool
}

// checkOut returns where to deploy what is checked out: to the environment that is given or, where that is nil, to that of the branch. It is an
// error where nobody can tell, unless somebody at the terminal decides.
func (a *app) checkOut(ctx context.Context, api *API, here place, environment *client.Environment, wanted deployment) (destination, error) {
	tree, project := here.tree, here.project

	if !tree.isOf(project.RepositoryURL) {
		return destination{}, otherRepository(tree, project)
	}

	if tree.Commit == "" {
		return destination{}, noCommit(tree)
	}

	if tree.Dirty {
		a.sayf("Warning: %s has changes that are not committed; they are not part of this deployment.", tree.Top)
	}

	if !strings.HasPrefix(project.RepositoryURL, "file:") && !tree.isPushed(ctx) {
		a.sayf("Warning: as far as git knows here, %s is not pushed: the platform fetches it from %s.", shortCommit(tree.Commit), project.RepositoryURL)
	}

	switch {
	case here.made:
		return destination{branch: tree.Branch, preview: wanted.preview}, ctx.Err()
	case tree.belongsTo(ctx, branchOf(here, environment)):
		// A detached commit of the branch goes where the branch does.
		return destination{branch: tree.Branch}, ctx.Err()
	case environment == nil && tree.Branch != "":
		return a.toPreview(ctx, api, here, wanted)
	}

	a.sayf("%s deploys its branch %s, but %s is checked out.", project.Slug, branchOf(here, environment), tree.whatIsCheckedOut())

	yes, err := a.confirm(ctx, fmt.Sprintf("Put that live on %s all the same?", urlOf(here, environment)))
	if err != nil || yes {
		return destination{}, err
	}

	return destination{}, UsageError(errors.New("nothing was deployed: `zeitwork deploy --commit HEAD` deploys what is checked out, whatever branch it is on"))
}

// toPreview returns the destination of a branch that is not production's: its preview, once it has one or somebody has said that it shall.
func (a *app) toPreview(ctx context.Context, api *API, here place, wanted deployment) (destination, error) {
	tree, project := here.tree, here.project
	to := destination{branch: tree.Branch, preview: wanted.preview}

	if wanted.preview || value(project.Previews) == "branches" {
		return to, ctx.Err()
	}

	page, err := checked(api.ListEnvironmentsWithResponse(ctx, project.ID, &client.ListEnvironmentsParams{Branch: &tree.Branch}))
	if err != nil {
		return to, err
	}

	if len(page.JSON200.Items) > 0 {
		return to, nil
	}

	a.sayf("%s deploys its branch %s to production, but %s is checked out.", project.Slug, value(project.Branch), tree.whatIsCheckedOut())

	to.preview, err = a.confirm(ctx, fmt.Sprintf("Make a preview for the branch %s, and deploy it there?", tree.Branch))
	if err != nil || to.preview {
		return to, err
	}

	return to, UsageError(errors.New("nothing was deployed: `zeitwork deploy --preview` deploys the branch to a preview of its own, " +
		"`zeitwork deploy --commit HEAD` puts what is checked out into production"))
}

// urlOf is where the environment of a place answers; production where it is nil.
func urlOf(here place, environment *client.Environment) string {
	if environment != nil {
		return environment.URL
	}

	return here.project.URL
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

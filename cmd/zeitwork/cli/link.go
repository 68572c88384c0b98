package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/samber/lo"
	"github.com/spf13/cobra"

	"github.com/zeitwork/zeitwork/client"
)

func (a *app) linkCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "link [SLUG]",
		Short: "Choose the project that deploys this directory",
		Long: `Choose the project that deploys this directory, and write it into .zeitwork.json, where all commands
look first. Without SLUG it is the project of this repository, if there is one alone. Commit the file:
it holds no secret, and the others need not choose again.

To undo it, delete the file.`,
		Example:           "  zeitwork link shop\n  zeitwork link",
		Args:              cobra.MaximumNArgs(1),
		ValidArgsFunction: first(a.completeProjects),
		RunE:              a.run(a.linkDirectory),
	}
}

func (a *app) linkDirectory(ctx context.Context, api *API, args []string) error {
	directory, tree, err := a.directoryToLink(ctx)
	if err != nil {
		return err
	}

	project, err := a.projectToLink(ctx, api, args, tree)
	if err != nil {
		return err
	}

	switch {
	case tree == nil:
	case !tree.isOf(project.RepositoryURL):
		a.sayf("Warning: %s is deployed from %s, which is not a remote of this repository.", project.Slug, project.RepositoryURL)
	case isAbove(value(project.RootDirectory), tree.Place):
		directory = rootIn(tree, project)
	default:
		a.sayf("Warning: %s deploys /%s of this repository, and not this directory.", project.Slug, value(project.RootDirectory))
	}

	organisation, err := organisationSlug(ctx, api, project.OrganisationID)
	if err != nil {
		return err
	}

	path, err := writeLink(directory, link{Project: project.Slug, Organisation: organisation})
	if err != nil {
		return err
	}

	a.sayf("Wrote %s: %s deploys this directory.", shortPath(path), project.Slug)

	return nil
}

// directoryToLink returns the working directory, and its work tree unless it is in none.
func (a *app) directoryToLink(ctx context.Context) (string, *worktree, error) {
	tree, err := openWorktree(ctx, ".")
	if errors.Is(err, errNoWorktree) {
		directory, err := existingDirectory(".")

		return directory, nil, err
	}

	return tree.Directory, &tree, err
}

func (a *app) projectToLink(ctx context.Context, api *API, args []string, tree *worktree) (*client.Project, error) {
	if len(args) == 1 {
		return projectBySlug(ctx, api, args[0])
	}

	if tree == nil {
		return nil, UsageError(errors.New("this directory is in no git repository: say which project deploys it, with `zeitwork link SLUG`"))
	}

	projects, err := allProjects(ctx, api)
	if err != nil {
		return nil, err
	}

	candidates, _ := nearestProjects(lo.Filter(projects, func(p client.Project, _ int) bool { return tree.isOf(p.RepositoryURL) }), tree.Place)

	switch len(candidates) {
	case 0:
		return nil, UsageError(fmt.Errorf("no project deploys %s: `zeitwork link SLUG` chooses one all the same, `zeitwork init` makes one", tree.URL))
	case 1:
		return &candidates[0], nil
	default:
		slugs := lo.Map(candidates, func(p client.Project, _ int) string { return p.Slug })

		return nil, UsageError(fmt.Errorf("several projects deploy this directory: choose one of %s with `zeitwork link SLUG`", strings.Join(slugs, ", ")))
	}
}

package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"
)

func (a *app) initCommand() *cobra.Command {
	var branch string

	command := &cobra.Command{
		Use:   "init [DIR]",
		Short: "Make a project for a directory, without deploying it yet",
		Long: `Make a project that deploys DIR of its git repository, and write .zeitwork.json, which says so. Nothing
is deployed yet, so that environment variables can be set before: zeitwork deploy does that, or the next
push.`,
		Example:           "  zeitwork init\n  zeitwork init apps/web --name shop --organisation acme\n  zeitwork init --branch main",
		Args:              cobra.MaximumNArgs(1),
		ValidArgsFunction: directories,
	}
	command.Flags().StringVar(&branch, "branch", "", "branch whose pushes are deployed (default: the one that is checked out)")
	named := a.namingFlags(command)

	command.RunE = a.run(func(ctx context.Context, api *API, args []string) error {
		dir := "."
		if len(args) == 1 {
			dir = args[0]
		}

		return a.initialise(ctx, api, dir, *named, branch)
	})

	return command
}

func (a *app) initialise(ctx context.Context, api *API, dir string, named naming, branch string) error {
	tree, err := openWorktree(ctx, dir)
	if err != nil {
		return err
	}

	if branch != "" {
		tree.Branch = branch
	}

	proposed, err := a.propose(ctx, api, tree, named)
	if err != nil {
		return err
	}

	linked, path, err := findLink(proposed.directory, proposed.directory)
	if err != nil {
		return err
	}

	if path != "" {
		return UsageError(fmt.Errorf("%s says that %s deploys this directory already. To make another project, delete that file first", path, linked.Project))
	}

	// A second project of the same directory, such as one for trials, is fine where it is asked for by a name of its own.
	if named.name == "" && named.slug == "" {
		here, err := a.locate(ctx, api, proposed.directory)
		if err != nil {
			return err
		}

		if here.project != nil && rootOf(here) == proposed.directory {
			return UsageError(fmt.Errorf("%s deploys this directory already: `zeitwork link %s` chooses it, `zeitwork init --name NAME` makes another project",
				here.project.Slug, here.project.Slug))
		}
	}

	project, err := a.makeProject(ctx, api, proposed)
	if err != nil {
		return err
	}

	return a.printProject(project)
}

package cli

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/id"
)

const deployHelp = `Deploy the commit that is checked out in DIR's git repository, and watch until it is live or has failed.

The project is that of --project, else the project whose repository is DIR's origin (or DIR itself without a remote) and whose
root directory is DIR. Where there is none, one is made and named for the directory.

Steps and the build log go to standard error, the URL to standard output. With --json standard output has one object a line,
{"event":"deployment","data":…} at every change and {"event":"line","data":…} for every line of the build log. data has the
shape of the API; the last deployment event says how the deployment ended.

` + ExitCodes

func (a *app) deployCommand() *cobra.Command {
	var detach bool

	command := &cobra.Command{
		Use:   "deploy [DIR]",
		Short: "Deploy the commit that is checked out, and show every step until its URL answers",
		Long:  deployHelp,
		Args:  cobra.MaximumNArgs(1),
	}
	command.Flags().BoolVarP(&detach, "detach", "d", false, "do not wait for the end")

	command.RunE = a.run(func(ctx context.Context, api *API, args []string) error {
		dir := "."
		if len(args) == 1 {
			dir = args[0]
		}

		tree, err := openWorktree(ctx, dir)
		if err != nil {
			return err
		}

		deployment, err := a.deploy(ctx, api, tree)
		if err != nil {
			return err
		}

		return a.afterStart(ctx, api, deployment, detach)
	})

	return a.projectFlag(command)
}

func (a *app) deploy(ctx context.Context, api *API, tree worktree) (*client.Deployment, error) {
	if tree.Dirty {
		a.sayf("Warning: %s has changes that are not committed; they are not part of this deployment.", tree.Top)
	}

	project, err := a.projectFor(ctx, api, tree)
	if err != nil {
		return nil, err
	}

	a.sayf("Deploying %s of %s to %s.", shortCommit(tree.Commit), tree.URL, project.Slug)

	created, err := checked(api.CreateDeploymentWithResponse(ctx, project.ID,
		&client.CreateDeploymentParams{IdempotencyKey: new(id.New().String())},
		client.CreateDeploymentInputBody{Branch: optional(tree.Branch), Commit: &tree.Commit}))
	if err != nil {
		return nil, err
	}

	return created.JSON201, nil
}

// projectFor returns the project that deploys tree. It makes one where there is none.
func (a *app) projectFor(ctx context.Context, api *API, tree worktree) (*client.Project, error) {
	if a.project != "" {
		return projectBySlug(ctx, api, a.project)
	}

	project, err := projectOf(ctx, api, tree)
	if err != nil || project != nil {
		return project, err
	}

	created, err := checked(api.CreateProjectWithResponse(ctx, &client.CreateProjectParams{IdempotencyKey: new(id.New().String())},
		client.CreateProjectInputBody{
			Name: tree.Name, RepositoryURL: tree.URL, Branch: optional(tree.Branch), RootDirectory: optional(tree.Place),
		}))
	if err != nil {
		return nil, err
	}

	a.sayf("Made the project %s. It will answer on %s", created.JSON201.Slug, created.JSON201.URL)

	return created.JSON201, nil
}

// afterStart ends a command that started a deployment: it watches the deployment, or prints its id with --detach.
func (a *app) afterStart(ctx context.Context, api *API, deployment *client.Deployment, detach bool) error {
	if !detach {
		return a.watch(ctx, api, deployment.ID)
	}

	return a.print(deployment, func(w io.Writer) { _, _ = fmt.Fprintln(w, deployment.ID) })
}

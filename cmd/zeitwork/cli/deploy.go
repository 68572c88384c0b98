package cli

import (
	"cmp"
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/id"
)

const deployHelp = `Deploy the commit that is checked out in DIR's git repository, and watch until it is live or has failed.

The project is that of --project, else the one that .zeitwork.json names in DIR or above it, else the
one of DIR's repository whose root directory is DIR or above it. Where there is none, you are asked
whether to make one; --yes makes it unasked. .zeitwork.json is written, so that the next time nothing is
guessed.

Only the project's own branch goes live by itself. Where another one is checked out you are asked;
without a terminal that is an error. --commit HEAD deploys what is checked out all the same, and
--branch NAME the newest commit that the repository has of a branch. With --project both work outside of
the repository, too.

Steps and the build log go to standard error, the URL to standard output. With --json standard output
has one object a line: {"event":"deployment","data":…} at every change, {"event":"line","data":…} for
every line of the build log. data has the shape of the API; the last deployment event says how it ended.

` + ExitCodes

// deployment is what a user asks deploy for.
type deployment struct {
	naming *naming

	yes            bool
	branch, commit string
}

func (a *app) deployCommand() *cobra.Command {
	var (
		detach bool
		wanted deployment
	)

	command := &cobra.Command{
		Use:   "deploy [DIR]",
		Short: "Deploy the commit that is checked out, and show every step until its URL answers",
		Long:  deployHelp,
		Example: "  zeitwork deploy\n  zeitwork deploy apps/web --yes        # in CI\n" +
			"  zeitwork deploy --commit HEAD         # whatever branch is checked out\n  zeitwork deploy -p shop --branch main # from anywhere",
		Args:              cobra.MaximumNArgs(1),
		ValidArgsFunction: directories,
	}
	command.Flags().BoolVarP(&detach, "detach", "d", false, "do not wait for the end")
	command.Flags().BoolVarP(&wanted.yes, "yes", "y", false, "make a project without asking where none deploys DIR")
	command.Flags().StringVar(&wanted.branch, "branch", "", "deploy the newest commit of this branch")
	command.Flags().StringVar(&wanted.commit, "commit", "", "deploy this commit, whatever branch it is on")
	wanted.naming = a.namingFlags(command)

	command.RunE = a.run(func(ctx context.Context, api *API, args []string) error {
		dir := "."
		if len(args) == 1 {
			dir = args[0]
		}

		started, err := a.deploy(ctx, api, dir, wanted)
		if err != nil {
			return err
		}

		return a.afterStart(ctx, api, started, detach)
	})

	return a.projectFlag(command)
}

func (a *app) deploy(ctx context.Context, api *API, dir string, wanted deployment) (*client.Deployment, error) {
	here, err := a.placeToDeploy(ctx, api, dir, wanted)
	if err != nil {
		return nil, err
	}

	request, what, err := a.whatToDeploy(ctx, here, wanted)
	if err != nil {
		return nil, err
	}

	a.sayf("Deploying %s to %s.", what, here.project.Slug)

	created, err := checked(api.CreateDeploymentWithResponse(ctx, here.project.ID,
		&client.CreateDeploymentParams{IdempotencyKey: new(id.New().String())}, request))
	if err != nil {
		return nil, err
	}

	return created.JSON201, nil
}

// whatToDeploy returns the request for a deployment, and what it deploys in words.
func (a *app) whatToDeploy(ctx context.Context, here place, wanted deployment) (client.CreateDeploymentInputBody, string, error) {
	request := client.CreateDeploymentInputBody{Branch: optional(wanted.branch)}

	switch {
	case wanted.commit != "":
		commit, err := resolveCommit(ctx, here, wanted.commit)
		request.Commit = &commit

		return request, fmt.Sprintf("%s of %s", shortCommit(commit), here.project.RepositoryURL), err
	case wanted.branch != "" || here.tree == nil:
		branch := cmp.Or(wanted.branch, value(here.project.Branch))

		return request, fmt.Sprintf("the newest commit of %s of %s", branch, here.project.RepositoryURL), nil
	}

	if err := a.checkOut(ctx, here); err != nil {
		return request, "", err
	}

	request.Branch, request.Commit = optional(here.tree.Branch), &here.tree.Commit

	return request, fmt.Sprintf("%s of %s", shortCommit(here.tree.Commit), here.project.RepositoryURL), nil
}

// afterStart ends a command that started a deployment: it watches the deployment, or prints its id with --detach.
func (a *app) afterStart(ctx context.Context, api *API, deployment *client.Deployment, detach bool) error {
	if !detach {
		return a.watch(ctx, api, deployment.ID)
	}

	return a.print(deployment, func(w io.Writer) { _, _ = fmt.Fprintln(w, deployment.ID) })
}

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

The project's own branch goes to production, any other one to its preview. Where that has none and the
project's previews are off you are asked whether to make one; without a terminal that is an error, and
--preview makes it unasked. -e names the environment. --commit HEAD deploys what is checked out to
production, whatever branch it is on, and --branch NAME the newest commit that the repository has of a
branch. With --project both work outside of the repository, too.

Steps and the build log go to standard error, the URL to standard output. With --json standard output
has one object a line: {"event":"deployment","data":…} at every change, {"event":"line","data":…} for
every line of the build log. data has the shape of the API; the last deployment event says how it ended.

` + ExitCodes

// deployment is what a user asks deploy for.
type deployment struct {
	naming *naming

	yes, preview   bool
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
			"  zeitwork deploy --preview             # the branch that is checked out, to its preview\n" +
			"  zeitwork deploy --commit HEAD         # to production, whatever branch is checked out\n  zeitwork deploy -p shop --branch main # from anywhere",
		Args:              cobra.MaximumNArgs(1),
		ValidArgsFunction: directories,
	}
	command.Flags().BoolVarP(&detach, "detach", "d", false, "do not wait for the end")
	command.Flags().BoolVarP(&wanted.yes, "yes", "y", false, "make a project without asking where none deploys DIR")
	command.Flags().BoolVar(&wanted.preview, "preview", false, "make the preview of the branch where it has none, though the project's previews are off")
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

	return a.projectFlag(a.environmentFlag(command, "slug of the environment to deploy to (default: that of the branch)"))
}

func (a *app) deploy(ctx context.Context, api *API, dir string, wanted deployment) (*client.Deployment, error) {
	here, err := a.placeToDeploy(ctx, api, dir, wanted)
	if err != nil {
		return nil, err
	}

	environment, err := a.chosenEnvironment(ctx, api, here.project)
	if err != nil {
		return nil, err
	}

	request, what, err := a.whatToDeploy(ctx, api, here, environment, wanted)
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
func (a *app) whatToDeploy(
	ctx context.Context, api *API, here place, environment *client.Environment, wanted deployment,
) (client.CreateDeploymentInputBody, string, error) {
	request := client.CreateDeploymentInputBody{
		Branch: optional(wanted.branch), EnvironmentID: environmentID(environment), Preview: optional(wanted.preview),
	}

	switch {
	case wanted.commit != "":
		commit, err := resolveCommit(ctx, here, wanted.commit)
		request.Commit = &commit

		return request, fmt.Sprintf("%s of %s", shortCommit(commit), here.project.RepositoryURL), err
	case wanted.branch != "" || here.tree == nil:
		branch := cmp.Or(wanted.branch, branchOf(here, environment))

		return request, fmt.Sprintf("the newest commit of %s of %s", branch, here.project.RepositoryURL), nil
	}

	to, err := a.checkOut(ctx, api, here, environment, wanted)
	if err != nil {
		return request, "", err
	}

	request.Branch, request.Preview, request.Commit = optional(to.branch), optional(to.preview), &here.tree.Commit

	return request, fmt.Sprintf("%s of %s", shortCommit(here.tree.Commit), here.project.RepositoryURL), nil
}

// branchOf is the branch that the environment of a place deploys; production where it is nil.
func branchOf(here place, environment *client.Environment) string {
	if environment != nil {
		return environment.Branch
	}

	return value(here.project.Branch)
}

// afterStart ends a command that started a deployment: it watches the deployment, or prints its id with --detach.
func (a *app) afterStart(ctx context.Context, api *API, deployment *client.Deployment, detach bool) error {
	if !detach {
		return a.watch(ctx, api, deployment.ID)
	}

	return a.print(deployment, func(w io.Writer) { _, _ = fmt.Fprintln(w, deployment.ID) })
}

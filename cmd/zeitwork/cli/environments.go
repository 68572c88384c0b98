package cli

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/id"
)

const environmentsHelp = `The environments of a project: production, which deploys the project's branch, and previews of other
branches. Each has a URL, variables and a live deployment of its own.

With zeitwork projects set SLUG --previews branches every other branch gets a preview with its next push. A
preview is deleted when its branch is, or when the branch has not been pushed to for --preview-days.
With --previews pull_requests every open pull request on GitHub gets one instead. Those from forks get no
variables, and each of their commits waits until a member has approved it.`

func (a *app) environmentsCommand() *cobra.Command {
	command := &cobra.Command{
		Use:     "environments",
		Short:   "Production and the previews of a project",
		Long:    environmentsHelp,
		Example: "  zeitwork environments\n  zeitwork environments create feature/login\n  zeitwork environments delete feature-login",
		Args:    cobra.NoArgs,
		RunE:    a.run(a.listEnvironments),
	}
	command.AddCommand(
		listing("List the environments", "  zeitwork environments list -p shop", a.run(a.listEnvironments)),
		a.createEnvironmentCommand(),
		a.approveEnvironmentCommand(),
		&cobra.Command{
			Use: "delete SLUG", Short: "End what runs in a preview and take its URL away",
			Long: "End what runs in a preview and take its URL away. Where the project has previews for all branches it comes\n" +
				"back with the next push to its branch.",
			Example: "  zeitwork environments delete feature-login",
			Args:    cobra.ExactArgs(1), ValidArgsFunction: first(a.completeEnvironmentsWhere(isPreview)), RunE: a.run(a.deleteEnvironment),
		},
	)

	return a.projectFlag(command)
}

func (a *app) listEnvironments(ctx context.Context, api *API, _ []string) error {
	project, err := a.currentProject(ctx, api)
	if err != nil {
		return err
	}

	all, err := environments(ctx, api, project)
	if err != nil {
		return err
	}

	return a.print(items(all), func(w io.Writer) {
		t := newTable(w, "ENVIRONMENT", "SOURCE", "LIVE", "URL", "ENDS")
		for _, e := range all {
			t.row(e.Slug, sourceOf(e), liveIn(e), e.URL, endOf(e))
		}

		t.flush()
	})
}

// sourceOf is what an environment deploys: a branch, or a pull request and whether it waits for an approval.
func sourceOf(environment client.Environment) string {
	pull := environment.PullRequest

	switch {
	case pull == nil:
		return environment.Branch
	case pull.AwaitingCommit != nil:
		return fmt.Sprintf("pull request %d (waits for approval)", pull.Number)
	default:
		return fmt.Sprintf("pull request %d", pull.Number)
	}
}

func liveIn(environment client.Environment) string {
	switch {
	case environment.LiveDeploymentID == nil:
		return "-"
	case environment.AsleepSince != nil:
		return environment.LiveDeploymentID.String() + " (asleep)"
	case environment.PinnedBy != nil:
		return environment.LiveDeploymentID.String() + " (pinned)"
	default:
		return environment.LiveDeploymentID.String()
	}
}

func endOf(environment client.Environment) string {
	if environment.ExpiresAt == nil {
		return "-"
	}

	return environment.ExpiresAt.Local().Format("2006-01-02") //nolint:gosmopolitan // For the person who reads.
}

func (a *app) createEnvironmentCommand() *cobra.Command {
	var detach, empty bool

	command := &cobra.Command{
		Use: "create BRANCH", Short: "Make the preview of a branch, and deploy the branch to it",
		Example: "  zeitwork environments create feature/login\n  zeitwork environments create feature/login --empty",
		Long: "Make the preview of a branch, and deploy the branch to it. --empty deploys nothing yet, so that variables\n" +
			"can be written first.\n\n" + ExitCodes,
		Args: cobra.ExactArgs(1),
	}
	command.Flags().BoolVar(&empty, "empty", false, "deploy nothing")
	command.Flags().BoolVarP(&detach, "detach", "d", false, "do not wait for the end")

	command.RunE = a.run(func(ctx context.Context, api *API, args []string) error {
		project, err := a.currentProject(ctx, api)
		if err != nil {
			return err
		}

		made, err := checked(api.CreateEnvironmentWithResponse(ctx, project.ID,
			&client.CreateEnvironmentParams{IdempotencyKey: new(id.New().String())}, client.CreateEnvironmentInputBody{Branch: args[0]}))
		if err != nil {
			return err
		}

		if empty {
			return a.print(made.JSON201, func(w io.Writer) {
				_, _ = fmt.Fprintf(w, "%s has the preview %s now. `zeitwork deploy -e %s` deploys to it.\n", args[0], made.JSON201.URL, made.JSON201.Slug)
			})
		}

		a.sayf("%s has the preview %s now.", args[0], made.JSON201.URL)

		started, err := checked(api.CreateDeploymentWithResponse(ctx, project.ID,
			&client.CreateDeploymentParams{IdempotencyKey: new(id.New().String())}, client.CreateDeploymentInputBody{EnvironmentID: &made.JSON201.ID}))
		if err != nil {
			return err
		}

		return a.afterStart(ctx, api, started.JSON201, detach)
	})

	return command
}

func (a *app) deleteEnvironment(ctx context.Context, api *API, args []string) error {
	project, err := a.currentProject(ctx, api)
	if err != nil {
		return err
	}

	environment, err := environmentBySlug(ctx, api, project, args[0])
	if err != nil {
		return err
	}

	if _, err := checked(api.DeleteEnvironmentWithResponse(ctx, environment.ID)); err != nil {
		return err
	}

	a.sayf("Deleted the preview %s of %s.", environment.Slug, project.Slug)

	return nil
}

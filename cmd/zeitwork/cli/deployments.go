package cli

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/liveline"
)

func (a *app) deploymentsCommand() *cobra.Command {
	command := &cobra.Command{Use: "deployments", Short: "A project's deployments, newest first", Args: cobra.NoArgs, RunE: a.run(a.listDeployments)}
	command.AddCommand(
		listing("List the newest deployments", a.run(a.listDeployments)),
		&cobra.Command{Use: "show DEPLOYMENT", Short: "Show one deployment with its timeline", Args: cobra.ExactArgs(1), RunE: a.run(a.showDeployment)},
	)

	return a.projectFlag(command)
}

func (a *app) listDeployments(ctx context.Context, api *API, _ []string) error {
	project, err := a.currentProject(ctx, api)
	if err != nil {
		return err
	}

	deployments, err := newest(ctx, api, project)
	if err != nil {
		return err
	}

	return a.print(items(deployments), func(w io.Writer) {
		t := newTable(w, "DEPLOYMENT", "STATE", "BRANCH", "COMMIT", "TRIGGER", "CREATED")
		for _, deployment := range deployments {
			t.row(deployment.ID.String(), stateOf(deployment), deployment.Branch, shortCommit(value(deployment.CommitSHA)),
				string(deployment.Trigger), ago(deployment.CreatedAt))
		}

		t.flush()
	})
}

// stateOf is a deployment's state for people: one that waits because its project is pinned is called held.
func stateOf(deployment client.Deployment) string {
	if deployment.HeldAt != nil {
		return "held"
	}

	return string(deployment.State)
}

// newest returns the newest deployments of a project.
func newest(ctx context.Context, api *API, project *client.Project) ([]client.Deployment, error) {
	page, err := checked(api.ListDeploymentsWithResponse(ctx, project.ID, &client.ListDeploymentsParams{}))
	if err != nil {
		return nil, err
	}

	return page.JSON200.Items, nil
}

func (a *app) showDeployment(ctx context.Context, api *API, args []string) error {
	deployment, err := uuid.Parse(args[0])
	if err != nil {
		return UsageError(fmt.Errorf("%q is not the id of a deployment", args[0]))
	}

	found, err := checked(api.GetDeploymentWithResponse(ctx, deployment))
	if err != nil {
		return err
	}

	return a.print(found.JSON200, func(w io.Writer) {
		t := newTable(w)
		t.row("Deployment", found.JSON200.ID.String())
		t.row("State", stateOf(*found.JSON200))
		t.row("Commit", shortCommit(value(found.JSON200.CommitSHA))+" "+value(found.JSON200.CommitMessage))
		t.row("URL", found.JSON200.URL)
		t.flush()

		steps := NewProgress(liveline.New(w, nil))
		steps.Deployment(found.JSON200)

		if found.JSON200.Error != nil {
			_, _ = fmt.Fprintln(w, found.JSON200.Error.Message)
		}
	})
}

// choice tells whether a command without an argument may take a deployment of the project.
type choice func(project *client.Project, deployment client.Deployment) bool

func anyDeployment(*client.Project, client.Deployment) bool { return true }

func underWay(_ *client.Project, deployment client.Deployment) bool { return !ended(deployment.State) }

// earlier tells whether a deployment was live before the one that is live now. Its state stays live for some seconds, while its last requests
// end.
func earlier(project *client.Project, deployment client.Deployment) bool {
	wasLive := deployment.State == client.DeploymentStateLive || deployment.State == client.DeploymentStateRetired

	return wasLive && (project.LiveDeploymentID == nil || deployment.ID.String() < project.LiveDeploymentID.String())
}

// pick returns the deployment that the argument names, else the project's newest one that wanted accepts. Without one it returns an error
// that says none.
func (a *app) pick(ctx context.Context, api *API, args []string, wanted choice, none string) (uuid.UUID, error) {
	if len(args) == 1 {
		deployment, err := uuid.Parse(args[0])
		if err != nil {
			return uuid.Nil, UsageError(fmt.Errorf("%q is not the id of a deployment: `zeitwork deployments` lists them", args[0]))
		}

		return deployment, nil
	}

	project, err := a.currentProject(ctx, api)
	if err != nil {
		return uuid.Nil, err
	}

	deployments, err := newest(ctx, api, project)
	if err != nil {
		return uuid.Nil, err
	}

	for _, deployment := range deployments {
		if wanted(project, deployment) {
			return deployment.ID, nil
		}
	}

	return uuid.Nil, UsageError(errors.New(none))
}

// starting completes a command that starts a deployment from another one and watches it.
func (a *app) starting(command *cobra.Command, wanted choice, none string,
	start func(ctx context.Context, api *API, from uuid.UUID) (*client.Deployment, error),
) *cobra.Command {
	var detach bool

	command.Args = cobra.MaximumNArgs(1)
	command.Flags().BoolVarP(&detach, "detach", "d", false, "do not wait for the end")

	command.RunE = a.run(func(ctx context.Context, api *API, args []string) error {
		from, err := a.pick(ctx, api, args, wanted, none)
		if err != nil {
			return err
		}

		deployment, err := start(ctx, api, from)
		if err != nil {
			return err
		}

		return a.afterStart(ctx, api, deployment, detach)
	})

	return a.projectFlag(command)
}

func (a *app) redeployCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "redeploy [DEPLOYMENT]",
		Short: "Deploy the same commit again, with today's settings (default: the newest deployment)",
		Long:  "Deploy the same commit again, with today's settings and environment variables.\n\n" + ExitCodes,
	}
	return a.starting(command, anyDeployment, "nothing was deployed yet: run `zeitwork deploy`",
		func(ctx context.Context, api *API, from uuid.UUID) (*client.Deployment, error) {
			response, err := checked(api.RedeployWithResponse(ctx, from, &client.RedeployParams{IdempotencyKey: new(id.New().String())}))
			if err != nil {
				return nil, err
			}

			return response.JSON201, nil
		})
}

func (a *app) rollbackCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "rollback [DEPLOYMENT]",
		Short: "Go back to a deployment that was live, by its image (default: the one before)",
		Long: "Go back to a deployment that was live: its image runs again, with its environment variables, and nothing is built.\n" +
			"The VMs of the one before are kept running for some minutes, so that going back to it takes no start.\n\n" +
			"The project is pinned from then on: pushes are built and held, until zeitwork unpin, deploy or redeploy ends that.\n" +
			"A rollback that does not become live ends it, too.\n\n" + ExitCodes,
	}
	command = a.starting(command, earlier, "no earlier deployment of this project was live",
		func(ctx context.Context, api *API, from uuid.UUID) (*client.Deployment, error) {
			response, err := checked(api.RollbackWithResponse(ctx, from, &client.RollbackParams{IdempotencyKey: new(id.New().String())}))
			if err != nil {
				return nil, err
			}

			return response.JSON201, nil
		})

	run := command.RunE
	command.RunE = func(command *cobra.Command, args []string) error {
		if err := run(command, args); err != nil {
			return err
		}

		a.sayf("The project is pinned: pushes are built and wait. To undo that: `zeitwork unpin` lets the newest push go on, or `zeitwork deploy`.")

		return nil
	}

	return command
}

func (a *app) cancelCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "cancel [DEPLOYMENT]",
		Short: "Cancel a deployment that is not live yet (default: the newest)",
		Args:  cobra.MaximumNArgs(1),
	}
	command.RunE = a.run(func(ctx context.Context, api *API, args []string) error {
		deployment, err := a.pick(ctx, api, args, underWay, "no deployment of this project is under way")
		if err != nil {
			return err
		}

		cancelled, err := checked(api.CancelDeploymentWithResponse(ctx, deployment))
		if err != nil {
			return err
		}

		return a.print(cancelled.JSON200, func(w io.Writer) { _, _ = fmt.Fprintf(w, "Cancelled %s.\n", deployment) })
	})

	return a.projectFlag(command)
}

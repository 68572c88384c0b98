package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"github.com/zeitwork/zeitwork/client"
)

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

	for deployment, err := range deployments(ctx, api, project) {
		if err != nil {
			return uuid.Nil, err
		}

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
	command.ValidArgsFunction = first(a.completeDeployments(wanted))
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

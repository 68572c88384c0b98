package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"github.com/zeitwork/zeitwork/client"
)

// choice tells whether a command without an argument may take a deployment of the environment.
type choice func(environment *client.Environment, deployment client.Deployment) bool

func anyDeployment(*client.Environment, client.Deployment) bool { return true }

func underWay(_ *client.Environment, deployment client.Deployment) bool {
	return !ended(deployment.State)
}

// earlier tells whether a deployment was live before the one that is live now. Its state stays live for some seconds, while its last requests
// end.
func earlier(environment *client.Environment, deployment client.Deployment) bool {
	wasLive := deployment.State == client.DeploymentStateLive || deployment.State == client.DeploymentStateRetired

	return wasLive && (environment.LiveDeploymentID == nil || deployment.ID.String() < environment.LiveDeploymentID.String())
}

// pick returns the deployment that the argument names, else the newest one that wanted accepts of the environment that --environment names, or of
// production. Without one it returns an error that says none.
func (a *app) pick(ctx context.Context, api *API, args []string, wanted choice, none string) (uuid.UUID, error) {
	if len(args) == 1 {
		deployment, err := uuid.Parse(args[0])
		if err != nil {
			return uuid.Nil, UsageError(fmt.Errorf("%q is not the id of a deployment: `zeitwork deployments` lists them", args[0]))
		}

		return deployment, nil
	}

	project, environment, err := a.currentEnvironment(ctx, api)
	if err != nil {
		return uuid.Nil, err
	}

	for deployment, err := range deployments(ctx, api, project, environment) {
		if err != nil {
			return uuid.Nil, err
		}

		if wanted(environment, deployment) {
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

	return a.projectFlag(a.environmentFlag(command, ofEnvironment))
}

// ofEnvironment is the usage of --environment for commands that take a deployment.
const ofEnvironment = "slug of the environment whose deployment is taken (default: production)"

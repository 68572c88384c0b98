package cli

import (
	"context"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/id"
)

func (a *app) promoteCommand() *cobra.Command {
	command := &cobra.Command{
		Use:     "promote [DEPLOYMENT]",
		Short:   "Take what is live in a preview to production, without a build",
		Example: "  zeitwork promote -e feature-login\n  zeitwork promote 0199c0de-0000-7000-8000-000000000000",
		Long: "Take a deployment of a preview to production (default: what is live in the preview that -e names): its image\n" +
			"runs there with production's environment variables, and nothing is built. The release command is run.\n\n" +
			"Where the build saw other values of variables than production has, that is an error which names them:\n" +
			"zeitwork deploy --commit builds the commit for production.\n\n" + ExitCodes,
	}

	return a.starting(command, liveInPreview, "nothing is live in a preview there: name the preview by -e, or a deployment",
		func(ctx context.Context, api *API, from uuid.UUID) (*client.Deployment, error) {
			response, err := checked(api.PromoteDeploymentWithResponse(ctx, from, &client.PromoteDeploymentParams{IdempotencyKey: new(id.New().String())}))
			if err != nil {
				return nil, err
			}

			return response.JSON201, nil
		})
}

func liveInPreview(environment *client.Environment, deployment client.Deployment) bool {
	return isPreview(*environment) && deployment.State == client.DeploymentStateLive
}

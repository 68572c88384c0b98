package cli

import (
	"context"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/id"
)

func (a *app) redeployCommand() *cobra.Command {
	command := &cobra.Command{
		Use:     "redeploy [DEPLOYMENT]",
		Short:   "Deploy the same commit again, with today's settings",
		Example: "  zeitwork redeploy\n  zeitwork redeploy 0199c0de-0000-7000-8000-000000000000 --detach",
		Long: "Deploy the same commit again, with today's settings and environment variables (default: that of the\n" +
			"newest deployment).\n\n" + ExitCodes,
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

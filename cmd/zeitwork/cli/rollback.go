package cli

import (
	"context"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/id"
)

func (a *app) rollbackCommand() *cobra.Command {
	command := &cobra.Command{
		Use:     "rollback [DEPLOYMENT]",
		Short:   "Go back to a deployment that was live, without a build",
		Example: "  zeitwork rollback\n  zeitwork rollback 0199c0de-0000-7000-8000-000000000000",
		Long: "Go back to a deployment that was live (default: the one before): its image runs again, with its\n" +
			"environment variables, and nothing is built. The VMs of the one before are kept running for some\n" +
			"minutes, so that going back to it takes no start.\n\n" +
			"The environment is pinned from then on: pushes are built and held, until zeitwork unpin, deploy or redeploy\n" +
			"ends that. A rollback that does not become live ends it, too.\n\n" + ExitCodes,
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

		a.sayf("The environment is pinned: pushes are built and wait. To undo that: `zeitwork unpin` lets the newest push go on, or `zeitwork deploy`.")

		return nil
	}

	return command
}

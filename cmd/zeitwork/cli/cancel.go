package cli

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"
)

func (a *app) cancelCommand() *cobra.Command {
	command := &cobra.Command{
		Use:               "cancel [DEPLOYMENT]",
		Short:             "Cancel a deployment that is not live yet",
		Example:           "  zeitwork cancel",
		Args:              cobra.MaximumNArgs(1),
		ValidArgsFunction: first(a.completeDeployments(underWay)),
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

	return a.projectFlag(a.environmentFlag(command, ofEnvironment))
}

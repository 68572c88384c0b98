package cli

import (
	"context"
	"io"

	"github.com/spf13/cobra"
)

func (a *app) checkCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "check",
		Short: "Have the platform look for pushes now",
		Long: `Have the platform look at the project's repository within seconds. It does so by itself: every few seconds
after a push, and every minute or two where nothing was pushed for long.

A push that is found is deployed. Why a repository cannot be looked at is in zeitwork status.`,
		Example: "  zeitwork check\n  zeitwork check -p shop",
		Args:    cobra.NoArgs,
	}

	command.RunE = a.run(func(ctx context.Context, api *API, _ []string) error {
		project, err := a.currentProject(ctx, api)
		if err != nil {
			return err
		}

		asked, err := checked(api.CheckProjectWithResponse(ctx, project.ID))
		if err != nil {
			return err
		}

		return a.print(asked.JSON202, func(io.Writer) {
			a.sayf("The platform looks at the repository of %s. `zeitwork status` shows what comes of it.", project.Slug)
		})
	})

	return a.projectFlag(command)
}

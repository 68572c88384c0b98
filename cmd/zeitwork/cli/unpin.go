package cli

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"
)

const unpinHelp = `End the pin of a rollback. The newest push that waits goes on and becomes live; where none waits, the
next push does.

A rollback pins its project: pushes are built and then held, so that what you went back to stays live.
zeitwork deploy and zeitwork redeploy unpin the project, too.

With --json the deployment that goes on is resumed_deployment_id, which is absent where none waited. A
project that is not pinned is an error.`

func (a *app) unpinCommand() *cobra.Command {
	command := &cobra.Command{
		Use:     "unpin",
		Short:   "Let pushes go live again after a rollback",
		Long:    unpinHelp,
		Example: "  zeitwork unpin\n  zeitwork unpin -p shop",
		Args:    cobra.NoArgs,
	}

	command.RunE = a.run(func(ctx context.Context, api *API, _ []string) error {
		project, err := a.currentProject(ctx, api)
		if err != nil {
			return err
		}

		unpinned, err := checked(api.UnpinProjectWithResponse(ctx, project.ID))
		if err != nil {
			return err
		}

		return a.print(unpinned.JSON200, func(w io.Writer) {
			if resumed := unpinned.JSON200.ResumedDeploymentID; resumed != nil {
				_, _ = fmt.Fprintf(w, "Unpinned %s. The push that waited goes on: %s\n", project.Slug, resumed)

				return
			}

			_, _ = fmt.Fprintf(w, "Unpinned %s. No push waited; the next one is deployed.\n", project.Slug)
		})
	})

	return a.projectFlag(command)
}

package cli

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/zeitwork/zeitwork/client"
)

const unpinHelp = `End the pin of a rollback. The newest push that waits goes on and becomes live; where none waits, the
next push does.

A rollback pins its environment: pushes are built and then held, so that what you went back to stays live.
zeitwork deploy and zeitwork redeploy unpin it, too.

With --json the deployment that goes on is resumed_deployment_id, which is absent where none waited. An
environment that is not pinned is an error.`

func (a *app) unpinCommand() *cobra.Command {
	command := &cobra.Command{
		Use:     "unpin",
		Short:   "Let pushes go live again after a rollback",
		Long:    unpinHelp,
		Example: "  zeitwork unpin\n  zeitwork unpin -p shop",
		Args:    cobra.NoArgs,
	}

	command.RunE = a.run(func(ctx context.Context, api *API, _ []string) error {
		project, environment, err := a.currentEnvironment(ctx, api)
		if err != nil {
			return err
		}

		unpinned, err := unpin(ctx, api, environment)
		if err != nil {
			return err
		}

		name := project.Slug
		if isPreview(*environment) {
			name = "the preview " + environment.Slug + " of " + name
		}

		return a.print(unpinned, func(w io.Writer) {
			if resumed := unpinned.ResumedDeploymentID; resumed != nil {
				_, _ = fmt.Fprintf(w, "Unpinned %s. The push that waited goes on: %s\n", name, resumed)

				return
			}

			_, _ = fmt.Fprintf(w, "Unpinned %s. No push waited; the next one is deployed.\n", name)
		})
	})

	return a.projectFlag(a.environmentFlag(command, "slug of the environment (default: production)"))
}

func unpin(ctx context.Context, api *API, environment *client.Environment) (*client.UnpinProjectOutputBody, error) {
	if !isPreview(*environment) {
		answer, err := checked(api.UnpinProjectWithResponse(ctx, environment.ProjectID))
		if err != nil {
			return nil, err
		}

		return answer.JSON200, nil
	}

	answer, err := checked(api.UnpinEnvironmentWithResponse(ctx, environment.ID))
	if err != nil {
		return nil, err
	}

	return answer.JSON200, nil
}

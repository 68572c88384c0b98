package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"
)

func (a *app) deleteProjectCommand() *cobra.Command {
	var yes bool

	command := &cobra.Command{
		Use:               "delete SLUG",
		Short:             "Delete a project, its deployments and its domains",
		Example:           "  zeitwork projects delete shop\n  zeitwork projects delete shop --yes",
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: first(a.completeProjects),
	}
	command.Flags().BoolVarP(&yes, "yes", "y", false, "do not ask")

	command.RunE = a.run(func(ctx context.Context, api *API, args []string) error {
		project, err := projectBySlug(ctx, api, args[0])
		if err != nil {
			return err
		}

		if !yes {
			if yes, err = a.confirm(ctx, fmt.Sprintf("Delete %s? %s will stop answering.", project.Slug, project.URL)); err != nil {
				return err
			}
		}

		if !yes {
			return UsageError(errors.New("nothing was deleted: say yes, or give --yes"))
		}

		if _, err := checked(api.DeleteProjectWithResponse(ctx, project.ID)); err != nil {
			return err
		}

		a.sayf("Deleted %s.", project.Slug)

		return nil
	})

	return command
}

package cli

import (
	"context"
	"fmt"
	"io"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/zeitwork/zeitwork/client"
)

func (a *app) scaleCommand() *cobra.Command {
	return a.projectFlag(&cobra.Command{
		Use:   "scale INSTANCES",
		Short: "Change how many VMs run the app, without a deployment",
		Long: "Change how many VMs run the app. What is live follows within seconds, without a deployment; `zeitwork\n" +
			"status` shows how far it is, and `zeitwork events` what was done.",
		Example: "  zeitwork scale 3\n  zeitwork scale 1 -p shop",
		Args:    cobra.ExactArgs(1),
		RunE:    a.run(a.scale),
	})
}

func (a *app) scale(ctx context.Context, api *API, args []string) error {
	instances, err := strconv.ParseInt(args[0], 10, 32)
	if err != nil || instances < 1 {
		return UsageError(fmt.Errorf("%q is not a number of instances: give one of at least 1", args[0]))
	}

	project, err := a.currentProject(ctx, api)
	if err != nil {
		return err
	}

	updated, err := checked(api.UpdateProjectWithResponse(ctx, project.ID, client.ProjectUpdate{Instances: &instances}))
	if err != nil {
		return err
	}

	return a.print(updated.JSON200, func(w io.Writer) {
		_, _ = fmt.Fprintf(w, "%s is to run on %s; before: %d. `zeitwork status` shows how far it is.\n",
			project.Slug, plural(instances, "instance"), value(project.Instances))
	})
}

// plural counts things in words.
func plural(count int64, thing string) string {
	if count == 1 {
		return "1 " + thing
	}

	return fmt.Sprintf("%d %ss", count, thing)
}

package cli

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/zeitwork/zeitwork/client"
)

func (a *app) scaleCommand() *cobra.Command {
	return a.projectFlag(&cobra.Command{
		Use:   "scale INSTANCES | REGION=INSTANCES...",
		Short: "Change how many VMs run the app, and in which regions, without a deployment",
		Long: "Change how many VMs run the app. With regions, so many run in each of them; previews and release commands run\n" +
			"in the first one. Without, they run wherever there is room. `zeitwork regions` lists the regions.\n\n" +
			"Visitors get to the VMs of the region nearest to them, and to those of others when none is left there. The\n" +
			"VMs of a region that is lost wait for it, so name two regions to outlive the loss of one.\n\n" +
			"What is live follows within seconds, without a deployment or a lost request; `zeitwork status` shows how far\n" +
			"it is, and `zeitwork events` what was done.",
		Example: "  zeitwork scale 3\n  zeitwork scale eu=2 us=1\n  zeitwork scale 1 -p shop",
		Args:    cobra.MinimumNArgs(1), ValidArgsFunction: a.completeShares,
		RunE: a.run(a.scale),
	})
}

func (a *app) scale(ctx context.Context, api *API, args []string) error {
	instances, regions, err := parseScale(args)
	if err != nil {
		return UsageError(err)
	}

	project, err := a.currentProject(ctx, api)
	if err != nil {
		return err
	}

	// A user who asks for another number of instances may not mean to give the regions up.
	if named := value(project.Regions); len(named) > 0 && len(regions) == 0 {
		return UsageError(fmt.Errorf("%s runs in regions: say how many instances run in each, such as `zeitwork scale %s`, "+
			"or let them run anywhere with `zeitwork projects set %s --regions \"\"`", project.Slug, describeShares(named), project.Slug))
	}

	update := client.ProjectUpdate{Instances: &instances}

	// An API of the version before knows of no regions.
	if len(regions) > 0 {
		update.Regions = &regions
	}

	updated, err := checked(api.UpdateProjectWithResponse(ctx, project.ID, update))
	if err != nil {
		return err
	}

	return a.print(updated.JSON200, func(w io.Writer) {
		where := ""
		if len(regions) > 0 {
			where = " (" + describeShares(regions) + ")"
		}

		before := strconv.FormatInt(value(project.Instances), 10)
		if named := value(project.Regions); len(named) > 0 {
			before = describeShares(named)
		}

		_, _ = fmt.Fprintf(w, "%s is to run on %s%s; before: %s. `zeitwork status` shows how far it is.\n",
			project.Slug, plural(instances, "instance"), where, before)
	})
}

// parseScale reads a number of instances, or how many run in each region. Without regions there is no list.
func parseScale(args []string) (instances int64, regions []client.RegionInstances, err error) {
	if len(args) > 1 || strings.Contains(args[0], "=") {
		regions, err = parseShares(args)

		return totalOf(regions), regions, err
	}

	instances, err = strconv.ParseInt(args[0], 10, 32)
	if err != nil || instances < 1 {
		return 0, nil, fmt.Errorf("%q is not a number of instances: give one of at least 1, or one for each region, such as eu=2 us=1", args[0])
	}

	return instances, nil, nil
}

// plural counts things in words.
func plural(count int64, thing string) string {
	if count == 1 {
		return "1 " + thing
	}

	return fmt.Sprintf("%d %ss", count, thing)
}

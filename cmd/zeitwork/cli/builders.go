package cli

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/samber/lo"
	"github.com/spf13/cobra"

	"github.com/zeitwork/zeitwork/client"
)

func (a *app) buildersCommand() *cobra.Command {
	return &cobra.Command{
		Use: "builders", Short: "The workers, and the BuildKit that each builds with", Example: "  zeitwork builders\n  zeitwork builders --json",
		Args: cobra.NoArgs, RunE: a.run(a.listBuilders),
	}
}

func allWorkers(ctx context.Context, api *API) ([]client.Builder, error) {
	return collect(func(cursor *string) ([]client.Builder, *string, error) {
		page, err := checked(api.ListBuildersWithResponse(ctx, &client.ListBuildersParams{Cursor: cursor, Limit: new(pageSize)}))
		if err != nil {
			return nil, nil, err
		}

		return page.JSON200.Items, page.JSON200.NextCursor, nil
	})
}

func (a *app) listBuilders(ctx context.Context, api *API, _ []string) error {
	builders, err := allWorkers(ctx, api)
	if err != nil {
		return err
	}

	return a.print(items(builders), func(w io.Writer) {
		t := newTable(w, "WORKER", "VERSION", "BUILDS", "BUILDKIT", "BUILDER", "CACHE", "SEEN")

		for _, builder := range builders {
			slots, _ := lo.Find(builder.Slots, func(slots client.QueueSlots) bool { return slots.Queue == "build" })

			buildkit := lo.FromPtrOr(builder.Buildkit.Version, "unknown")
			if builder.Buildkit.Error != nil {
				buildkit = "does not answer"
			}

			cache := ""
			if builder.Buildkit.DiskBytes != nil {
				cache = amountOfBytes(*builder.Buildkit.DiskBytes)
			}

			t.row(builder.Name, builder.Version, fmt.Sprintf("%d of %d", len(builder.Builds), slots.Slots), buildkit+" at "+builder.Buildkit.Address,
				versionsOfBuilders(builder), cache, ago(builder.LastSeenAt))
		}

		t.flush()
		writeBuilds(w, builders)
	})
}

// versionsOfBuilders are the versions of Zeitwork that the builders of a worker tell.
func versionsOfBuilders(worker client.Builder) string {
	versions := lo.Map(lo.FromPtr(worker.Buildkit.Builders), func(b client.BuilderVersion, _ int) string { return lo.FromPtrOr(b.Version, "unknown") })

	return lo.CoalesceOrEmpty(strings.Join(lo.Uniq(versions), ", "), "unknown")
}

// writeBuilds writes what is being built on which BuildKit.
func writeBuilds(w io.Writer, builders []client.Builder) {
	builds := lo.FlatMap(builders, func(builder client.Builder, _ int) []client.RunningBuild { return builder.Builds })
	if len(builds) == 0 {
		return
	}

	_, _ = fmt.Fprintln(w)

	t := newTable(w, "BUILDKIT", "DEPLOYMENT", "PROJECT", "SINCE")

	slices.SortStableFunc(builds, func(one, other client.RunningBuild) int {
		return strings.Compare(lo.FromPtr(one.Builder), lo.FromPtr(other.Builder))
	})

	for _, build := range builds {
		since := ""
		if build.Since != nil {
			since = ago(*build.Since)
		}

		t.row(lo.FromPtrOr(build.Builder, "not chosen yet"), build.DeploymentID.String(), build.Organisation.Slug+"/"+build.Project.Slug, since)
	}

	t.flush()
}

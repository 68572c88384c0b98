package cli

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/samber/lo"
	"github.com/spf13/cobra"

	"github.com/zeitwork/zeitwork/client"
)

func (a *app) regionsCommand() *cobra.Command {
	return &cobra.Command{
		Use: "regions", Short: "List the regions where apps can run", Example: "  zeitwork regions\n  zeitwork scale eu=2 us=1",
		Args: cobra.NoArgs, RunE: a.run(a.listRegions),
	}
}

func (a *app) listRegions(ctx context.Context, api *API, _ []string) error {
	found, err := checked(api.GetRegionsWithResponse(ctx))
	if err != nil {
		return err
	}

	return a.print(found.JSON200, func(w io.Writer) {
		t := newTable(w, "REGION", "INSTANCES CAN START")
		for _, region := range found.JSON200.Regions {
			t.row(region.Name, lo.Ternary(region.Ready, "yes", "not now"))
		}

		t.flush()
	})
}

// completeShares completes the regions that no argument names yet; how many instances follow is the user's to say.
func (a *app) completeShares(command *cobra.Command, args []string, toComplete string) ([]cobra.Completion, cobra.ShellCompDirective) {
	regions, directive := each(a.withAPI(func(ctx context.Context, api *API) ([]cobra.Completion, error) {
		found, err := checked(api.GetRegionsWithResponse(ctx))
		if err != nil {
			return nil, err
		}

		return lo.FilterMap(found.JSON200.Regions, func(region client.Region, _ int) (cobra.Completion, bool) {
			named := lo.ContainsBy(args, func(arg string) bool { return strings.HasPrefix(arg, region.Name+"=") })

			return region.Name + "=", !named
		}), nil
	}))(command, args, toComplete)

	return regions, directive | cobra.ShellCompDirectiveNoSpace
}

// parseShares reads how many instances run in each region, such as eu=2. Without any it returns an empty list.
func parseShares(args []string) ([]client.RegionInstances, error) {
	shares := make([]client.RegionInstances, 0, len(args))

	for _, arg := range args {
		region, count, _ := strings.Cut(arg, "=")

		instances, err := strconv.ParseInt(count, 10, 32)
		if err != nil || region == "" || instances < 1 {
			return nil, fmt.Errorf("%q is not a region with a number of instances: give such as eu=2, with at least 1, and leave other regions out", arg)
		}

		shares = append(shares, client.RegionInstances{Region: region, Instances: instances})
	}

	return shares, nil
}

// totalOf is how many instances regions have together.
func totalOf(shares []client.RegionInstances) int64 {
	return lo.SumBy(shares, func(share client.RegionInstances) int64 { return share.Instances })
}

// describeShares writes shares as users give them.
func describeShares(shares []client.RegionInstances) string {
	return strings.Join(lo.Map(shares, func(share client.RegionInstances, _ int) string {
		return fmt.Sprintf("%s=%d", share.Region, share.Instances)
	}), " ")
}

package api

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// maxInstances is how many instances a project can have in all regions together.
const maxInstances = 100

// Region is a place where apps can run.
type Region struct {
	Name  string `json:"name"`
	Ready bool   `doc:"Whether instances can start there now, as far as there is room. Those of a region that is not ready wait until it is." json:"ready"`
}

// RegionsOutput is every region of the platform.
type RegionsOutput struct {
	Body struct {
		Regions []Region `doc:"By their names." json:"regions" nullable:"false"`
	}
}

func (s *service) getRegions(ctx context.Context, _ *struct{}) (*RegionsOutput, error) {
	rows, err := s.queries.ListRegions(ctx, seenWithin)
	if err != nil {
		return nil, err
	}

	output := &RegionsOutput{}
	output.Body.Regions = lo.Map(rows, func(row database.ListRegionsRow, _ int) Region { return Region{Name: row.Region, Ready: row.Ready} })

	return output, nil
}

// regionsOf returns the regions that a project names.
func regionsOf(project database.Project) []RegionInstances {
	return lo.Map(project.RegionShares(), func(share database.RegionShare, _ int) RegionInstances {
		return RegionInstances{Region: share.Region, Instances: share.Instances}
	})
}

// regionColumns returns the values of the columns for regions, and how many instances these have together.
func regionColumns(regions []RegionInstances) (names []string, instances []int32, total int32) {
	names = lo.Map(regions, func(r RegionInstances, _ int) string { return r.Region })
	instances = lo.Map(regions, func(r RegionInstances, _ int) int32 { return *narrow(&r.Instances) })

	return names, instances, lo.Sum(instances)
}

// checkRegions refuses regions that a project cannot have. Instances is the number that is given beside them; nil: none is.
func checkRegions(ctx context.Context, queries *database.Queries, regions []RegionInstances, instances *int32) error {
	if len(regions) == 0 {
		return nil
	}

	names, _, total := regionColumns(regions)
	if twice := lo.FindDuplicates(names); len(twice) > 0 {
		return problem.New(problem.Invalid, "Region %s is named twice.", twice[0])
	}

	if total > maxInstances {
		return problem.New(problem.Invalid, "These are %d instances, and a project can have %d at the most.", total, maxInstances)
	}

	if instances != nil && *instances != total {
		return problem.New(problem.Invalid, "The regions have %d instances together, and instances says %d: leave instances out.", total, *instances)
	}

	return requireRegions(ctx, queries, names)
}

// requireRegions refuses regions that are not there, and tells which are.
func requireRegions(ctx context.Context, queries *database.Queries, names []string) error {
	rows, err := queries.ListRegions(ctx, seenWithin)
	if err != nil {
		return err
	}

	there := lo.Map(rows, func(row database.ListRegionsRow, _ int) string { return row.Region })

	unknown, ok := lo.Find(names, func(name string) bool { return !slices.Contains(there, name) })

	switch {
	case !ok:
		return nil
	case len(there) == 0:
		return problem.New(problem.Invalid, "There is no region %s: this platform has no nodes yet.", unknown)
	default:
		return problem.New(problem.Invalid, "There is no region %s. There are: %s.", unknown, strings.Join(there, ", "))
	}
}

// placeInstances returns the project after an update of its instances and regions.
func (u ProjectUpdate) placeInstances(ctx context.Context, queries *database.Queries, before, after database.Project) (database.Project, error) {
	if u.Regions == nil {
		if len(before.Regions) > 0 && after.Instances != before.Instances {
			return after, problem.New(problem.Conflict, "The project names regions (%s): say how many instances run in each, "+
				"or give an empty list of regions to have them run wherever there is room.", describeRegions(regionsOf(before)))
		}

		return after, nil
	}

	if err := checkRegions(ctx, queries, u.Regions, narrow(u.Instances)); err != nil {
		return after, err
	}

	names, instances, total := regionColumns(u.Regions)
	after.Regions, after.RegionInstances = names, instances

	if total > 0 {
		after.Instances = total
	}

	return after, nil
}

// placeNew gives a new project the regions that its settings name.
func (s *service) placeNew(ctx context.Context, regions []RegionInstances, params *database.CreateProjectParams) error {
	var total int32

	params.Regions, params.RegionInstances, total = regionColumns(regions)
	if total == 0 {
		return nil
	}

	// One is also what comes where the body leaves the number out.
	given := lo.Ternary(params.Instances == 1, nil, &params.Instances)
	if err := checkRegions(ctx, s.queries, regions, given); err != nil {
		return err
	}

	params.Instances = total

	return nil
}

// describeRegions writes regions as users of the CLI do: eu=2 us=1.
func describeRegions(regions []RegionInstances) string {
	return strings.Join(lo.Map(regions, func(r RegionInstances, _ int) string { return fmt.Sprintf("%s=%d", r.Region, r.Instances) }), " ")
}

package workflows

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// anywhere takes the place of a region's name for VMs that are placed wherever there is room.
const anywhere = ""

// sharesOf is how many VMs run a deployment, and where: in production as many as the project asks for, in the regions that it names; in a preview
// one, in the first of these. The region is anywhere where the project names none.
func sharesOf(project database.Project, deployment database.Deployment) []database.RegionShare {
	shares := project.RegionShares()
	if len(shares) == 0 {
		shares = []database.RegionShare{{Region: anywhere, Instances: int(project.Instances)}}
	}

	if deployment.EnvironmentID != project.ID {
		return []database.RegionShare{{Region: shares[0].Region, Instances: 1}}
	}

	return shares
}

// InstancesOf is how many VMs run a deployment, in all regions together.
func InstancesOf(project database.Project, deployment database.Deployment) int {
	return lo.SumBy(sharesOf(project, deployment), func(share database.RegionShare) int { return share.Instances })
}

// firstRegionOf is where something runs that a project has one of.
func firstRegionOf(project database.Project) string {
	if len(project.Regions) == 0 {
		return anywhere
	}

	return project.Regions[0]
}

// regionToStayIn is where a VM is replaced that stands in the region: there if its project names it, else in the first region that it names.
func regionToStayIn(project database.Project, region string) string {
	if slices.Contains(project.Regions, region) {
		return region
	}

	return firstRegionOf(project)
}

// missingOf is what is missing of the shares where so many VMs are there, by their regions.
func missingOf(shares []database.RegionShare, present map[string]int) []database.RegionShare {
	missing := lo.Map(shares, func(share database.RegionShare, _ int) database.RegionShare {
		there := present[share.Region]
		if share.Region == anywhere {
			there = lo.Sum(lo.Values(present))
		}

		return database.RegionShare{Region: share.Region, Instances: share.Instances - there}
	})

	return lo.Filter(missing, func(share database.RegionShare, _ int) bool { return share.Instances > 0 })
}

// fulfils tells whether the VMs, by their regions, are exactly those of the shares.
func fulfils(shares []database.RegionShare, present map[string]int) bool {
	if shares[0].Region == anywhere {
		return lo.Sum(lo.Values(present)) == shares[0].Instances
	}

	return maps.Equal(present, lo.SliceToMap(shares, func(share database.RegionShare) (string, int) { return share.Region, share.Instances }))
}

// describeShares says how many instances a project asks for: "3", or "2 in eu and 1 in us".
func describeShares(shares []database.RegionShare) string {
	words := lo.Map(shares, func(share database.RegionShare, _ int) string {
		if share.Region == anywhere {
			return strconv.Itoa(share.Instances)
		}

		return fmt.Sprintf("%d in %s", share.Instances, share.Region)
	})

	last := len(words) - 1
	if last == 0 {
		return words[0]
	}

	return strings.Join(words[:last], ", ") + " and " + words[last]
}

// regionError means that the VMs that a project has in a region cannot be placed there now. The cause says why.
type regionError struct{ cause error }

func (e *regionError) Error() string { return e.cause.Error() }
func (e *regionError) Unwrap() error { return e.cause }

// recordRegionWait writes into the project's timeline why instances of a region are missing, or cannot leave a node that was lost.
func recordRegionWait(ctx context.Context, queries *database.Queries, deployment uuid.UUID, cause error) error {
	err := queries.CreateDeploymentEventOnce(ctx, database.CreateDeploymentEventOnceParams{
		ID: id.New(), DeploymentID: deployment, Kind: eventInstances,
		Message: storable(problem.MessageOf(cause) + " Instances that are to run there wait until they can."),
	})
	if err != nil {
		return fmt.Errorf("write an event of the project: %w", err)
	}

	return nil
}

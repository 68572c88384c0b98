package api

import (
	"context"

	"github.com/google/uuid"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
)

// addOverviews says of each project, which the caller may see, how its production is.
func (s *service) addOverviews(ctx context.Context, projects []Project) error {
	user := callerOf(ctx).userID

	rows, err := s.queries.ListProjectOverviews(ctx, user, lo.Map(projects, func(p Project, _ int) uuid.UUID { return p.ID }))
	if err != nil {
		return err
	}

	// Where there is none the zero id finds nothing.
	ids := lo.FlatMap(rows, func(r database.ListProjectOverviewsRow, _ int) []uuid.UUID {
		return []uuid.UUID{lo.FromPtr(r.LiveID), lo.FromPtr(r.NewestID)}
	})

	deployments, err := s.queries.ListDeploymentSummaries(ctx, user, ids)
	if err != nil {
		return err
	}

	byProject := lo.KeyBy(rows, func(r database.ListProjectOverviewsRow) uuid.UUID { return r.ID })
	byID := lo.KeyBy(deployments, func(r database.ListDeploymentSummariesRow) uuid.UUID { return r.ID })

	for i := range projects {
		row := byProject[projects[i].ID]
		overview := &projects[i].Overview
		overview.Instances.Healthy, overview.Previews, overview.AsleepSince = int(row.Healthy), int(row.Previews), row.AsleepSince

		if live, ok := byID[lo.FromPtr(row.LiveID)]; ok {
			overview.Live, overview.Instances.Wanted = newDeploymentSummary(live), int(row.Instances)
		}

		if newest, ok := byID[lo.FromPtr(row.NewestID)]; ok {
			overview.Newest = newDeploymentSummary(newest)
		}
	}

	return nil
}

func newDeploymentSummary(row database.ListDeploymentSummariesRow) *DeploymentSummary {
	return &DeploymentSummary{
		ID: row.ID, State: row.State, Step: row.Step, Trigger: row.Trigger, Branch: row.Branch, CommitSHA: lo.FromPtr(row.CommitSHA),
		CommitMessage: lo.FromPtr(row.CommitMessage), CommitAuthor: lo.FromPtr(row.CommitAuthor), CreatedAt: row.CreatedAt, EndedAt: row.EndedAt,
	}
}

package api

import (
	"context"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
)

const (
	// maxRuns is more than the runs of the longest build log.
	maxRuns = 250_000
	// maxRanges is how many ranges of lines one answer has.
	maxRanges = 10_000
)

func (s *service) listBuildLogGroups(ctx context.Context, input *ListBuildLogGroupsInput) (*ListBuildLogGroupsOutput, error) {
	rows, err := s.queries.ListBuildLogGroups(ctx, database.ListBuildLogGroupsParams{
		DeploymentID: input.DeploymentID, OrganisationID: organisationOf(ctx), After: input.After, MaxRows: int32(input.Limit) + 1, //nolint:gosec // Bounded.
	})
	if err != nil {
		return nil, err
	}

	runs, err := s.queries.ListBuildLogRuns(ctx, input.DeploymentID, organisationOf(ctx), maxRuns)
	if err != nil {
		return nil, err
	}

	page := BuildLogGroups{Items: lo.Map(rows, func(row database.ListBuildLogGroupsRow, _ int) BuildLogGroup { return buildLogGroup(row) })}
	if len(page.Items) > input.Limit {
		page.Items = page.Items[:input.Limit]
		page.NextAfter = page.Items[input.Limit-1].Number
	}

	addRuns(page.Items, runs)

	return &ListBuildLogGroupsOutput{Body: page}, nil
}

func buildLogGroup(row database.ListBuildLogGroupsRow) BuildLogGroup {
	group := BuildLogGroup{
		Number: row.Number, Name: row.Name, State: row.State, Error: lo.FromPtr(row.Error), Attempt: row.Attempt,
		StartedAt: row.StartedAt, EndedAt: row.EndedAt, Ranges: []LogLineRange{},
	}

	// An attempt whose worker died could not tell that its instructions ended.
	if group.State == "running" && !row.AttemptRuns {
		group.State, group.EndedAt = "cancelled", row.AttemptEndedAt
	}

	if group.EndedAt != nil {
		group.DurationMS = max(group.EndedAt.Sub(group.StartedAt).Milliseconds(), 0)
	}

	return group
}

// addRuns gives groups their lines. Runs are in the order of the log.
func addRuns(groups []BuildLogGroup, runs []database.ListBuildLogRunsRow) {
	places := map[int32]int{}
	for i, group := range groups {
		places[group.Number] = i
	}

	ranges := 0

	for _, run := range runs {
		place, ok := places[run.GroupNumber]
		if !ok {
			continue
		}

		group := &groups[place]
		if group.Lines == 0 {
			group.FirstLine = run.FirstLine
		}

		group.LastLine = run.LastLine
		group.Lines += int64(run.LastLine) - int64(run.FirstLine) + 1

		if ranges++; ranges > maxRanges {
			group.RangesCut = true
		} else {
			group.Ranges = append(group.Ranges, LogLineRange{First: run.FirstLine, Last: run.LastLine})
		}
	}
}

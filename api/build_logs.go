package api

import (
	"context"

	"github.com/google/uuid"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
)

func (s *service) listBuildLogs(ctx context.Context, input *ListBuildLogsInput) (*ListLogsOutput, error) {
	extent, err := s.buildLogExtent(ctx, input.DeploymentID)
	if err != nil {
		return nil, err
	}

	from, err := s.behindLine(ctx, input.DeploymentID, input.From)
	if err != nil {
		return nil, err
	}

	page := input.LogPageInput
	page.After = max(page.After, from)

	answer, err := listLog(ctx, s.buildLog(input.DeploymentID), page, input.LogFilterInput, RuntimeFilterInput{})
	if err != nil {
		return nil, err
	}

	missing, err := s.queries.ListMissingBuildLogLines(ctx, input.DeploymentID, organisationOf(ctx))
	if err != nil {
		return nil, err
	}

	// Lines may have come meanwhile.
	last, _ := lo.Last(answer.Body.Items)
	answer.Body.Log = &BuildLogExtent{
		FirstLine: extent.FirstNumber, Total: max(extent.LastNumber, last.Number),
		Missing: lo.Map(missing, func(row database.ListMissingBuildLogLinesRow, _ int) MissingLogLines {
			return MissingLogLines{Number: row.Number, Lines: row.Missing}
		}),
	}

	return answer, nil
}

// buildLogExtent returns the numbers of the first and of the last line of a build log. Lines that are older than the numbers get theirs.
func (s *service) buildLogExtent(ctx context.Context, deployment uuid.UUID) (database.BuildLogExtentRow, error) {
	extent, err := s.queries.BuildLogExtent(ctx, deployment, organisationOf(ctx))
	if extent, err = found(extent, err, "deployment"); err != nil || extent.IsNumbered {
		return extent, err
	}

	err = s.inTx(ctx, func(queries *database.Queries) error {
		if err := queries.LockBuildLog(ctx, deployment.String()); err != nil {
			return err
		}

		return queries.NumberBuildLog(ctx, deployment)
	})
	if err != nil {
		return extent, err
	}

	return s.queries.BuildLogExtent(ctx, deployment, organisationOf(ctx))
}

// behindLine returns the id of the line in front of the one with that number; 0 where none is.
func (s *service) behindLine(ctx context.Context, deployment uuid.UUID, number int32) (int64, error) {
	if number <= 1 {
		return 0, nil
	}

	return s.queries.BuildLogIDBefore(ctx, number, deployment, organisationOf(ctx))
}

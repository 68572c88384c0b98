package api

import (
	"context"

	"github.com/google/uuid"

	"github.com/zeitwork/zeitwork/database"
)

func (s *service) listProjectEvents(ctx context.Context, input *ListProjectEventsInput) (*PageOutput[ProjectEvent], error) {
	before, err := input.before()
	if err != nil {
		return nil, err
	}

	rows, err := s.queries.ListProjectEvents(ctx, database.ListProjectEventsParams{
		ProjectID: input.ProjectID, OrganisationID: organisationOf(ctx), Before: before, MaxRows: input.rows(),
	})
	if err != nil {
		return nil, err
	}

	return page(input.PageInput, rows, newProjectEvent, func(e ProjectEvent) uuid.UUID { return e.ID }), nil
}

func newProjectEvent(row database.ProjectEvent) ProjectEvent {
	return ProjectEvent{ID: row.ID, Kind: row.Kind, Message: row.Message, DeploymentID: row.DeploymentID, CreatedAt: row.CreatedAt}
}

package api

import (
	"context"

	"github.com/google/uuid"

	"github.com/zeitwork/zeitwork/database"
)

// unpinProject unpins production.
func (s *service) unpinProject(ctx context.Context, input *ProjectPath) (*UnpinProjectOutput, error) {
	return s.unpin(ctx, input.ProjectID, uuid.Nil, func(details map[string]any) AuditEvent {
		return projectEvent("project.unpin", input.ProjectID, details)
	})
}

func (s *service) unpinEnvironment(ctx context.Context, input *EnvironmentPath) (*UnpinProjectOutput, error) {
	row, err := s.environment(ctx, input.EnvironmentID)
	if err != nil {
		return nil, err
	}

	return s.unpin(ctx, row.Environment.ProjectID, input.EnvironmentID, func(details map[string]any) AuditEvent {
		return environmentEvent("environment.unpin", input.EnvironmentID, details)
	})
}

// unpin unpins an environment of the project, or production where none is named, and records the event that is made of the details.
func (s *service) unpin(
	ctx context.Context, project, environment uuid.UUID, event func(details map[string]any) AuditEvent,
) (*UnpinProjectOutput, error) {
	resumed, err := s.deployments.Unpin(ctx, project, environment, func(ctx context.Context, queries *database.Queries, resumed uuid.UUID) error {
		details := map[string]any{}
		if resumed != uuid.Nil {
			details["resumed_deployment_id"] = resumed
		}

		return audit(ctx, queries, event(details))
	})
	if err != nil {
		return nil, err
	}

	output := &UnpinProjectOutput{}
	if resumed != nil {
		output.Body.ResumedDeploymentID = &resumed.ID
	}

	return output, nil
}

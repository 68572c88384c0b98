package api

import (
	"context"

	"github.com/google/uuid"

	"github.com/zeitwork/zeitwork/database"
)

func (s *service) unpinProject(ctx context.Context, input *ProjectPath) (*UnpinProjectOutput, error) {
	resumed, err := s.deployments.Unpin(ctx, input.ProjectID, uuid.Nil, func(ctx context.Context, queries *database.Queries, resumed uuid.UUID) error {
		details := map[string]any{}
		if resumed != uuid.Nil {
			details["resumed_deployment_id"] = resumed
		}

		return audit(ctx, queries, projectEvent("project.unpin", input.ProjectID, details))
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

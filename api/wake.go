package api

import (
	"context"
)

// wakeDeployment has what sleeps started for a request that the calling edge holds. Calls of all edges, however many, wake it once.
func (s *service) wakeDeployment(ctx context.Context, input *WakeDeploymentInput) (*WakeDeploymentOutput, error) {
	noRoom, err := s.deployments.Wake(ctx, input.Body.DeploymentID)
	if err != nil {
		return nil, err
	}

	output := &WakeDeploymentOutput{}
	output.Body.NoRoom = noRoom

	return output, nil
}

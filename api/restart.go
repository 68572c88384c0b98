package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"github.com/zeitwork/zeitwork/database"
)

func (s *service) registerRestart(api huma.API) {
	const path = "/v1/deployments/{deployment_id}/restart"

	huma.Register(api, also(operation(tagDeployments, developerOf(deploymentSubject()), http.MethodPost, http.StatusOK, "restart-deployment", path, text{
		"Restart a deployment", "Replaces the VMs of a live deployment by ones that start anew, with the same image and environment variables. Each old one serves " +
			"until its new one is healthy, so that no request is lost. Where there is no room for both nothing changes; the project's events say what was done. " +
			"One whose environment sleeps is woken.",
	}), http.StatusConflict), s.restartDeployment)
}

func (s *service) restartDeployment(ctx context.Context, input *DeploymentPath) (*DeploymentOutput, error) {
	err := s.deployments.Restart(ctx, input.DeploymentID, func(ctx context.Context, queries *database.Queries, restarted uuid.UUID) error {
		return audit(ctx, queries, deploymentEvent("deployment.restart", restarted))
	})
	if err != nil {
		return nil, err
	}

	return s.getDeployment(ctx, input)
}

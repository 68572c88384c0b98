package rig

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/client"
)

// deployTime bounds how long Deploy waits.
const deployTime = 20 * time.Minute

// NewProject makes a project of the first organisation that deploys when it is told to, with these environment variables.
func (p *Platform) NewProject(ctx context.Context, body client.CreateProjectInputBody, variables map[string]string) (client.Project, error) {
	body.AutoDeploy = new(bool)

	made, err := p.API.CreateProjectWithResponse(ctx, nil, body)
	if err != nil || made.JSON201 == nil {
		return client.Project{}, Failed("make the project", err, lo.FromPtr(made).Body)
	}

	for variable, value := range variables {
		set, err := p.API.SetEnvironmentVariableWithResponse(ctx, made.JSON201.ID, variable, nil, client.SetEnvironmentVariableInputBody{Value: value})
		if err != nil || set.StatusCode() != http.StatusOK {
			return client.Project{}, Failed("set "+variable, err, lo.FromPtr(set).Body)
		}
	}

	return *made.JSON201, nil
}

// DeleteProject deletes a project, whose VMs and builds would take time from what comes after it.
func (p *Platform) DeleteProject(ctx context.Context, project uuid.UUID) error {
	deleted, err := p.API.DeleteProjectWithResponse(ctx, project, &client.DeleteProjectParams{ForGood: new(true)})
	if err != nil || deleted.StatusCode() != http.StatusNoContent {
		return Failed("delete the project", err, lo.FromPtr(deleted).Body)
	}

	return nil
}

// Deploy deploys the newest commit of a project's branch and returns the deployment once it is live or has ended otherwise, with its timeline.
func (p *Platform) Deploy(ctx context.Context, project uuid.UUID) (client.Deployment, error) {
	const interval = 100 * time.Millisecond

	ctx, cancel := context.WithTimeout(ctx, deployTime)
	defer cancel()

	created, err := p.API.CreateDeploymentWithResponse(ctx, project, nil, client.CreateDeploymentInputBody{})
	if err != nil || created.JSON201 == nil {
		return client.Deployment{}, Failed("create the deployment", err, lo.FromPtr(created).Body)
	}

	for {
		answer, err := p.API.GetDeploymentWithResponse(ctx, created.JSON201.ID)
		if err != nil || answer.JSON200 == nil {
			return client.Deployment{}, Failed("read the deployment", err, lo.FromPtr(answer).Body)
		}

		d := *answer.JSON200
		if d.State != client.DeploymentStateQueued && d.State != client.DeploymentStateDeploying {
			return d, nil
		}

		if err := Sleep(ctx, interval); err != nil {
			return client.Deployment{}, fmt.Errorf("the deployment is still %s: %w", d.State, err)
		}
	}
}

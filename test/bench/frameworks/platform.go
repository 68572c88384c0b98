package frameworks

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/test/rig"
)

// platform is the running platform, by its API.
type platform struct {
	api *client.ClientWithResponses
}

// deployed is how one deployment went.
type deployed struct {
	digest string
	// build is how long the build and push steps took.
	build time.Duration
	// log is what BuildKit did, one line an instruction.
	log []string
}

func (p *platform) project(ctx context.Context, name string, s *rig.Sample, variables map[string]string) (uuid.UUID, error) {
	const memory, cpu = 512 << 20, 200

	made, err := p.api.CreateProjectWithResponse(ctx, nil, client.CreateProjectInputBody{
		Name: name, RepositoryURL: s.URL(), AutoDeploy: new(bool), MemoryBytes: lo.ToPtr[int64](memory), CPUMillis: lo.ToPtr[int64](cpu),
	})
	if err != nil || made.JSON201 == nil {
		return uuid.UUID{}, rig.Failed("make the project", err, lo.FromPtr(made).Body)
	}

	for variable, value := range variables {
		set, err := p.api.SetEnvironmentVariableWithResponse(ctx, made.JSON201.ID, variable, client.SetEnvironmentVariableInputBody{Value: value})
		if err != nil || set.StatusCode() != http.StatusOK {
			return uuid.UUID{}, rig.Failed("set "+variable, err, lo.FromPtr(set).Body)
		}
	}

	return made.JSON201.ID, nil
}

// remove deletes the project, whose VMs would take time from the builds that are measured after it.
func (p *platform) remove(ctx context.Context, project uuid.UUID) error {
	deleted, err := p.api.DeleteProjectWithResponse(ctx, project)
	if err != nil || deleted.StatusCode() != http.StatusNoContent {
		return rig.Failed("delete the project", err, lo.FromPtr(deleted).Body)
	}

	return nil
}

// deploy deploys the newest commit and returns when it is live.
func (p *platform) deploy(ctx context.Context, project uuid.UUID) (deployed, error) {
	const limit, interval = 20 * time.Minute, 100 * time.Millisecond

	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()

	created, err := p.api.CreateDeploymentWithResponse(ctx, project, nil, client.CreateDeploymentInputBody{})
	if err != nil || created.JSON201 == nil {
		return deployed{}, rig.Failed("create the deployment", err, lo.FromPtr(created).Body)
	}

	for {
		answer, err := p.api.GetDeploymentWithResponse(ctx, created.JSON201.ID)
		if err != nil || answer.JSON200 == nil {
			return deployed{}, rig.Failed("read the deployment", err, lo.FromPtr(answer).Body)
		}

		d := *answer.JSON200
		if d.State == client.DeploymentStateLive {
			return p.read(ctx, d)
		}

		if d.State != client.DeploymentStateQueued && d.State != client.DeploymentStateDeploying {
			return deployed{}, fmt.Errorf("the deployment is %s: %s", d.State, lo.FromPtr(d.Error).Message)
		}

		if err := rig.Sleep(ctx, interval); err != nil {
			return deployed{}, fmt.Errorf("the deployment is still %s: %w", d.State, err)
		}
	}
}

func (p *platform) read(ctx context.Context, d client.Deployment) (deployed, error) {
	result := deployed{digest: lo.FromPtr(d.ImageDigest)}

	for _, step := range lo.FromPtr(d.Timeline) {
		if step.EndedAt == nil {
			return deployed{}, fmt.Errorf("step %s of a live deployment has not ended", step.Step)
		}

		if step.Step == "build" || step.Step == "push" {
			result.build += step.EndedAt.Sub(step.StartedAt)
		}
	}

	if result.build == 0 || result.digest == "" {
		return deployed{}, errors.New("a live deployment was not built")
	}

	lines, err := p.api.ListBuildLogsWithResponse(ctx, d.ID, nil)
	if err != nil || lines.JSON200 == nil {
		return deployed{}, rig.Failed("read the build log", err, lo.FromPtr(lines).Body)
	}

	for _, line := range lines.JSON200.Items {
		if line.Stream == "system" && strings.Contains(line.Line, ": done in ") {
			result.log = append(result.log, line.Line)
		}
	}

	return result, nil
}

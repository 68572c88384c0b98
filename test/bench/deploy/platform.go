package deploy

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/test/rig"
)

// platform is the running platform with a project of the sample.
type platform struct {
	api     *client.ClientWithResponses
	project client.Project
	// edge asks the edge proxy, which answers on url, for the project's hostname.
	edge rig.Transport
	url  string
}

// deployed is how one deployment through the platform went.
type deployed struct {
	// total is from the push to the first 200 of the new version through the edge.
	total time.Duration
	// steps are how long each step of the chain took.
	steps parts
	// hops are the gaps between the end of a step and the beginning of the next.
	hops []time.Duration
	// begin is from the push to the beginning of the first step.
	begin time.Duration
	// flip is from the end of the last step to the first 200 of the new version.
	flip time.Duration
}

func newPlatform(ctx context.Context, started *rig.Platform, sample *rig.Sample) (*platform, error) {
	made, err := started.API.CreateProjectWithResponse(ctx, nil, client.CreateProjectInputBody{
		Name: "deploybench", RepositoryURL: sample.URL(), AutoDeploy: new(bool),
	})
	if err != nil || made.JSON201 == nil {
		return nil, rig.Failed("make the project", err, lo.FromPtr(made).Body)
	}

	hostname := strings.TrimPrefix(made.JSON201.URL, "http://")

	return &platform{api: started.API, project: *made.JSON201, edge: rig.Transport{Host: hostname}, url: started.EdgeURL()}, nil
}

// deploy deploys the newest commit, whose app answers with the text.
func (p *platform) deploy(ctx context.Context, text string) (deployed, error) {
	pushed := time.Now()

	created, err := p.api.CreateDeploymentWithResponse(ctx, p.project.ID, nil, client.CreateDeploymentInputBody{})
	if err != nil || created.JSON201 == nil {
		return deployed{}, rig.Failed("create the deployment", err, lo.FromPtr(created).Body)
	}

	if err := p.edge.AwaitOK(ctx, p.url, text); err != nil {
		return deployed{}, err
	}

	visible := time.Now()

	d, err := p.api.GetDeploymentWithResponse(ctx, created.JSON201.ID)
	if err != nil || d.JSON200 == nil {
		return deployed{}, rig.Failed("read the deployment", err, lo.FromPtr(d).Body)
	}

	return read(pushed, visible, lo.FromPtr(d.JSON200.Timeline))
}

// read returns how long each part of a deployment took by its timeline.
func read(pushed, visible time.Time, timeline []client.StepAttempt) (deployed, error) {
	if len(timeline) == 0 {
		return deployed{}, errors.New("the deployment has no timeline")
	}

	d := deployed{total: visible.Sub(pushed), begin: timeline[0].StartedAt.Sub(pushed)}

	for i, step := range timeline {
		if step.EndedAt == nil {
			return deployed{}, fmt.Errorf("step %s of a live deployment has not ended", step.Step)
		}

		d.steps = append(d.steps, part{name: step.Step, took: step.EndedAt.Sub(step.StartedAt)})

		if i > 0 {
			d.hops = append(d.hops, step.StartedAt.Sub(*timeline[i-1].EndedAt))
		}
	}

	d.flip = visible.Sub(*timeline[len(timeline)-1].EndedAt)

	return d, nil
}

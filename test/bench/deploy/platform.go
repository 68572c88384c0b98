package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/local/cluster"
)

// platform is the running platform with a project of the sample.
type platform struct {
	api     *client.ClientWithResponses
	project client.Project
	// edge sends every request to the edge proxy, with the project's hostname.
	edge *http.Client
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

func newPlatform(ctx context.Context, started *cluster.Cluster, s *sample) (*platform, error) {
	api, err := client.NewClientWithResponses(started.APIURL(), client.WithRequestEditorFn(func(_ context.Context, r *http.Request) error {
		r.Header.Set("Authorization", "Bearer "+started.UserToken())

		return nil
	}))
	if err != nil {
		return nil, fmt.Errorf("make the client: %w", err)
	}

	made, err := api.CreateProjectWithResponse(ctx, nil, client.CreateProjectInputBody{
		Name: "deploybench", RepositoryURL: s.url(), AutoDeploy: new(bool),
	})
	if err != nil || made.JSON201 == nil {
		return nil, fmt.Errorf("make the project: %w %s", err, lo.FromPtr(made).Body)
	}

	hostname := strings.TrimPrefix(made.JSON201.URL, "http://")

	return &platform{api: api, project: *made.JSON201, edge: &http.Client{Transport: withHost(hostname)}, url: started.EdgeURL()}, nil
}

// withHost is a transport that asks for a hostname which no nameserver knows.
type withHost string

func (h withHost) RoundTrip(request *http.Request) (*http.Response, error) {
	request = request.Clone(request.Context())
	request.Host = string(h)

	return http.DefaultTransport.RoundTrip(request)
}

// deploy deploys the newest commit, whose app answers with the text.
func (p *platform) deploy(ctx context.Context, text string) (deployed, error) {
	pushed := time.Now()

	created, err := p.api.CreateDeploymentWithResponse(ctx, p.project.ID, nil, client.CreateDeploymentInputBody{})
	if err != nil || created.JSON201 == nil {
		return deployed{}, fmt.Errorf("create the deployment: %w %s", err, lo.FromPtr(created).Body)
	}

	if err := firstOK(ctx, p.edge, p.url, text); err != nil {
		return deployed{}, err
	}

	visible := time.Now()

	d, err := p.api.GetDeploymentWithResponse(ctx, created.JSON201.ID)
	if err != nil || d.JSON200 == nil {
		return deployed{}, fmt.Errorf("read the deployment: %w %s", err, lo.FromPtr(d).Body)
	}

	return read(pushed, visible, lo.FromPtr(d.JSON200.Timeline))
}

// read takes a deployment's timeline apart.
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

// get returns the body of a 200.
func get(ctx context.Context, c *http.Client, url string) (string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return "", fmt.Errorf("ask %s: %w", url, err)
	}

	response, err := c.Do(request)
	if err != nil {
		return "", fmt.Errorf("ask %s: %w", url, err)
	}
	defer func() { _ = response.Body.Close() }()

	body, err := io.ReadAll(response.Body)
	if err != nil {
		return "", fmt.Errorf("read the answer of %s: %w", url, err)
	}

	if response.StatusCode != http.StatusOK {
		return "", fmt.Errorf("%s answers %s", url, response.Status)
	}

	return string(body), nil
}

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/test/rig"
)

// answerTime is how long the edge may take to answer with the page of a deployment that is live.
const answerTime = 15 * time.Second

// result is how the deployment of one application went.
type result struct {
	application

	// detected is the framework of the build plan; empty: there is none.
	detected        string
	built, answered bool
	// took is how long it took from the deployment's creation to the page.
	took time.Duration
	// reason says why it did not answer.
	reason string
}

func (r *result) summary() string {
	if r.answered {
		return fmt.Sprintf("answers after %.0f s", r.took.Seconds())
	}

	return "does not answer: " + r.reason
}

// try makes an application's source in a folder, deploys it and asks for its page.
func try(ctx context.Context, p *rig.Platform, a application, dir string) result {
	r := result{application: a}

	if err := r.run(ctx, p, dir); err != nil {
		r.reason = err.Error()
	}

	return r
}

func (r *result) run(ctx context.Context, p *rig.Platform, dir string) (err error) {
	repository, err := r.source(ctx, dir)
	if err != nil {
		return err
	}

	const memory, cpu = 1 << 30, 500

	project, err := p.NewProject(ctx, client.CreateProjectInputBody{
		Name: r.name, RepositoryURL: repository.URL(), MemoryBytes: lo.ToPtr[int64](memory), CPUMillis: lo.ToPtr[int64](cpu),
	}, r.variables)
	if err != nil {
		return err
	}

	defer func() {
		if failed := p.DeleteProject(context.WithoutCancel(ctx), project.ID); failed != nil && err == nil {
			err = failed
		}
	}()

	began := time.Now()

	d, err := p.Deploy(ctx, project.ID)
	if err != nil {
		return err
	}

	r.detected, r.built = detectedIn(d), d.ImageDigest != nil

	if d.State != client.DeploymentStateLive {
		return fmt.Errorf("the deployment is %s at %s: %s", d.State, d.Step, lo.FromPtr(d.Error).Message)
	}

	if err := r.ask(ctx, p.EdgeURL(), project.URL); err != nil {
		return err
	}

	r.answered, r.took = true, time.Since(began)

	return nil
}

// detectedIn returns the framework of a deployment's build plan.
func detectedIn(d client.Deployment) string {
	var plan struct {
		Framework string `json:"framework"`
	}

	encoded, err := json.Marshal(d.BuildPlan)
	if err != nil || json.Unmarshal(encoded, &plan) != nil {
		return ""
	}

	return plan.Framework
}

// ask waits until the page has the application's text.
func (r *result) ask(ctx context.Context, edge, project string) error {
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()

	visitor := rig.Transport{Host: strings.TrimPrefix(project, "http://"), HTTPS: true}

	for {
		answer, err := visitor.Ask(ctx, http.MethodGet, edge+lo.CoalesceOrEmpty(r.path, "/"), nil)
		if err == nil && answer.Status == http.StatusOK && strings.Contains(answer.Body, r.text) {
			return nil
		}

		if rig.Sleep(ctx, time.Second/10) != nil { //nolint:mnd // Ten times a second.
			return fmt.Errorf("the page answers with status %d, and %q is not in it: %s", answer.Status, r.text, beginningOf(answer.Body))
		}
	}
}

func beginningOf(text string) string {
	const enough = 300

	return text[:min(enough, len(text))]
}

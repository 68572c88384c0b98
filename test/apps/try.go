package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/test/rig"
	"github.com/zeitwork/zeitwork/test/trial"
)

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

func (r *result) run(ctx context.Context, p *rig.Platform, dir string) error {
	repository, err := r.source(ctx, dir)
	if err != nil {
		return err
	}

	began := time.Now()
	settings := client.CreateProjectInputBody{Name: r.name, RepositoryURL: repository.URL()}

	return trial.Deploy(ctx, p, settings, r.variables, func(project client.Project, d client.Deployment) error {
		r.detected, r.built = detectedIn(d), d.ImageDigest != nil

		if d.State != client.DeploymentStateLive {
			return fmt.Errorf("the deployment is %s at %s: %s", d.State, d.Step, lo.FromPtr(d.Error).Message)
		}

		if err := trial.AwaitPage(ctx, p, project, lo.CoalesceOrEmpty(r.path, "/"), r.text); err != nil {
			return err
		}

		r.answered, r.took = true, time.Since(began)

		return nil
	})
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

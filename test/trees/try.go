package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/test/rig"
	"github.com/zeitwork/zeitwork/test/trial"
)

// result is how the deployment of one tree ended.
type result struct {
	tree

	// got says how.
	got string
	// differs says what is not as it should be; empty: nothing.
	differs string
	// took is how long it took from the deployment's creation to its end or its page.
	took time.Duration
}

func (r *result) ok() bool { return r.differs == "" }

// try makes a tree's repository in a directory, deploys it and compares how that ends with what is right.
func try(ctx context.Context, p *rig.Platform, t tree, directory string) result {
	r := result{tree: t}

	if err := r.run(ctx, p, directory); err != nil {
		r.got, r.differs = err.Error(), "it did not come to an end"
	}

	return r
}

func (r *result) run(ctx context.Context, p *rig.Platform, directory string) error {
	repository, err := r.repository(ctx, directory, true)
	if err != nil {
		return err
	}

	settings := r.settings
	settings.Name, settings.RepositoryURL = r.name, repository.URL()
	began := time.Now()

	return trial.Deploy(ctx, p, settings, r.variables, func(project client.Project, d client.Deployment) error {
		r.compare(ctx, p, project, d)
		r.took = time.Since(began)

		if r.ok() {
			return r.compareLog(ctx, p, d)
		}

		return r.sayLog(ctx, p, d)
	})
}

// compare compares the end of the deployment with what is right.
func (r *result) compare(ctx context.Context, p *rig.Platform, project client.Project, d client.Deployment) {
	right := r.end()

	switch {
	case d.State == client.DeploymentStateLive && len(right.fails) == 0:
		r.got = "answers"

		if err := trial.AwaitPage(ctx, p, project, lo.CoalesceOrEmpty(right.path, "/"), right.text); err != nil {
			r.got, r.differs = err.Error(), "another page"
		}
	case d.State == client.DeploymentStateLive:
		r.got, r.differs = "is live", "it should fail"
	default:
		failure := lo.FromPtr(d.Error)
		r.got = fmt.Sprintf("%s at %s: %s", d.State, d.Step, failure.Message)

		switch missing := missingIn(failure.Message, right.fails); {
		case right.text != "":
			r.differs = "it should answer"
		case len(missing) > 0:
			r.differs = "the sentence lacks " + quoted(missing...)
		case d.State != client.DeploymentStateFailed || failure.Code == client.DeploymentErrorCodeInternal || failure.Code == client.DeploymentErrorCodeUnavailable:
			r.differs = "it is told as trouble of the platform's"
		}
	}
}

// compareLog looks for what is right in the deployment's build log.
func (r *result) compareLog(ctx context.Context, p *rig.Platform, d client.Deployment) error {
	for _, text := range r.end().log {
		lines, err := logOf(ctx, p, d, client.ListBuildLogsParams{Q: &text})
		if err != nil {
			return err
		}

		if len(lines) == 0 {
			r.differs = "the log lacks " + quoted(text)
		}
	}

	return nil
}

// sayLog writes the end of the deployment's build log, which says more than the table.
func (r *result) sayLog(ctx context.Context, p *rig.Platform, d client.Deployment) error {
	const enough = 40

	lines, err := logOf(ctx, p, d, client.ListBuildLogsParams{Tail: lo.ToPtr[int64](enough)})
	for _, line := range lines {
		trial.Say(r.name, line.Line)
	}

	return err
}

func logOf(ctx context.Context, p *rig.Platform, d client.Deployment, params client.ListBuildLogsParams) ([]client.LogLine, error) {
	answer, err := p.API.ListBuildLogsWithResponse(ctx, d.ID, &params)
	if err != nil || answer.JSON200 == nil {
		return nil, rig.Failed("read the build log", err, lo.FromPtr(answer).Body)
	}

	return answer.JSON200.Items, nil
}

// missingIn returns those of the texts that a text does not have.
func missingIn(text string, texts []string) []string {
	return lo.Reject(texts, func(one string, _ int) bool { return strings.Contains(text, one) })
}

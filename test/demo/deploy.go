package main

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/local/fakegithub"
	"github.com/zeitwork/zeitwork/test/rig"
)

const (
	// deployTime bounds how long a deployment may take.
	deployTime = 10 * time.Minute
	// lookAgain is how long is waited before a deployment is looked at again.
	lookAgain = 500 * time.Millisecond
)

// deployFirst waits until every project was deployed for the first time, which a new one is without being asked.
func (w *world) deployFirst(ctx context.Context) error {
	for _, name := range []string{guide, backend, invoices, reports, shop} {
		if err := w.awaitCommit(ctx, name, w.platform.GitHub().Head(w.repositories[name], "main"), client.DeploymentStateLive); err != nil {
			return err
		}
	}

	return nil
}

// deployMore has the people push and open pull requests, which the platform notices by itself.
func (w *world) deployMore(ctx context.Context) error {
	github := w.platform.GitHub()

	basket := github.Push(w.repositories[shop], "basket", fakegithub.Commit{
		Message: "Keep the basket for a week", Author: fullName(grace), Files: text("basket.js", "exports.days = 7;\n"),
	})
	github.OpenPull(w.repositories[shop], fakegithub.Pull{Title: "Keep the basket for a week", User: grace, Head: "basket"})

	if err := w.awaitCommit(ctx, shop, basket, client.DeploymentStateLive); err != nil {
		return err
	}

	fork := github.Fork(w.repositories[shop], robin)
	github.Push(fork, "typos", fakegithub.Commit{Message: "Mend three typos", Author: fullName(robin), Files: text("README.md", "# The shop\n")})
	github.OpenPull(w.repositories[shop], fakegithub.Pull{Title: "Mend three typos", User: robin, Head: "typos", HeadRepository: fork})

	next := github.Push(w.repositories[shop], "main", fakegithub.Commit{
		Message: "Show the price with tax\n\nWhere the customer is decides the rate.", Author: fullName(ada),
		Files: text("tax.js", "exports.rates = { DE: 0.19, FR: 0.2 };\n"),
	})
	if err := w.awaitCommit(ctx, shop, next, client.DeploymentStateLive); err != nil {
		return err
	}

	return w.awaitCommit(ctx, invoices, github.Push(w.repositories[invoices], "main", fakegithub.Commit{
		Message: "Answer on the port that the proxy asks", Author: fullName(alan), Files: text("server.js", listensElsewhere),
	}), client.DeploymentStateFailed)
}

// listensElsewhere is a server of which no platform gets an answer: it listens on the machine's own address alone, which many do by mistake.
const listensElsewhere = `const http = require('node:http');

console.log('connecting to the ledger');
http
  .createServer((request, response) => response.end('no invoice is due\n'))
  .listen(3000, '127.0.0.1', () => console.log('invoices listens on 127.0.0.1:3000'));
`

// leaveUnderWay leaves two deployments that build for as long as the demo runs, and one that waits for its turn behind them.
func (w *world) leaveUnderWay(ctx context.Context) error {
	const slow = "FROM node:24\nWORKDIR /app\nRUN echo 'Reading 18,204 invoices' && sleep 7200\nCOPY server.js .\nCMD [\"node\", \"server.js\"]\n"

	github := w.platform.GitHub()
	year := github.Push(w.repositories[reports], "year", fakegithub.Commit{
		Message: "Sum up the whole year", Author: fullName(alan), Files: text("Dockerfile", slow),
	})
	github.OpenPull(w.repositories[reports], fakegithub.Pull{Title: "Sum up the whole year", User: alan, Head: "year"})

	quarter := github.Push(w.repositories[reports], "main", fakegithub.Commit{
		Message: "Compare with the quarter before", Author: fullName(grace), Files: text("Dockerfile", slow),
	})

	for _, commit := range []string{year, quarter} {
		if err := w.awaitStep(ctx, reports, commit, "build"); err != nil {
			return err
		}
	}

	errors := github.Push(w.repositories[guide], "main", fakegithub.Commit{
		Message: "List all errors", Author: fullName(grace), Files: text("errors.html", "<!doctype html>\n<title>Errors</title>\n"),
	})

	return w.awaitStep(ctx, guide, errors, "clone")
}

// deployments is where the deployments of a project are.
func (w *world) deployments(project string) string {
	return "/v1/projects/" + w.projects[project].ID.String() + "/deployments"
}

func text(path, content string) map[string]fakegithub.File {
	return fakegithub.Text(map[string]string{path: content})
}

// awaitCommit waits until the newest deployment of a commit has ended, as it should.
func (w *world) awaitCommit(ctx context.Context, project, commit string, as client.DeploymentState) error {
	d, err := w.find(ctx, project, commit, func(client.Deployment) bool { return true })
	if err != nil {
		return err
	}

	return w.await(ctx, d.ID, as)
}

// awaitStep waits until a deployment of a commit stands at a step.
func (w *world) awaitStep(ctx context.Context, project, commit, step string) error {
	_, err := w.find(ctx, project, commit, func(d client.Deployment) bool { return string(d.Step) == step })

	return err
}

// find waits until there is a deployment of a commit that is as it is wanted.
func (w *world) find(ctx context.Context, project, commit string, wanted func(client.Deployment) bool) (client.Deployment, error) {
	ctx, cancel := context.WithTimeout(ctx, deployTime)
	defer cancel()

	for {
		var page struct {
			Items []client.Deployment `json:"items"`
		}

		if err := w.owner.call(ctx, http.MethodGet, w.deployments(project), nil, &page); err != nil {
			return client.Deployment{}, err
		}

		if d, ok := lo.Find(page.Items, func(d client.Deployment) bool { return lo.FromPtr(d.CommitSHA) == commit && wanted(d) }); ok {
			return d, nil
		}

		if err := rig.Sleep(ctx, lookAgain); err != nil {
			return client.Deployment{}, fmt.Errorf("%s does not deploy %s: %w", project, commit, err)
		}
	}
}

// await waits until a deployment has ended as it should.
func (w *world) await(ctx context.Context, deployment uuid.UUID, as client.DeploymentState) error {
	ctx, cancel := context.WithTimeout(ctx, deployTime)
	defer cancel()

	for {
		var d client.Deployment
		if err := w.owner.call(ctx, http.MethodGet, "/v1/deployments/"+deployment.String(), nil, &d); err != nil {
			return err
		}

		if d.State == as {
			return nil
		}

		if d.State != client.DeploymentStateQueued && d.State != client.DeploymentStateDeploying {
			return fmt.Errorf("the deployment of %q has ended as %s: %s", lo.FromPtr(d.CommitMessage), d.State, lo.FromPtr(d.Error).Message)
		}

		if err := rig.Sleep(ctx, lookAgain); err != nil {
			return fmt.Errorf("the deployment of %q is still %s: %w", lo.FromPtr(d.CommitMessage), d.State, err)
		}
	}
}

package api

import (
	"context"
	"net/url"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/workflows"
)

// addActors says of each deployment who started it.
func (s *service) addActors(ctx context.Context, deployments []Deployment) error {
	ids := lo.Map(deployments, func(d Deployment, _ int) uuid.UUID { return d.ID })

	rows, err := s.queries.ListDeploymentActors(ctx, ids, organisationOf(ctx))
	if err != nil {
		return err
	}

	known := lo.KeyBy(rows, func(r database.ListDeploymentActorsRow) uuid.UUID { return r.ID })

	for i := range deployments {
		if row, ok := known[deployments[i].ID]; ok {
			deployments[i].Actor = newDeploymentActor(row)

			continue
		}

		deployments[i].Actor = actorOfNobody(deployments[i])
	}

	return nil
}

// actorOfNobody is who started a deployment for which no user asked.
func actorOfNobody(deployment Deployment) *DeploymentActor {
	if deployment.Trigger != string(workflows.TriggerPush) {
		return &DeploymentActor{Kind: database.ActorPlatform}
	}

	pusher := &DeploymentActor{Kind: "push", Name: deployment.CommitAuthor}
	if deployment.PullRequest != nil {
		pusher.Login = deployment.PullRequest.Author
	}

	return pusher
}

func newDeploymentActor(row database.ListDeploymentActorsRow) *DeploymentActor {
	if row.TokenID != nil {
		return &DeploymentActor{Kind: database.ActorToken, ID: row.TokenID, Name: lo.FromPtr(row.TokenName)}
	}

	return &DeploymentActor{Kind: database.ActorUser, ID: &row.UserID, Name: row.UserName, Login: lo.FromPtr(row.GithubLogin)}
}

// pageOnGitHub returns a page of a project's repository on GitHub, and "" where the repository is elsewhere.
func pageOnGitHub(project database.Project, path ...string) string {
	repository, err := url.Parse(project.RepositoryURL)
	// URLs with a user are for git over SSH.
	if err != nil || repository.User != nil || (project.GithubRepositoryID == nil && repository.Hostname() != "github.com") {
		return ""
	}

	repository.Path = strings.TrimSuffix(repository.Path, ".git")

	return repository.JoinPath(path...).String()
}

// pullRequestOf returns the pull request that an environment is the preview of; nil for none.
func pullRequestOf(project database.Project, environment database.Environment) *DeploymentPullRequest {
	if environment.PullRequestNumber == nil {
		return nil
	}

	number := int(*environment.PullRequestNumber)

	return &DeploymentPullRequest{
		Number: number, Title: lo.FromPtr(environment.PullRequestTitle), Author: lo.FromPtr(environment.PullRequestAuthor),
		URL: pageOnGitHub(project, "pull", strconv.Itoa(number)),
	}
}

// originOf returns the deployment that another one repeats; nil for none.
func (s *service) originOf(ctx context.Context, deployment database.Deployment) (*DeploymentOrigin, error) {
	if deployment.OriginID == nil {
		return nil, nil //nolint:nilnil // Most repeat none.
	}

	row, err := s.deployment(ctx, *deployment.OriginID)
	if err != nil {
		return nil, err
	}

	return &DeploymentOrigin{
		ID: row.Deployment.ID, Environment: row.Environment.Slug, State: row.Deployment.State, CommitSHA: lo.FromPtr(row.Deployment.CommitSHA),
		CommitMessage: lo.FromPtr(row.Deployment.CommitMessage), CreatedAt: row.Deployment.CreatedAt,
	}, nil
}

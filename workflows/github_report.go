package workflows

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/github"
	"github.com/zeitwork/zeitwork/internal/logging"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// GitHub is told how deployments stand, by its own deployments and the statuses of commits. The row says of which state it was last told, and reconcile
// inserts a job for each that has another one: no step of a deployment knows of GitHub, or waits for it. The job may be repeated at any point, since
// GitHub's deployment is found again by our id. States that come and go while GitHub does not answer are left out.

// reportFor is how long GitHub may fail to be told of a change.
const reportFor = 24 * time.Hour

// reportToGithub tells GitHub of a deployment, or of what is new in the preview of a pull request.
func (w *Worker) reportToGithub(ctx context.Context, job *river.Job[arguments]) error {
	if job.Args.EnvironmentID != uuid.Nil {
		return w.commentOnPull(ctx, job.Args.EnvironmentID)
	}

	return w.reportDeployment(ctx, job.Args.DeploymentID)
}

// reportDeployment tells GitHub of the state that a deployment has.
func (w *Worker) reportDeployment(ctx context.Context, deployment uuid.UUID) error {
	queries := database.New(w.pool)

	row, err := queries.GetDeploymentToReport(ctx, deployment)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil // It was too old to be kept.
	}

	if err != nil {
		return fmt.Errorf("read the deployment: %w", err)
	}

	d := row.Deployment
	if d.GithubReported == nil || *d.GithubReported == d.State || d.CommitSHA == nil {
		return nil
	}

	err = w.tell(ctx, queries, row)
	if err != nil && passes(err) && time.Since(changedAt(d)) < reportFor {
		return askAgain(err)
	}

	var message *string

	if err != nil {
		message = new(storable(problem.MessageOf(err)))
		w.logger.InfoContext(ctx, "GitHub is not told of a deployment", logging.Deployment(d.ID), slog.String("state", d.State), logging.Error(err))
	}

	// The comment says what the deployment's row does. It must not be forgotten, and so comes first.
	return errors.Join(
		queries.MakeCommentDue(ctx, d.EnvironmentID),
		queries.RecordReportError(ctx, message, d.ProjectID),
		queries.RecordReport(ctx, d.State, d.ID),
	)
}

// changedAt is when a deployment came to the state that it has.
func changedAt(d database.Deployment) time.Time {
	latest := d.CreatedAt

	for _, at := range []*time.Time{d.StartedAt, d.EndedAt, d.RetiredAt} {
		if at != nil && at.After(latest) {
			latest = *at
		}
	}

	return latest
}

func (w *Worker) tell(ctx context.Context, queries *database.Queries, row database.GetDeploymentToReportRow) error {
	to, err := w.reach(ctx, queries, row.Project.GithubRepositoryID)
	if err != nil {
		return err
	}

	ctx, cancel := context.WithTimeout(github.Background(ctx), githubTimeout)
	defer cancel()

	// An account may have granted one permission and not the other.
	return first(w.tellDeployment(ctx, queries, to, row), w.tellStatus(ctx, to, row))
}

// tellDeployment makes GitHub's deployment, where there is none yet, and gives it the state. One that ends before GitHub has heard of it is left out.
func (w *Worker) tellDeployment(ctx context.Context, queries *database.Queries, to reach, row database.GetDeploymentToReportRow) error {
	d, words := row.Deployment, wordsFor(row.Deployment)
	known := lo.FromPtr(d.GithubDeploymentID)

	if known == 0 && words.deployment == github.Inactive {
		return nil
	}

	if known == 0 {
		isProduction := row.Environment.Kind == environmentProduction

		var err error

		known, err = to.installation.EnsureDeployment(ctx, to.repository, github.Deployment{
			Key: d.ID.String(), Commit: *d.CommitSHA, Environment: row.Project.Slug + "/" + row.Environment.Slug,
			Description: "A deployment of " + row.Project.Slug + " by Zeitwork.", IsTransient: !isProduction, IsProduction: isProduction,
		})
		if err != nil {
			return err
		}

		if err := queries.SetGithubDeployment(ctx, known, d.ID); err != nil {
			return fmt.Errorf("write the id of GitHub's deployment: %w", err)
		}
	}

	state := github.DeploymentState{State: words.deployment, Description: words.sentence, LogURL: w.pageOf(d)}
	if d.State == stateLive {
		state.URL = w.config.OriginOf(row.Hostname)
	}

	return to.installation.SetDeploymentState(ctx, to.repository, known, state)
}

// tellStatus gives the commit its status, unless that is another deployment's to say.
func (w *Worker) tellStatus(ctx context.Context, to reach, row database.GetDeploymentToReportRow) error {
	words := wordsFor(row.Deployment)
	if words.status == "" || !row.IsNewest {
		return nil
	}

	page := w.pageOf(row.Deployment)
	if page == "" && row.Deployment.State == stateLive {
		page = w.config.OriginOf(row.Hostname)
	}

	return to.installation.SetStatus(ctx, to.repository, *row.Deployment.CommitSHA, github.Status{
		State: words.status, Context: statusContext(row.Project, row.Environment), Description: words.sentence, URL: page,
	})
}

// statusContext names the statuses of a project's production, or those of its previews. They stay the same, so that a repository can require them.
func statusContext(project database.Project, environment database.Environment) string {
	if environment.Kind == environmentProduction {
		return "zeitwork/" + project.Slug
	}

	return "zeitwork/" + project.Slug + "/preview"
}

// pageOf is where people look at a deployment and its log; empty where the platform has no such place.
func (w *Worker) pageOf(deployment database.Deployment) string {
	if w.config.DashboardURL.Host == "" {
		return ""
	}

	return w.config.DashboardURL.JoinPath("deployments", deployment.ID.String()).String()
}

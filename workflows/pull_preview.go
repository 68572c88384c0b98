package workflows

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/github"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// ensurePullPreview returns the preview of a pull request, and makes it where there is none. The project is locked. A project
// that has as many previews as it may have is a conflict.
func (d *Deployments) ensurePullPreview(
	ctx context.Context, queries *database.Queries, project database.Project, pull github.Pull,
) (database.Environment, error) {
	preview, err := queries.GetPreviewOf(ctx, project.ID, pullRef(pull.Number))
	isNew := errors.Is(err, pgx.ErrNoRows)

	if err != nil && !isNew {
		return database.Environment{}, fmt.Errorf("look for the preview of the pull request: %w", err)
	}

	if isNew {
		name := pullPreviewName(pull.Number)
		if preview, err = d.makePreview(ctx, queries, project, newPreview{
			branch: pullRef(pull.Number), isFork: pull.IsFork, name: name, called: fmt.Sprintf("Pull request %d", pull.Number),
		}); err != nil {
			return database.Environment{}, err
		}
	}

	preview, err = queries.SetPullRequest(ctx, database.SetPullRequestParams{
		ID: preview.ID, Number: int32(pull.Number), //nolint:gosec // GitHub counts them from 1 in each repository.
		Title: storable(pull.Title), Author: storable(pull.Author.Login), HeadBranch: storable(pull.Head), IsFork: pull.IsFork,
	})
	if err != nil {
		return database.Environment{}, fmt.Errorf("write what the pull request is: %w", err)
	}

	return preview, nil
}

// LeaveRepository ends the previews of a project's pull requests, in the transaction that gives the project another repository, whose pull requests may have
// the same numbers. The project is locked and nothing behind the turns to build.
func (d *Deployments) LeaveRepository(ctx context.Context, tx pgx.Tx, project uuid.UUID) error {
	queries := database.New(tx)

	environments, err := queries.ListEnvironments(ctx, project)
	if err != nil {
		return fmt.Errorf("list the project's environments: %w", err)
	}

	for _, environment := range environments {
		if environment.PullRequestNumber == nil {
			continue
		}

		if err := d.endPreview(ctx, tx, queries, environment, "the project got another repository"); err != nil {
			return err
		}
	}

	if err := queries.DropComments(ctx, project); err != nil {
		return fmt.Errorf("drop the comments that are due: %w", err)
	}

	return nil
}

// awaitApproval leaves the newest commit of a fork's pull request until a member approves it. The project is locked.
func awaitApproval(ctx context.Context, queries *database.Queries, project database.Project, preview database.Environment, commit string) error {
	if lo.FromPtr(preview.AwaitingCommit) == commit {
		return nil
	}

	if err := queries.AwaitApproval(ctx, &commit, preview.ID); err != nil {
		return fmt.Errorf("write that a commit waits for approval: %w", err)
	}

	// A push puts the end off, whether or not it is deployed.
	if err := queries.ExtendPreview(ctx, previewLasts(project), preview.ID); err != nil {
		return fmt.Errorf("extend the preview: %w", err)
	}

	return recordEvent(ctx, queries, project.ID, nil, eventPreview, WaitingForApproval(preview, commit))
}

// WaitingForApproval says what a commit of a fork waits for.
func WaitingForApproval(preview database.Environment, commit string) string {
	return fmt.Sprintf("Waiting for approval: pull request %d comes from a fork, so that anybody may have written it. Look at commit %.12s, and approve it: "+
		"zeitwork environments approve %s.", lo.FromPtr(preview.PullRequestNumber), commit, preview.Slug)
}

// commitFor returns the commit that a deployment to an environment is for; empty for the newest one of its branch. That of a pull request is the one at
// which it was seen, and that of a fork has been approved.
func commitFor(environment database.Environment, commit string) (string, error) {
	if environment.PullRequestNumber == nil {
		return commit, nil
	}

	approved := lo.FromPtr(environment.ApprovedCommit)

	switch {
	case environment.IsFork && (approved == "" || cmp.Or(commit, approved) != approved):
		return "", problem.New(problem.Conflict, "Pull request %d comes from a fork: a member has to approve a commit before it is deployed. "+
			"Look at it, and approve it: zeitwork environments approve %s.", *environment.PullRequestNumber, environment.Slug)
	case environment.IsFork:
		return approved, nil
	case commit == "" && environment.LastSeenCommit == nil:
		return "", problem.New(problem.Conflict, "Pull request %d was not looked at yet. Name the commit to deploy.", *environment.PullRequestNumber)
	default:
		return cmp.Or(commit, lo.FromPtr(environment.LastSeenCommit)), nil
	}
}

// pullPreviewName is what the slug of the preview of a pull request is made of.
func pullPreviewName(number int64) string { return fmt.Sprintf("pr-%d", number) }

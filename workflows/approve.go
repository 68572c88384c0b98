package workflows

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// ApproveRequest asks to deploy the commit of a fork's pull request.
type ApproveRequest struct {
	EnvironmentID uuid.UUID
	// Commit is the one that whoever approves has looked at: a later one needs another approval.
	Commit string
	// ApprovedBy is the user who asked.
	ApprovedBy *uuid.UUID
	// Also may be nil; it gets the id of the deployment.
	Also Also
}

// Approve deploys the commit that waits for an approval in the preview of a pull request from a fork. Another commit than that is a conflict, and so is
// an environment in which none waits, and the first one of a project that has as many previews as it may have.
func (d *Deployments) Approve(ctx context.Context, request ApproveRequest) (created database.Deployment, err error) {
	err = database.InTx(ctx, d.pool, func(tx pgx.Tx, queries *database.Queries) error {
		preview, err := lockPreview(ctx, queries, request.EnvironmentID)
		if err != nil {
			return err
		}

		awaiting := lo.FromPtr(preview.AwaitingCommit)

		switch {
		case preview.PullRequestNumber == nil || !preview.IsFork:
			return problem.New(problem.Conflict, "Nothing has to be approved in this environment. Only pull requests from forks wait for that.")
		case awaiting == "":
			return problem.New(problem.Conflict, "No commit of pull request %d waits for an approval.", *preview.PullRequestNumber)
		case awaiting != request.Commit:
			return problem.New(problem.Conflict, "Pull request %d was pushed to: commit %.12s waits now. Look at that one, and approve it.",
				*preview.PullRequestNumber, awaiting)
		}

		if isUnapproved(preview) {
			if err := d.admit(ctx, queries, preview); err != nil {
				return err
			}
		}

		if err := queries.ApproveCommit(ctx, awaiting, request.ApprovedBy, preview.ID); err != nil {
			return fmt.Errorf("write that the commit is approved: %w", err)
		}

		created, err = d.createTx(ctx, tx, queries, CreateRequest{
			ProjectID: preview.ProjectID, EnvironmentID: preview.ID, Commit: awaiting, Trigger: TriggerManual, CreatedBy: request.ApprovedBy, Also: request.Also,
		})

		return err
	})

	return created, err
}

// admit has the preview of a fork count among the project's others from now on. The project is locked.
func (d *Deployments) admit(ctx context.Context, queries *database.Queries, preview database.Environment) error {
	if err := d.requireRoom(ctx, queries, preview.ProjectID, false); err != nil {
		return err
	}

	// Another fork may take its place among those that wait.
	if err := queries.ForgetFullPoll(ctx, preview.ProjectID); err != nil {
		return fmt.Errorf("have the pull requests looked at: %w", err)
	}

	return nil
}

// lockPreview returns an environment that is not deleted, and locks its project.
func lockPreview(ctx context.Context, queries *database.Queries, environment uuid.UUID) (database.Environment, error) {
	found, err := queries.GetEnvironment(ctx, environment)
	if errors.Is(err, pgx.ErrNoRows) {
		return database.Environment{}, problem.New(problem.NotFound, "There is no such environment.")
	}

	if err != nil {
		return database.Environment{}, fmt.Errorf("read the environment: %w", err)
	}

	project, err := lockProject(ctx, queries, found.ProjectID)
	if err != nil {
		return database.Environment{}, err
	}

	return openEnvironment(ctx, queries, project, environment)
}

package workflows

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/id"
)

// RepeatRequest asks for a deployment that repeats another one.
type RepeatRequest struct {
	// DeploymentID is the one to repeat.
	DeploymentID uuid.UUID
	// CreatedBy is the user who asked.
	CreatedBy *uuid.UUID
	// Also may be nil.
	Also Also
}

// Redeploy builds the commit of a deployment again, in its environment, with the project's settings and environment variables of today.
func (d *Deployments) Redeploy(ctx context.Context, request RepeatRequest) (created database.Deployment, err error) {
	err = database.InTx(ctx, d.pool, func(tx pgx.Tx, queries *database.Queries) error {
		origin, err := find(ctx, queries, request.DeploymentID)
		if err != nil {
			return err
		}

		project, environment, err := lockEnvironment(ctx, queries, origin)
		if err != nil {
			return err
		}

		if _, err := unpin(ctx, d.inserter, tx, environment, "by a redeployment"); err != nil {
			return err
		}

		created, err = d.buildAgain(ctx, tx, queries, project, environment, origin, request)

		return err
	})

	return created, err
}

// buildAgain starts a deployment that builds the commit of another one again. The project is locked.
func (d *Deployments) buildAgain(
	ctx context.Context, tx pgx.Tx, queries *database.Queries, project database.Project, environment database.Environment, origin database.Deployment,
	request RepeatRequest,
) (database.Deployment, error) {
	fresh := id.New()

	variables, err := d.snapshot(ctx, queries, project, environment, fresh)
	if err != nil {
		return database.Deployment{}, err
	}

	return d.start(ctx, tx, queries, database.CreateDeploymentParams{
		ID: fresh, ProjectID: origin.ProjectID, EnvironmentID: environment.ID, Step: stepClone, Trigger: string(TriggerRedeploy), OriginID: &origin.ID,
		Branch: origin.Branch, CommitSHA: origin.CommitSHA, EnvironmentSealed: variables, CreatedBy: request.CreatedBy,
	}, request.Also)
}

// Rollback goes back to a deployment that was live: to its very image and its environment variables. Nothing is built, and
// VMs that still run for it are taken over. The environment is pinned from then on.
func (d *Deployments) Rollback(ctx context.Context, request RepeatRequest) (created database.Deployment, err error) {
	err = database.InTx(ctx, d.pool, func(tx pgx.Tx, queries *database.Queries) error {
		origin, err := find(ctx, queries, request.DeploymentID)
		if err != nil {
			return err
		}

		project, environment, err := lockEnvironment(ctx, queries, origin)
		if err != nil {
			return err
		}

		if err := mayRollBack(origin); err != nil {
			return err
		}

		if err := requireKept(ctx, queries, *origin.ImageID); err != nil {
			return err
		}

		if created, err = d.runAgain(ctx, tx, queries, project, origin, TriggerRollback, request); err != nil {
			return err
		}

		return pin(ctx, queries, environment, created)
	})

	return created, err
}

// runAgain starts a deployment of the image and the environment variables of another one, whose image is kept. The project is locked.
func (d *Deployments) runAgain(
	ctx context.Context, tx pgx.Tx, queries *database.Queries, project database.Project, origin database.Deployment, trigger Trigger, request RepeatRequest,
) (database.Deployment, error) {
	variables, err := d.keyring.OpenEnvironment(ctx, queries, snapshotOf(project, origin.ID), origin.EnvironmentSealed)
	if err != nil {
		return database.Deployment{}, fmt.Errorf("open the environment of deployment %s: %w", origin.ID, err)
	}

	fresh := id.New()

	sealed, err := d.keyring.SealEnvironment(ctx, queries, snapshotOf(project, fresh), variables)
	if err != nil {
		return database.Deployment{}, fmt.Errorf("seal the environment: %w", err)
	}

	return d.start(ctx, tx, queries, database.CreateDeploymentParams{
		ID: fresh, ProjectID: origin.ProjectID, EnvironmentID: origin.EnvironmentID, Step: stepSchedule, Trigger: string(trigger), OriginID: new(rootOf(origin)),
		Branch: origin.Branch, CommitSHA: origin.CommitSHA, CommitMessage: origin.CommitMessage, CommitAuthor: origin.CommitAuthor,
		SourceDigest: origin.SourceDigest, BuildPlan: origin.BuildPlan, ImageDigest: origin.ImageDigest, ImageID: origin.ImageID,
		EnvironmentSealed: sealed, CreatedBy: request.CreatedBy,
	}, request.Also)
}

// rootOf is the deployment whose variables and image one has. Rollbacks to one deployment have one origin, so that each finds the VMs that another one has left
// warm.
func rootOf(origin database.Deployment) uuid.UUID {
	if origin.OriginID != nil && lo.Contains([]string{string(TriggerRollback), string(TriggerRestore)}, origin.Trigger) {
		return *origin.OriginID
	}

	return origin.ID
}

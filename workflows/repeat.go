package workflows

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

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

		fresh := id.New()

		variables, err := d.snapshot(ctx, queries, project, environment, fresh)
		if err != nil {
			return err
		}

		created, err = d.start(ctx, tx, queries, database.CreateDeploymentParams{
			ID: fresh, ProjectID: origin.ProjectID, EnvironmentID: environment.ID, Step: stepClone, Trigger: string(TriggerRedeploy), OriginID: &origin.ID,
			Branch: origin.Branch, CommitSHA: origin.CommitSHA, EnvironmentSealed: variables, CreatedBy: request.CreatedBy,
		}, request.Also)

		return err
	})

	return created, err
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

		variables, err := d.keyring.OpenEnvironment(ctx, queries, snapshotOf(project, origin.ID), origin.EnvironmentSealed)
		if err != nil {
			return fmt.Errorf("open the environment to go back to: %w", err)
		}

		fresh := id.New()

		// Rollbacks to one deployment have one origin, so that each finds the VMs that another one has left warm.
		root := origin.ID
		if origin.Trigger == string(TriggerRollback) && origin.OriginID != nil {
			root = *origin.OriginID
		}

		sealed, err := d.keyring.SealEnvironment(ctx, queries, snapshotOf(project, fresh), variables)
		if err != nil {
			return fmt.Errorf("seal the environment: %w", err)
		}

		created, err = d.start(ctx, tx, queries, database.CreateDeploymentParams{
			ID: fresh, ProjectID: origin.ProjectID, EnvironmentID: environment.ID, Step: stepSchedule, Trigger: string(TriggerRollback), OriginID: &root,
			Branch: origin.Branch, CommitSHA: origin.CommitSHA, CommitMessage: origin.CommitMessage, CommitAuthor: origin.CommitAuthor,
			SourceDigest: origin.SourceDigest, BuildPlan: origin.BuildPlan, ImageDigest: origin.ImageDigest, ImageID: origin.ImageID,
			EnvironmentSealed: sealed, CreatedBy: request.CreatedBy,
		}, request.Also)
		if err != nil {
			return err
		}

		return pin(ctx, queries, environment, created)
	})

	return created, err
}

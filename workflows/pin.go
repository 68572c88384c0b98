package workflows

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// A rollback pins its project: the deployment to which it goes back stays live until a user says otherwise. Pushes are built meanwhile and held
// before anything of them runs; the newest goes on when the project is unpinned. A deployment or redeployment that a user asks for unpins the
// project, and so does a rollback that ends without being live.

// Unpin unpins a project and lets the push that waits for that go on. It returns that deployment, or nil where none waits. A project
// that is not pinned is a conflict. Also may be nil; it gets the zero id where no deployment goes on.
func (d *Deployments) Unpin(ctx context.Context, project uuid.UUID, also Also) (resumed *database.Deployment, err error) {
	err = database.InTx(ctx, d.pool, func(tx pgx.Tx, queries *database.Queries) error {
		locked, err := lockProject(ctx, queries, project)
		if err != nil {
			return err
		}

		if locked.PinnedByID == nil {
			return problem.New(problem.Conflict, "This project is not pinned: pushes to its branch are deployed.")
		}

		released, err := unpin(ctx, d.inserter, tx, project, "The project was unpinned.")
		if err != nil {
			return err
		}

		deployment := uuid.Nil

		if last, ok := lo.Last(released); ok {
			deployment = last

			found, err := find(ctx, queries, last)
			if err != nil {
				return err
			}

			resumed = &found
		}

		if also == nil {
			return nil
		}

		return also(ctx, queries, deployment)
	})

	return resumed, err
}

// pin pins the project to a rollback. The project is locked.
func pin(ctx context.Context, queries *database.Queries, rollback database.Deployment) error {
	if err := queries.PinProject(ctx, rollback.ID, rollback.ProjectID); err != nil {
		return fmt.Errorf("pin the project: %w", err)
	}

	return recordEvent(ctx, queries, rollback.ProjectID, &rollback.ID, eventPinned,
		"The project is pinned by a rollback. Pushes are built and wait until it is unpinned.")
}

// unpin unpins a project, which is locked, and lets its held deployments go on. It returns the deployments that do, oldest first. Nothing happens
// to a project that is not pinned.
func unpin(ctx context.Context, client *river.Client[pgx.Tx], tx pgx.Tx, project uuid.UUID, reason string) ([]uuid.UUID, error) {
	queries := database.New(tx)

	unpinned, err := queries.UnpinProject(ctx, project)
	if err != nil {
		return nil, fmt.Errorf("unpin the project: %w", err)
	}

	if unpinned == 0 {
		return nil, nil
	}

	return resumeHeld(ctx, client, tx, project, reason)
}

// unpinBy unpins the project that a deployment pins, since the deployment ends without being live. The project is locked.
func unpinBy(ctx context.Context, client *river.Client[pgx.Tx], tx pgx.Tx, deployment uuid.UUID) error {
	projects, err := database.New(tx).UnpinProjectOf(ctx, deployment)
	if err != nil {
		return fmt.Errorf("unpin the project: %w", err)
	}

	for _, project := range projects {
		if _, err := resumeHeld(ctx, client, tx, project, "The rollback that had pinned the project ended without being live."); err != nil {
			return err
		}
	}

	return nil
}

func resumeHeld(ctx context.Context, client *river.Client[pgx.Tx], tx pgx.Tx, project uuid.UUID, reason string) ([]uuid.UUID, error) {
	queries := database.New(tx)

	if err := recordEvent(ctx, queries, project, nil, eventUnpinned, reason); err != nil {
		return nil, err
	}

	released, err := queries.ReleaseHeldDeployments(ctx, project)
	if err != nil {
		return nil, fmt.Errorf("let held deployments go on: %w", err)
	}

	slices.SortFunc(released, func(a, b database.ReleaseHeldDeploymentsRow) int { return bytes.Compare(a.ID[:], b.ID[:]) })

	for _, deployment := range released {
		if err := insertJob(ctx, client, tx, jobName(deployment.Step), arguments{DeploymentID: deployment.ID}); err != nil {
			return nil, err
		}

		if err := queries.Notify(ctx, database.ChannelDeployments, deployment.ID.String()); err != nil {
			return nil, fmt.Errorf("notify: %w", err)
		}
	}

	return lo.Map(released, func(row database.ReleaseHeldDeploymentsRow, _ int) uuid.UUID { return row.ID }), nil
}

// isHeldBefore tells whether a deployment waits before a step, because its project is pinned. The project is locked.
func (a *attempt) isHeldBefore(step string) bool {
	return a.project.PinnedByID != nil && a.deployment.Trigger == string(TriggerPush) && placesVMs(step)
}

// hold leaves a deployment at a step without a job, until its project is unpinned.
func (w *Worker) hold(ctx context.Context, queries *database.Queries, a *attempt, step string) error {
	if err := queries.SetDeploymentStep(ctx, step, a.deployment.ID); err != nil {
		return fmt.Errorf("advance the deployment: %w", err)
	}

	if err := queries.HoldDeployment(ctx, a.deployment.ID); err != nil {
		return fmt.Errorf("hold the deployment: %w", err)
	}

	err := queries.HoldStep(ctx, database.HoldStepParams{
		ID: id.New(), DeploymentID: a.deployment.ID, Step: step, Worker: w.name,
		WaitingFor: "Waiting because a rollback has pinned the project. Unpin it to let this deployment go on: zeitwork unpin.",
	})
	if err != nil {
		return fmt.Errorf("write that the deployment is held: %w", err)
	}

	return nil
}

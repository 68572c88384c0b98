package workflows

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// A rollback pins its environment: the deployment to which it goes back stays live until a user says otherwise. Pushes are built meanwhile and held
// before anything of them runs; the newest goes on when the environment is unpinned. A deployment or redeployment that a user asks for unpins the
// environment, and so does a rollback that ends without being live.

// Unpin unpins an environment of a project, that of production where it is zero, and lets the push that waits for that go on. It returns that
// deployment, or nil where none waits. An environment that is not pinned is a conflict. Also may be nil; it gets the zero id where no deployment
// goes on.
func (d *Deployments) Unpin(ctx context.Context, project, environment uuid.UUID, also Also) (resumed *database.Deployment, err error) {
	err = database.InTx(ctx, d.pool, func(tx pgx.Tx, queries *database.Queries) error {
		locked, err := lockProject(ctx, queries, project)
		if err != nil {
			return err
		}

		pinned, err := openEnvironment(ctx, queries, locked, cmp.Or(environment, project))
		if err != nil {
			return err
		}

		if pinned.PinnedByID == nil {
			return notPinned(pinned)
		}

		released, err := unpin(ctx, d.inserter, tx, pinned, "")
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

func notPinned(environment database.Environment) error {
	name := "This project"
	if environment.Kind == environmentPreview {
		name = nameOfEnvironment(environment)
	}

	return problem.New(problem.Conflict, "%s is not pinned: pushes to its branch are deployed.", name)
}

// pin pins the environment of a rollback to it. The project is locked.
func pin(ctx context.Context, queries *database.Queries, environment database.Environment, rollback database.Deployment) error {
	if err := queries.PinEnvironment(ctx, rollback.ID, environment.ID); err != nil {
		return fmt.Errorf("pin the environment: %w", err)
	}

	return recordEvent(ctx, queries, rollback.ProjectID, &rollback.ID, eventPinned,
		nameOfEnvironment(environment)+" is pinned by a rollback. Pushes are built and wait until it is unpinned.")
}

// unpin unpins an environment, whose project is locked, and lets its held deployments go on. It returns the deployments that do, oldest first. Nothing
// happens to an environment that is not pinned. The sentence for the project's events ends with how, unless that is empty.
func unpin(
	ctx context.Context, client *river.Client[pgx.Tx], tx pgx.Tx, environment database.Environment, how string,
) ([]uuid.UUID, error) {
	unpinned, err := database.New(tx).UnpinEnvironment(ctx, environment.ID)
	if err != nil {
		return nil, fmt.Errorf("unpin the environment: %w", err)
	}

	if unpinned == 0 {
		return nil, nil
	}

	return resumeHeld(ctx, client, tx, environment, strings.TrimSpace(nameOfEnvironment(environment)+" was unpinned "+how)+".")
}

// unpinBy unpins the environment that a deployment pins, since the deployment ends without being live. The project is locked.
func unpinBy(ctx context.Context, client *river.Client[pgx.Tx], tx pgx.Tx, deployment uuid.UUID) error {
	environments, err := database.New(tx).UnpinEnvironmentOf(ctx, deployment)
	if err != nil {
		return fmt.Errorf("unpin the environment: %w", err)
	}

	for _, environment := range environments {
		if _, err := resumeHeld(ctx, client, tx, environment, nameOfEnvironment(environment)+
			" was unpinned, as the rollback that had pinned it ended without being live."); err != nil {
			return err
		}
	}

	return nil
}

func resumeHeld(
	ctx context.Context, client *river.Client[pgx.Tx], tx pgx.Tx, environment database.Environment, reason string,
) ([]uuid.UUID, error) {
	queries := database.New(tx)

	if err := recordEvent(ctx, queries, environment.ProjectID, nil, eventUnpinned, reason); err != nil {
		return nil, err
	}

	released, err := queries.ReleaseHeldDeployments(ctx, environment.ID)
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

// isHeldBefore tells whether a deployment waits before a step, because its environment is pinned. The project is locked.
func (a *attempt) isHeldBefore(ctx context.Context, queries *database.Queries, step string) (bool, error) {
	if a.deployment.Trigger != string(TriggerPush) || !placesVMs(step) {
		return false, nil
	}

	environment, err := queries.GetEnvironment(ctx, a.deployment.EnvironmentID)
	if err != nil {
		return false, fmt.Errorf("read the environment: %w", err)
	}

	return environment.PinnedByID != nil, nil
}

// hold leaves a deployment at a step without a job, until its environment is unpinned.
func (w *Worker) hold(ctx context.Context, queries *database.Queries, a *attempt, step string) error {
	if err := queries.SetDeploymentStep(ctx, step, a.deployment.ID); err != nil {
		return fmt.Errorf("advance the deployment: %w", err)
	}

	if err := queries.HoldDeployment(ctx, a.deployment.ID); err != nil {
		return fmt.Errorf("hold the deployment: %w", err)
	}

	err := queries.HoldStep(ctx, database.HoldStepParams{
		ID: id.New(), DeploymentID: a.deployment.ID, Step: step, Worker: w.name,
		WaitingFor: "Waiting because a rollback has pinned the environment. Unpin it to let this deployment go on: zeitwork unpin.",
	})
	if err != nil {
		return fmt.Errorf("write that the deployment is held: %w", err)
	}

	return nil
}

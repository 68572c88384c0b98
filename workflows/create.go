package workflows

import (
	"cmp"
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/database/keyring"
	"github.com/zeitwork/zeitwork/internal/id"
)

// CreateRequest asks for a deployment.
type CreateRequest struct {
	ProjectID uuid.UUID
	// Branch is the project's branch where it is empty.
	Branch string
	// Commit is a full hash; empty for the newest commit of the branch when the deployment begins.
	Commit  string
	Trigger Trigger
	// CreatedBy is the user who asked; nil for a push.
	CreatedBy *uuid.UUID
	// Also may be nil.
	Also Also
}

// Also runs at the end of the transaction that creates a deployment: what it writes is there if and only if the deployment is.
type Also func(ctx context.Context, queries *database.Queries, created uuid.UUID) error

// Create starts a deployment and supersedes older ones of the branch that are still on their way. A push leaves a rollback alone.
func (d *Deployments) Create(ctx context.Context, request CreateRequest) (created database.Deployment, err error) {
	err = database.InTx(ctx, d.pool, func(tx pgx.Tx, queries *database.Queries) error {
		created, err = d.createTx(ctx, tx, queries, request)

		return err
	})

	return created, err
}

func (d *Deployments) createTx(ctx context.Context, tx pgx.Tx, queries *database.Queries, request CreateRequest) (database.Deployment, error) {
	project, err := lockProject(ctx, queries, request.ProjectID)
	if err != nil {
		return database.Deployment{}, err
	}

	if request.Trigger != TriggerPush {
		if _, err := unpin(ctx, d.inserter, tx, project.ID, "The project was unpinned by a deployment that was asked for."); err != nil {
			return database.Deployment{}, err
		}
	}

	deployment := id.New()

	environment, err := d.snapshot(ctx, queries, project, deployment)
	if err != nil {
		return database.Deployment{}, err
	}

	return d.start(ctx, tx, queries, database.CreateDeploymentParams{
		ID: deployment, ProjectID: project.ID, Step: stepClone, Trigger: string(request.Trigger),
		Branch: cmp.Or(request.Branch, project.Branch), CommitSHA: lo.EmptyableToPtr(request.Commit),
		EnvironmentSealed: environment, CreatedBy: request.CreatedBy,
	}, request.Also)
}

// snapshot seals the project's environment variables of now for a new deployment.
func (d *Deployments) snapshot(ctx context.Context, queries *database.Queries, project database.Project, deployment uuid.UUID) ([]byte, error) {
	variables, err := queries.ListSealedVariables(ctx, project.ID)
	if err != nil {
		return nil, fmt.Errorf("read the environment variables: %w", err)
	}

	environment := make(map[string]string, len(variables))

	for _, variable := range variables {
		sealed := keyring.Variable{ID: variable.ID, OrganisationID: project.OrganisationID, ProjectID: project.ID, Name: variable.Name}
		if environment[variable.Name], err = d.keyring.OpenVariable(ctx, queries, sealed, variable.ValueSealed); err != nil {
			return nil, fmt.Errorf("open environment variable %s: %w", variable.Name, err)
		}
	}

	sealed, err := d.keyring.SealEnvironment(ctx, queries, snapshotOf(project, deployment), environment)
	if err != nil {
		return nil, fmt.Errorf("seal the environment: %w", err)
	}

	return sealed, nil
}

// snapshotOf names the environment variables that a deployment of the project has taken.
func snapshotOf(project database.Project, deployment uuid.UUID) keyring.Snapshot {
	return keyring.Snapshot{OrganisationID: project.OrganisationID, ProjectID: project.ID, DeploymentID: deployment}
}

// start inserts a deployment, and the job of its first step unless it has to wait for its turn. The project is locked.
func (d *Deployments) start(
	ctx context.Context, tx pgx.Tx, queries *database.Queries, params database.CreateDeploymentParams, also Also,
) (database.Deployment, error) {
	created, err := queries.CreateDeployment(ctx, params)
	if err != nil {
		return database.Deployment{}, fmt.Errorf("insert the deployment: %w", err)
	}

	older, err := queries.ListUnfinishedDeployments(ctx, created.ProjectID, created.Branch, created.ID)
	if err != nil {
		return database.Deployment{}, fmt.Errorf("find the deployments that this one supersedes: %w", err)
	}

	for _, deployment := range older {
		// A push waits for the end of a rollback's pin. It must not end the rollback that is still on its way.
		if created.Trigger == string(TriggerPush) && deployment.Trigger == string(TriggerRollback) {
			continue
		}

		if err := d.stop(ctx, tx, queries, deployment.ID, stateSuperseded); err != nil {
			return database.Deployment{}, err
		}
	}

	if err := takeTurn(ctx, d.inserter, tx, created); err != nil {
		return database.Deployment{}, err
	}

	if len(older) > 0 {
		if err := passTurn(ctx, d.inserter, tx, created.ProjectID); err != nil {
			return database.Deployment{}, err
		}
	}

	if err := queries.Notify(ctx, database.ChannelDeployments, created.ID.String()); err != nil {
		return database.Deployment{}, fmt.Errorf("notify: %w", err)
	}

	if also == nil {
		return created, nil
	}

	return created, also(ctx, queries, created.ID)
}

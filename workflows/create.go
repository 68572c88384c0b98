package workflows

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/database/keyring"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// CreateRequest asks for a deployment.
type CreateRequest struct {
	ProjectID uuid.UUID
	// EnvironmentID is that of Branch where it is zero.
	EnvironmentID uuid.UUID
	// Branch is that of the environment where it is empty, and the project's where there is neither. Another branch than the project's goes to its
	// preview, which is made where the project has previews.
	Branch string
	// Preview has the preview of Branch made although the project has no previews.
	Preview bool
	// Commit is a full hash; empty for the newest commit of the environment's branch when the deployment begins, and for that at which a pull request was
	// last seen.
	Commit  string
	Trigger Trigger
	// CreatedBy is the user who asked; nil for a push.
	CreatedBy *uuid.UUID
	// Also may be nil.
	Also Also
}

// Also runs at the end of the transaction that creates a deployment: what it writes is there if and only if the deployment is.
type Also func(ctx context.Context, queries *database.Queries, created uuid.UUID) error

// Create starts a deployment and supersedes older ones of the environment that are still on their way. A push leaves a rollback alone.
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

	environment, err := d.environmentFor(ctx, queries, project, request)
	if err != nil {
		return database.Deployment{}, err
	}

	commit, err := commitFor(environment, request.Commit)
	if err != nil {
		return database.Deployment{}, err
	}

	if environment.Kind == environmentPreview {
		if err := queries.ExtendPreview(ctx, previewLasts(project), environment.ID); err != nil {
			return database.Deployment{}, fmt.Errorf("extend the preview: %w", err)
		}
	}

	if request.Trigger != TriggerPush {
		if _, err := unpin(ctx, d.inserter, tx, environment, "by a deployment that was asked for"); err != nil {
			return database.Deployment{}, err
		}
	}

	deployment := id.New()

	variables, err := d.snapshot(ctx, queries, project, environment, deployment)
	if err != nil {
		return database.Deployment{}, err
	}

	return d.start(ctx, tx, queries, database.CreateDeploymentParams{
		ID: deployment, ProjectID: project.ID, EnvironmentID: environment.ID, Step: stepClone, Trigger: string(request.Trigger),
		Branch: environment.Branch, CommitSHA: lo.EmptyableToPtr(commit),
		EnvironmentSealed: variables, CreatedBy: request.CreatedBy,
	}, request.Also)
}

// environmentFor returns the environment that a deployment is asked for. The project is locked.
func (d *Deployments) environmentFor(
	ctx context.Context, queries *database.Queries, project database.Project, request CreateRequest,
) (database.Environment, error) {
	if request.EnvironmentID != uuid.Nil {
		environment, err := openEnvironment(ctx, queries, project, request.EnvironmentID)
		if err == nil && request.Branch != "" && request.Branch != environment.Branch {
			err = problem.New(problem.Conflict, "%s deploys branch %s alone. Branch %s can have a preview of its own.",
				nameOfEnvironment(environment), environment.Branch, request.Branch)
		}

		return environment, err
	}

	if request.Branch == "" || request.Branch == project.Branch {
		return openEnvironment(ctx, queries, project, project.ID)
	}

	preview, err := queries.GetPreviewOf(ctx, project.ID, request.Branch)
	if err == nil {
		return preview, nil
	}

	if !errors.Is(err, pgx.ErrNoRows) {
		return database.Environment{}, fmt.Errorf("look for the preview of the branch: %w", err)
	}

	if project.Previews == previewsOff && !request.Preview {
		return database.Environment{}, problem.New(problem.Conflict, "Branch %s has no preview, and production deploys branch %s alone. "+
			"Make a preview for it: zeitwork environments create %s. Or have every branch get one: zeitwork projects set %s --previews branches.",
			request.Branch, project.Branch, request.Branch, project.Slug)
	}

	return d.ensurePreview(ctx, queries, project, request.Branch)
}

// snapshot seals the environment variables that an environment of the project has now for a new deployment.
func (d *Deployments) snapshot(
	ctx context.Context, queries *database.Queries, project database.Project, environment database.Environment, deployment uuid.UUID,
) ([]byte, error) {
	variables, err := d.variablesOf(ctx, queries, project, environment)
	if err != nil {
		return nil, err
	}

	sealed, err := d.keyring.SealEnvironment(ctx, queries, snapshotOf(project, deployment), variables)
	if err != nil {
		return nil, fmt.Errorf("seal the environment: %w", err)
	}

	return sealed, nil
}

// snapshotOf names the environment variables that a deployment of the project has taken.
func snapshotOf(project database.Project, deployment uuid.UUID) keyring.Snapshot {
	return keyring.Snapshot{OrganisationID: project.OrganisationID, ProjectID: project.ID, DeploymentID: deployment}
}

// variablesOf returns the environment variables that a new deployment of an environment gets. Anybody may have written the code of a pull request from a
// fork: it gets none, neither where it is built nor where it runs.
func (d *Deployments) variablesOf(
	ctx context.Context, queries *database.Queries, project database.Project, environment database.Environment,
) (map[string]string, error) {
	if environment.IsFork {
		return map[string]string{}, nil
	}

	rows, err := queries.ListSealedVariables(ctx, environment.ProjectID, environment.Kind)
	if err != nil {
		return nil, fmt.Errorf("read the environment variables: %w", err)
	}

	variables := make(map[string]string, len(rows))

	for _, row := range rows {
		variable := keyring.Variable{ID: row.ID, OrganisationID: project.OrganisationID, ProjectID: project.ID, Scope: row.Scope, Name: row.Name}
		if variables[row.Name], err = d.keyring.OpenVariable(ctx, queries, variable, row.ValueSealed); err != nil {
			return nil, fmt.Errorf("open environment variable %s: %w", row.Name, err)
		}
	}

	return variables, nil
}

// start inserts a deployment, and the job of its first step unless it has to wait for its turn. The project is locked.
func (d *Deployments) start(
	ctx context.Context, tx pgx.Tx, queries *database.Queries, params database.CreateDeploymentParams, also Also,
) (database.Deployment, error) {
	created, err := queries.CreateDeployment(ctx, params)
	if err != nil {
		return database.Deployment{}, fmt.Errorf("insert the deployment: %w", err)
	}

	older, err := queries.ListUnfinishedDeployments(ctx, created.EnvironmentID, created.ID)
	if err != nil {
		return database.Deployment{}, fmt.Errorf("find the deployments that this one supersedes: %w", err)
	}

	// A push waits for the end of a rollback's pin. It must not end the rollback that is still on its way, nor what brings a restored project back: the push takes
	// longer, and nothing else serves.
	superseded := lo.Reject(older, func(deployment database.Deployment, _ int) bool {
		return created.Trigger == string(TriggerPush) && lo.Contains([]string{string(TriggerRollback), string(TriggerRestore)}, deployment.Trigger)
	})

	for _, deployment := range superseded {
		if err := d.stop(ctx, tx, queries, deployment.ID, stateSuperseded); err != nil {
			return database.Deployment{}, err
		}
	}

	if err := takeTurn(ctx, d.inserter, tx, created, superseded); err != nil {
		return database.Deployment{}, err
	}

	if err := queries.Notify(ctx, database.ChannelDeployments, created.ID.String()); err != nil {
		return database.Deployment{}, fmt.Errorf("notify: %w", err)
	}

	if also == nil {
		return created, nil
	}

	return created, also(ctx, queries, created.ID)
}

package workflows

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/database/keyring"
	"github.com/zeitwork/zeitwork/internal/problem"
	"github.com/zeitwork/zeitwork/internal/setting"
)

// The states of a deployment, as they stand in deployments.state.
const (
	stateQueued     = "queued"
	stateDeploying  = "deploying"
	stateLive       = "live"
	stateFailed     = "failed"
	stateCancelled  = "cancelled"
	stateSuperseded = "superseded"
	stateRetired    = "retired"
)

// Trigger says what a deployment was created by.
type Trigger string

// The triggers.
const (
	TriggerPush     Trigger = "push"
	TriggerManual   Trigger = "manual"
	TriggerRedeploy Trigger = "redeploy"
	TriggerRollback Trigger = "rollback"
	TriggerPromote  Trigger = "promote"
	// TriggerRestore is for what was live when its project was deleted, once that is undone.
	TriggerRestore Trigger = "restore"
)

// Deployments starts, repeats and cancels deployments. It inserts jobs and runs none. Its methods return a
// *problem.Error where the user can do something about it. They check no permission: that is up to the caller.
type Deployments struct {
	pool     *pgxpool.Pool
	keyring  *keyring.Keyring
	inserter *river.Client[pgx.Tx]
	logger   *slog.Logger
	previews setting.Previews
}

// NewDeployments returns Deployments on a migrated database.
func NewDeployments(pool *pgxpool.Pool, keys *keyring.Keyring, previews setting.Previews, logger *slog.Logger) (*Deployments, error) {
	inserter, err := newInserter(pool, logger)
	if err != nil {
		return nil, err
	}

	return &Deployments{pool: pool, keyring: keys, inserter: inserter, previews: previews, logger: logger}, nil
}

// lockProject returns a project that is not deleted and orders this transaction with all others on its deployments.
func lockProject(ctx context.Context, queries *database.Queries, project uuid.UUID) (database.Project, error) {
	locked, err := queries.LockProject(ctx, project)
	if errors.Is(err, pgx.ErrNoRows) || (err == nil && locked.DeletedAt != nil) {
		return database.Project{}, problem.New(problem.NotFound, "There is no such project.")
	}

	if err != nil {
		return database.Project{}, fmt.Errorf("lock the project: %w", err)
	}

	return locked, nil
}

// lockDeployment locks the project of a deployment, which orders this transaction with all others on its deployments, and then
// the deployment.
func lockDeployment(ctx context.Context, queries *database.Queries, deployment uuid.UUID) (database.Deployment, error) {
	found, err := find(ctx, queries, deployment)
	if err != nil {
		return database.Deployment{}, err
	}

	if _, err := queries.LockProject(ctx, found.ProjectID); err != nil {
		return database.Deployment{}, fmt.Errorf("lock the project: %w", err)
	}

	locked, err := queries.LockDeployment(ctx, deployment)
	if err != nil {
		return database.Deployment{}, fmt.Errorf("lock the deployment: %w", err)
	}

	return locked, nil
}

// lockEnvironment locks the project of a deployment, as lockProject does, and returns the deployment's environment.
func lockEnvironment(ctx context.Context, queries *database.Queries, deployment database.Deployment) (database.Project, database.Environment, error) {
	project, err := lockProject(ctx, queries, deployment.ProjectID)
	if err != nil {
		return database.Project{}, database.Environment{}, err
	}

	environment, err := openEnvironment(ctx, queries, project, deployment.EnvironmentID)

	return project, environment, err
}

// find returns a deployment as it is now, unlocked.
func find(ctx context.Context, queries *database.Queries, deployment uuid.UUID) (database.Deployment, error) {
	found, err := queries.GetDeployment(ctx, deployment)
	if errors.Is(err, pgx.ErrNoRows) {
		return database.Deployment{}, problem.New(problem.NotFound, "There is no such deployment.")
	}

	if err != nil {
		return database.Deployment{}, fmt.Errorf("read the deployment: %w", err)
	}

	return found, nil
}

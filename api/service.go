package api

import (
	"context"
	"errors"
	"log/slog"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/database/keyring"
	"github.com/zeitwork/zeitwork/internal/registryauth"
	"github.com/zeitwork/zeitwork/workflows"
)

// Deployments starts, repeats and cancels deployments. Errors about which the user can do something are problems.
type Deployments interface {
	Create(ctx context.Context, request workflows.CreateRequest) (database.Deployment, error)
	Redeploy(ctx context.Context, request workflows.RepeatRequest) (database.Deployment, error)
	Rollback(ctx context.Context, request workflows.RepeatRequest) (database.Deployment, error)
	// Cancel calls also only where something changes.
	Cancel(ctx context.Context, deployment uuid.UUID, also workflows.Also) (database.Deployment, error)
	Promote(ctx context.Context, request workflows.RepeatRequest) (database.Deployment, error)
	// Unpin returns the deployment that goes on; nil where none waited. Without an environment it unpins production.
	Unpin(ctx context.Context, project, environment uuid.UUID, also workflows.Also) (*database.Deployment, error)
	CreatePreview(ctx context.Context, project uuid.UUID, branch string, also workflows.Also) (database.Environment, error)
	// EndPreview deletes a preview and ends what runs in it.
	EndPreview(ctx context.Context, project, environment uuid.UUID, reason string, also workflows.Also) error
	// Restart replaces the VMs of a deployment that is live.
	Restart(ctx context.Context, deployment uuid.UUID, also workflows.Also) error
	// EndProject ends everything that runs for a project, in the transaction that deletes it.
	EndProject(ctx context.Context, tx pgx.Tx, project uuid.UUID) error
}

// service answers the operations of /v1.
type service struct {
	config      Config
	pool        *pgxpool.Pool
	queries     *database.Queries
	listener    *database.Listener
	deployments Deployments
	keyring     *keyring.Keyring
	signer      *registryauth.Signer
	logger      *slog.Logger
	use         *callerUse
	// stopping is closed when the server stops: long-polls and streams then end at once.
	stopping chan struct{}
}

// inTx runs f in one transaction.
func (s *service) inTx(ctx context.Context, f func(queries *database.Queries) error) error {
	return database.InTx(ctx, s.pool, func(_ pgx.Tx, queries *database.Queries) error { return f(queries) })
}

// found turns the absence of a row into a not-found problem; thing names what the caller asked for.
func found[T any](row T, err error, thing string) (T, error) {
	if errors.Is(err, pgx.ErrNoRows) {
		return row, notFound(thing)
	}

	return row, err
}

// changeRoutes makes a new version of the route table; edges hear of it when the transaction commits.
func changeRoutes(ctx context.Context, queries *database.Queries) error {
	if _, err := queries.NextRouteVersion(ctx); err != nil {
		return err
	}

	return queries.Notify(ctx, database.ChannelRoutes, "")
}

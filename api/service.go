package api

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"go.opentelemetry.io/otel/metric"

	"github.com/zeitwork/zeitwork/api/internal/signin"
	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/database/githubapp"
	"github.com/zeitwork/zeitwork/database/keyring"
	"github.com/zeitwork/zeitwork/internal/dnscheck"
	"github.com/zeitwork/zeitwork/internal/registryauth"
	"github.com/zeitwork/zeitwork/workflows"
)

// Environments makes, unpins, approves and ends what deployments go to.
type Environments interface {
	// Unpin returns the deployment that goes on; nil where none waited. Without an environment it unpins production.
	Unpin(ctx context.Context, project, environment uuid.UUID, also workflows.Also) (*database.Deployment, error)
	CreatePreview(ctx context.Context, project uuid.UUID, branch string, also workflows.Also) (database.Environment, error)
	// Approve deploys the commit that waits in the preview of a pull request from a fork.
	Approve(ctx context.Context, request workflows.ApproveRequest) (database.Deployment, error)
	// SetSleep sets after how many minutes without a request an environment falls asleep; 0: never.
	SetEnvironment(ctx context.Context, environment, organisation uuid.UUID, settings workflows.EnvironmentSettings, also workflows.Also) error
	// EndPreview deletes a preview and ends what runs in it.
	EndPreview(ctx context.Context, project, environment uuid.UUID, reason string, also workflows.Also) error
	// LeaveRepository ends the previews of pull requests, in the transaction that gives the project another repository.
	LeaveRepository(ctx context.Context, tx pgx.Tx, project uuid.UUID) error
}

// Projects deletes projects, and undoes that.
type Projects interface {
	// DeleteProject ends everything that runs for a locked project and deletes it, in a way that can be undone for that long.
	DeleteProject(ctx context.Context, tx pgx.Tx, project database.Project, undo time.Duration) error
	// RestoreProject undoes that, for a locked project, under a slug.
	RestoreProject(ctx context.Context, tx pgx.Tx, project database.Project, slug string, by *uuid.UUID) (workflows.Restoration, error)
}

// Notifications tells organisations of what happens to their deployments, and operators of what happens to the platform.
type Notifications interface {
	// TestChannel has a test message sent to a channel of an organisation.
	TestChannel(ctx context.Context, organisation, channel uuid.UUID, also workflows.Also) (database.NotificationDelivery, error)
	// AskAddress has the owner of an address asked whether it wants messages of the channel that f returns.
	AskAddress(
		ctx context.Context, f func(ctx context.Context, queries *database.Queries) (*database.NotificationChannel, error),
	) (database.NotificationDelivery, error)
	// TestPlatformChannel has one sent to a channel of the platform's operators.
	TestPlatformChannel(ctx context.Context, channel uuid.UUID, also workflows.AlsoOfChannel) (database.NotificationDelivery, error)
}

// Deployments starts, repeats and cancels deployments. Errors about which the user can do something are problems.
type Deployments interface {
	Environments
	Projects

	Create(ctx context.Context, request workflows.CreateRequest) (database.Deployment, error)
	Redeploy(ctx context.Context, request workflows.RepeatRequest) (database.Deployment, error)
	Rollback(ctx context.Context, request workflows.RepeatRequest) (database.Deployment, error)
	// Cancel calls also only where something changes.
	Cancel(ctx context.Context, deployment uuid.UUID, also workflows.Also) (database.Deployment, error)
	Promote(ctx context.Context, request workflows.RepeatRequest) (database.Deployment, error)
	// Wake wakes the environment in which a deployment is live, and returns whether there is no room for its VMs.
	Wake(ctx context.Context, deployment uuid.UUID) (noRoom bool, err error)
	// Restart replaces the VMs of a deployment that is live.
	Restart(ctx context.Context, deployment uuid.UUID, also workflows.Also) error
	// Detect has a worker find out how a repository would be built.
	Detect(ctx context.Context, request workflows.DetectionRequest) (database.Detection, error)
}

// Workflows are what the API begins and ends, and workers do.
type Workflows interface {
	Deployments
	Notifications
}

// Domains proves by the DNS whose custom domains are.
type Domains interface {
	// Claim is what the DNS is to show of a domain; generated is the hostname of its project's production.
	Claim(domain database.Domain, generated string) dnscheck.Claim
	// Check asks the DNS and does what follows from its answer.
	Check(ctx context.Context, domain uuid.UUID) (dnscheck.Findings, error)
	// Look asks the DNS and changes nothing. It returns what was found, also where the DNS did not answer (dnscheck.ErrUnanswered).
	Look(ctx context.Context, domain database.Domain, generated string) (dnscheck.Findings, error)
}

// service answers the operations of /v1.
type service struct {
	config      Config
	pool        *pgxpool.Pool
	queries     *database.Queries
	listener    *database.Listener
	deployments Workflows
	domains     Domains
	looks       *domainLooks
	keyring     *keyring.Keyring
	signer      *registryauth.Signer
	logger      *slog.Logger
	// requests counts what is answered.
	requests metric.Int64Counter
	use      *callerUse
	// organisations counts what is asked about each organisation.
	organisations *organisationUse
	// apps has the platform's GitHub App.
	apps      *githubapp.Apps
	listings  *githubListings
	addresses *addressUse
	mailPages mailPageUse
	// provider is with whom people sign in.
	provider signin.Provider
	// feed has the route table, packed what is sent of it, and edges what the edges say of it.
	feed   *routeFeed
	packed *packedRoutes
	edges  *edgePolls
	// certificates is what edges ask of those.
	certificates *certificatePolls
	// restoration holds all of them and the nodes back while they do not go by a restored database yet.
	restoration *restoration
	// streams are the operations that stream, for the one that carries several of them.
	streams streamOperations
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

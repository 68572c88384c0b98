package workflows

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/id"
)

// An organisation has so many deployments built at once, from their clone to their push; its others wait for their turn, queued and without a job.
// So no organisation ever has more jobs in the queues that fetch and build than it may run, and the queues, which are served in order, give fair
// turns between organisations.

// builds tells whether a deployment at the step counts as one that is being built.
func builds(step string) bool {
	return step == stepClone || step == stepDetect || step == stepBuild || step == stepPush
}

// takeTurn inserts the job of a new deployment's first step, or has it wait until its organisation may build one more, behind those that wait already:
// it takes the place of what it supersedes, which has ended. The project is locked.
func takeTurn(
	ctx context.Context, client *river.Client[pgx.Tx], tx pgx.Tx, deployment database.Deployment, superseded []database.Deployment,
) error {
	queries := database.New(tx)

	if builds(deployment.Step) {
		waited := lo.Map(superseded, func(d database.Deployment, _ int) time.Time { return lo.FromPtrOr(d.AwaitsBuildSince, d.CreatedAt) })
		since := slices.MinFunc(append(waited, deployment.CreatedAt), time.Time.Compare)

		if err := queries.AwaitBuild(ctx, since, deployment.ID); err != nil {
			return fmt.Errorf("have the deployment wait: %w", err)
		}
	}

	begun, organisation, err := passTurn(ctx, client, tx, deployment.ProjectID)
	if err != nil {
		return err
	}

	if !builds(deployment.Step) {
		return insertJob(ctx, client, tx, jobName(deployment.Step), arguments{DeploymentID: deployment.ID})
	}

	if slices.Contains(begun, deployment.ID) {
		return nil
	}

	allowed, err := queries.BuildsAllowed(ctx, organisation)
	if err != nil {
		return fmt.Errorf("read how much the organisation may build: %w", err)
	}

	err = queries.HoldStep(ctx, database.HoldStepParams{
		ID: id.New(), DeploymentID: deployment.ID, Step: deployment.Step, WaitingFor: awaitingSentence(int(allowed)),
	})
	if err != nil {
		return fmt.Errorf("write that the deployment waits: %w", err)
	}

	return nil
}

// awaitingSentence says what a deployment waits for whose organisation may build so many at once.
func awaitingSentence(allowed int) string {
	switch allowed {
	case 0:
		return "Waiting because your organisation may not build anything. An operator of the platform can change that."
	case 1:
		return "Waiting because another build of your organisation is running."
	default:
		return fmt.Sprintf("Waiting because your organisation's %d builds are running.", allowed)
	}
}

// passTurn lets the deployments go on that wait and may be built now, and returns them and the organisation. The project is any of the organisation's.
func passTurn(ctx context.Context, client *river.Client[pgx.Tx], tx pgx.Tx, project uuid.UUID) (begun []uuid.UUID, organisation uuid.UUID, err error) {
	queries := database.New(tx)

	turns, err := queries.LockBuildTurns(ctx, project)
	if err != nil {
		return nil, uuid.Nil, fmt.Errorf("lock the organisation's turns: %w", err)
	}

	next, err := queries.TakeBuildTurns(ctx, turns.OrganisationID)
	if err != nil {
		return nil, uuid.Nil, fmt.Errorf("find the deployments whose turn it is: %w", err)
	}

	for _, deployment := range next {
		if err := insertJob(ctx, client, tx, jobName(deployment.Step), arguments{DeploymentID: deployment.ID}); err != nil {
			return nil, uuid.Nil, err
		}

		begun = append(begun, deployment.ID)
	}

	return begun, turns.OrganisationID, nil
}

// passTurns does what passTurn does for every organisation: a quota may have been raised, and a deployment may have been locked when its turn came.
func (w *Worker) passTurns(ctx context.Context) error {
	projects, err := database.New(w.pool).ListProjectsAwaitingBuilds(ctx)
	if err != nil {
		return fmt.Errorf("find the deployments that wait for their turn: %w", err)
	}

	for _, project := range projects {
		err = errors.Join(err, database.InTx(ctx, w.pool, func(tx pgx.Tx, _ *database.Queries) error {
			_, _, err := passTurn(ctx, w.inserter, tx, project)

			return err
		}))
	}

	return err
}

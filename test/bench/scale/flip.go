package scale

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/database/keyring"
)

// flip is what one deployment has cost.
type flip struct {
	placeMillis, flipMillis float64
	// bytes are the most that one edge got for it.
	bytes int
}

// flip rolls a project back, whose VMs the worker places, nodes report as healthy, and edges are told of.
func (w *world) flip(ctx context.Context, project int) (result flip, err error) {
	before, err := w.seeded(ctx, 6, project) //nolint:mnd // The kind of deployments in fill.sql.
	if err != nil {
		return result, err
	}

	if err := w.sealEnvironment(ctx, before, project); err != nil {
		return result, err
	}

	answer, err := w.owner.RollbackWithResponse(ctx, before, nil)
	if err != nil {
		return result, err
	}

	if answer.JSON201 == nil {
		return result, fmt.Errorf("roll back: %s: %s", answer.Status(), answer.Body)
	}

	if err := w.awaitLive(ctx, answer.JSON201.ID); err != nil {
		return result, err
	}

	return w.costOfFlip(ctx, answer.JSON201.ID)
}

// sealEnvironment gives a deployment of fill.sql the variables that it had, which are none, under the key of the platform.
func (w *world) sealEnvironment(ctx context.Context, deployment uuid.UUID, project int) error {
	snapshot := keyring.Snapshot{DeploymentID: deployment}

	err := w.pool.QueryRow(ctx, "SELECT id, organisation_id FROM projects WHERE id = bench_id(3, $1)", project).Scan(&snapshot.ProjectID, &snapshot.OrganisationID)
	if err != nil {
		return fmt.Errorf("read a project: %w", err)
	}

	sealed, err := w.parts.Keyring.SealEnvironment(ctx, database.New(w.pool), snapshot, map[string]string{})
	if err != nil {
		return err
	}

	if _, err := w.pool.Exec(ctx, "UPDATE deployments SET environment_sealed = $2 WHERE id = $1", deployment, sealed); err != nil {
		return fmt.Errorf("write a deployment: %w", err)
	}

	return nil
}

// costOfFlip waits until all edges know of a deployment that is live.
func (w *world) costOfFlip(ctx context.Context, deployment uuid.UUID) (result flip, err error) {
	var (
		version  int64
		switched time.Time
	)

	err = w.pool.QueryRow(ctx, `SELECT route_version, deployments.ended_at, extract(epoch FROM placed.ended_at - placed.started_at)::float8 * 1000
		FROM deployments JOIN deployment_steps AS placed ON placed.deployment_id = deployments.id AND placed.step = 'schedule' AND placed.state = 'succeeded'
		WHERE deployments.id = $1`, deployment).Scan(&version, &switched, &result.placeMillis)
	if err != nil {
		return result, fmt.Errorf("read a deployment: %w", err)
	}

	for _, edge := range w.told {
		got, err := edge.reached(ctx, version)
		if err != nil {
			return result, err
		}

		result.bytes = max(result.bytes, got.bytes)
		result.flipMillis = max(result.flipMillis, float64(got.at.Sub(switched))/float64(time.Millisecond))
	}

	return result, nil
}

package workflows

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/logging"
)

// rebalanceEvery is how often is looked whether an instance is to be moved for better balance. A move takes longer, and while any is under way there is no
// other.
const rebalanceEvery = 15 * time.Second

// rebalance moves one instance to a node of its region that has fewer of its deployment, or more room. Without it, nodes that were added or are ready again
// would stay empty until the next deployments. It starts another VM there and leaves the rest to move_vms. It does nothing while other VMs are moved.
func (w *Worker) rebalance(ctx context.Context, _ *river.Job[arguments]) error {
	if w.config.RebalanceAfter == 0 {
		return nil
	}

	found, ok, err := w.nextShift(ctx, database.New(w.pool))
	if err != nil || !ok {
		return err
	}

	err = database.InTx(ctx, w.pool, func(tx pgx.Tx, queries *database.Queries) error {
		return w.startShift(ctx, tx, queries, found)
	})
	if errors.Is(err, errMoving) {
		return nil
	}

	return err
}

// nextShift returns the move that helps most, and false where there is none, or another one is under way.
func (w *Worker) nextShift(ctx context.Context, queries *database.Queries) (found shift, ok bool, err error) {
	if moving, err := queries.IsMoving(ctx); err != nil || moving {
		return found, false, err
	}

	nodes, err := queries.ListUsableNodes(ctx, seenWithin, anywhere)
	if err != nil {
		return found, false, fmt.Errorf("list the nodes: %w", err)
	}

	if len(nodes) < 2 { //nolint:mnd // There is nowhere to move to.
		return found, false, nil
	}

	usage, err := usageOf(ctx, queries, nodes, uuid.Nil)
	if err != nil {
		return found, false, err
	}

	rows, err := queries.ListLiveInstances(ctx, w.config.RebalanceAfter)
	if err != nil {
		return found, false, fmt.Errorf("list the instances: %w", err)
	}

	instances := lo.Map(rows, func(row database.ListLiveInstancesRow, _ int) placedInstance {
		return placedInstance{
			id: row.ID, deployment: row.DeploymentID, node: row.NodeID, movable: row.Movable,
			need: need{cpuMillis: int64(row.CPUMillis), memoryBytes: row.MemoryBytes},
		}
	})

	next := newBalance(candidates(nodes, usage), instances).next(float64(w.config.RebalanceGap) / 100) //nolint:mnd // It is given in percent.
	if next == nil {
		return found, false, nil
	}

	return *next, true, nil
}

// startShift places the VM that is to take the instance's place, if that is still possible.
func (w *Worker) startShift(ctx context.Context, tx pgx.Tx, queries *database.Queries, found shift) error {
	deployment, err := lockDeployment(ctx, queries, found.instance.deployment)
	if err != nil || deployment.State != stateLive {
		return err
	}

	if err := queries.LockPlacement(ctx); err != nil {
		return fmt.Errorf("lock placement: %w", err)
	}

	if fits, err := stillFits(ctx, queries, found); err != nil || !fits {
		return err
	}

	rows, err := queries.ListInstances(ctx, deployment.ID)
	if err != nil {
		return fmt.Errorf("list the instances: %w", err)
	}

	old, ok := lo.Find(rows, func(row database.ListInstancesRow) bool { return row.VM.ID == found.instance.id && !row.Replaced })
	if !ok {
		return nil
	}

	if err := w.insertMove(ctx, tx, queries, deployment.ID); err != nil {
		return err
	}

	fresh := likeVM(old.VM)
	fresh.ReplacesID = &old.VM.ID

	if err := createVM(ctx, queries, fresh, found.to.node); err != nil {
		return err
	}

	if err := recordShift(ctx, queries, deployment, found); err != nil {
		return err
	}

	w.logger.InfoContext(ctx, "an instance moves to another node "+found.reason, logging.Deployment(deployment.ID), logging.VM(found.instance.id),
		slog.String("from", found.from.node.Name), slog.String("to", found.to.node.Name))

	return notifyNodes(ctx, queries, []uuid.UUID{found.to.node.ID})
}

// stillFits tells whether the node of a shift may still get VMs and has room for this one. Placement is locked.
func stillFits(ctx context.Context, queries *database.Queries, found shift) (bool, error) {
	nodes, err := queries.ListUsableNodes(ctx, seenWithin, found.to.node.Region)
	if err != nil {
		return false, fmt.Errorf("list the nodes: %w", err)
	}

	usage, err := usageOf(ctx, queries, nodes, uuid.Nil)
	if err != nil {
		return false, err
	}

	return slices.ContainsFunc(candidates(nodes, usage), func(c *candidate) bool {
		return c.node.ID == found.to.node.ID && c.fits(found.instance.need)
	}), nil
}

// recordShift writes into the project's timeline and the audit log why an instance moves.
func recordShift(ctx context.Context, queries *database.Queries, deployment database.Deployment, found shift) error {
	err := recordEvent(ctx, queries, deployment.ProjectID, &deployment.ID, eventInstances,
		fmt.Sprintf("An instance moves to another node, %s. It serves until the one there is healthy.", found.reason))
	if err != nil {
		return err
	}

	project, err := queries.GetProjectOwner(ctx, deployment.ProjectID)
	if err != nil {
		return fmt.Errorf("read the project: %w", err)
	}

	details, err := json.Marshal(map[string]any{
		"project": project.Slug, "from": found.from.node.Name, "to": found.to.node.Name, "reason": found.reason,
	})
	if err != nil {
		return fmt.Errorf("write the details of a move: %w", err)
	}

	err = queries.CreateAuditEvent(ctx, database.CreateAuditEventParams{
		ID: id.New(), OrganisationID: &project.OrganisationID, ActorKind: new(database.ActorPlatform), Action: "deployment.rebalance",
		SubjectType: "deployment", SubjectID: deployment.ID, Details: details,
	})
	if err != nil {
		return fmt.Errorf("write that an instance of deployment %s moves: %w", deployment.ID, err)
	}

	return nil
}

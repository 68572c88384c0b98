package workflows

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/logging"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// replaceLost gives live deployments other VMs for those on nodes that vanished. Edges send requests to a new VM as soon
// as it is healthy. The lost one is removed by its node, should that come back. Where no node has room, the lost VM stays
// what it is: its node may come back.
func (w *Worker) replaceLost(ctx context.Context) error {
	lost, err := database.New(w.pool).ListLostVMs(ctx, w.config.NodeLostAfter)
	if err != nil {
		return fmt.Errorf("find lost VMs: %w", err)
	}

	var failed error

	for _, row := range lost {
		logger := w.logger.With(logging.Deployment(row.VM.DeploymentID), logging.VM(row.VM.ID), slog.String("node", row.NodeName))

		err := w.replace(ctx, row)
		if problem.CodeOf(err) == problem.Unavailable {
			logger.WarnContext(ctx, "a VM's node vanished and no other one has room", logging.Error(err))

			continue
		}

		if err != nil {
			failed = errors.Join(failed, fmt.Errorf("replace VM %s: %w", row.VM.ID, err))

			continue
		}

		logger.WarnContext(ctx, "replaced a VM whose node vanished")
	}

	return failed
}

func (w *Worker) replace(ctx context.Context, lost database.ListLostVMsRow) error {
	return database.InTx(ctx, w.pool, func(_ pgx.Tx, queries *database.Queries) error {
		if _, err := queries.LockProject(ctx, lost.ProjectID); err != nil {
			return fmt.Errorf("lock the project: %w", err)
		}

		deployment, err := queries.LockDeployment(ctx, lost.VM.DeploymentID)
		if err != nil {
			return fmt.Errorf("lock the deployment: %w", err)
		}

		if deployment.State != stateLive {
			return nil
		}

		nodes, err := w.placeOn(ctx, queries, deployment.ID, 1, lost.VM.CPUMillis, lost.VM.MemoryBytes)
		if err != nil {
			return err
		}

		stopped, err := queries.StopLostVM(ctx, lost.VM.ID)
		if err != nil || stopped == 0 {
			return err
		}

		err = createVM(ctx, queries, database.CreateVMParams{
			DeploymentID: deployment.ID, Port: lost.VM.Port, CPUMillis: lost.VM.CPUMillis, MemoryBytes: lost.VM.MemoryBytes, HealthPath: lost.VM.HealthPath,
		}, nodes[0])
		if err != nil {
			return err
		}

		return notifyNodes(ctx, queries, []uuid.UUID{lost.VM.NodeID, nodes[0].ID})
	})
}

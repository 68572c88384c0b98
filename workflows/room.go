package workflows

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/logging"
)

// makeRoom has VMs stopped that are only kept warm, where that makes room for a VM that none has room for: no more of them than it takes.
// It has a transaction of its own, behind the one that found no room, and is for the next attempt. Failing to make room only means that
// the attempt waits longer.
func (w *Worker) makeRoom(ctx context.Context, noRoom *noRoomError) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTimeout)
	defer cancel()

	err := database.InTx(ctx, w.pool, func(tx pgx.Tx, queries *database.Queries) error {
		chosen, err := chooseToCool(ctx, queries, noRoom.need)
		if err != nil || len(chosen) == 0 {
			return err
		}

		cooled, err := queries.CoolWarmDeployments(ctx, chosen)
		if err != nil {
			return fmt.Errorf("cool what is kept warm: %w", err)
		}

		for _, deployment := range cooled {
			if err := insertJob(ctx, w.inserter, tx, kindRetire, arguments{DeploymentID: deployment}); err != nil {
				return err
			}
		}

		return nil
	})
	if err != nil {
		w.logger.WarnContext(ctx, "could not make room", logging.Error(err))
	}
}

// chooseToCool returns the deployments whose warm VMs must go so that some node has room: those of the node where the fewest must go, and
// on it those first whose time is over soonest. It returns none where no node would have room even then. Only nodes of the region count, where the VM is
// to be in one.
func chooseToCool(ctx context.Context, queries *database.Queries, n need) ([]uuid.UUID, error) {
	nodes, err := queries.ListUsableNodes(ctx, seenWithin, n.region)
	if err != nil {
		return nil, fmt.Errorf("list the nodes: %w", err)
	}

	usage, err := usageOf(ctx, queries, nodes, uuid.Nil)
	if err != nil {
		return nil, err
	}

	warm, err := queries.ListWarmVMs(ctx)
	if err != nil {
		return nil, fmt.Errorf("list what is kept warm: %w", err)
	}

	onNode := lo.GroupBy(warm, func(vm database.ListWarmVMsRow) uuid.UUID { return vm.NodeID })

	var best []uuid.UUID

	for _, c := range candidates(nodes, usage) {
		chosen, enough := c.cool(onNode[c.node.ID], n)

		switch {
		case enough && len(chosen) == 0:
			return nil, nil // What is leaving anyway makes room.
		case enough && (best == nil || len(chosen) < len(best)):
			best = chosen
		}
	}

	return best, nil
}

// cool returns the deployments of the warm VMs that must leave the node for it to have room, and whether it has room then. Addresses do
// not count: those of removed VMs rest first.
func (c *candidate) cool(yielding []database.ListWarmVMsRow, n need) (chosen []uuid.UUID, enough bool) {
	left := *c

	for _, vm := range yielding {
		if left.hasRoom(n) {
			break
		}

		given := c.cost(need{cpuMillis: int64(vm.CPUMillis), memoryBytes: vm.MemoryBytes})
		left.cpuMillis += given.cpuMillis
		left.memoryBytes += given.memoryBytes

		if !vm.Leaving {
			chosen = append(chosen, vm.DeploymentID)
		}
	}

	return lo.Uniq(chosen), left.hasRoom(n)
}

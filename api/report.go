package api

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
)

// The states of a VM that mean something here, as vms.state has them.
const (
	vmHealthy = "healthy"
	vmRemoved = "removed"
)

// reportNode stores how the calling node and its VMs are, and tells whoever waits for what has changed.
func (s *service) reportNode(ctx context.Context, input *NodeReportInput) (*struct{}, error) {
	node, report := callerOf(ctx).nodeID, input.Body

	return nil, s.inTx(ctx, func(queries *database.Queries) error {
		toldOf, err := queries.RecordNodeReport(ctx, database.RecordNodeReportParams{
			ID: node, Version: report.Version, Runtime: report.Runtime, MemoryBytes: report.MemoryBytes,
			CPUMillis: int32(report.CPUMillis), //nolint:gosec // No machine has two million cores.
		})
		if err != nil {
			return err
		}

		rows, err := queries.LockNodeVMs(ctx, node)
		if err != nil {
			return err
		}

		if err := addWaitingTime(ctx, queries, rows, toldOf); err != nil {
			return err
		}

		reported := lo.KeyBy(report.VMs, func(r VMReport) uuid.UUID { return r.ID })
		changes := reportedChanges{deployments: map[uuid.UUID]struct{}{}}

		for _, row := range rows {
			r, ok := reported[row.VM.ID]
			if !ok || !r.changes(row.VM) {
				continue
			}

			if err := queries.RecordVMReport(ctx, r.params()); err != nil {
				return err
			}

			changes.add(row, r)
		}

		return changes.notify(ctx, queries, node)
	})
}

// addWaitingTime counts the time that the report tells of against the VMs that are to serve and do not yet.
func addWaitingTime(ctx context.Context, queries *database.Queries, rows []database.LockNodeVMsRow, toldOf time.Duration) error {
	var waiting []uuid.UUID

	for _, row := range rows {
		switch row.VM.State {
		case "pending", "pulling", "starting", "running", "unhealthy", "crashed":
			if row.VM.DesiredState == desiredRunning {
				waiting = append(waiting, row.VM.ID)
			}
		}
	}

	if len(waiting) == 0 || toldOf == 0 {
		return nil
	}

	return queries.AddWaitingTime(ctx, toldOf, waiting)
}

// changes tells whether the report says something new of its VM.
func (r VMReport) changes(vm database.VM) bool {
	params := r.params()

	return vm.State != params.State || vm.Restarts != params.Restarts || lo.FromPtr(vm.Message) != lo.FromPtr(params.Message) ||
		lo.FromPtr(vm.ExitCode) != lo.FromPtr(params.ExitCode)
}

func (r VMReport) params() database.RecordVMReportParams {
	return database.RecordVMReportParams{
		ID: r.ID, State: r.State, Message: lo.EmptyableToPtr(storable(r.Message)), ExitCode: narrow(r.ExitCode),
		Restarts: int32(r.Restarts), //nolint:gosec // With backoff, a life is too short.
	}
}

// reportedChanges is who has to hear of a report.
type reportedChanges struct {
	deployments    map[uuid.UUID]struct{}
	routes, leaves bool
}

func (c *reportedChanges) add(row database.LockNodeVMsRow, r VMReport) {
	c.deployments[row.VM.DeploymentID] = struct{}{}
	c.routes = c.routes || (row.Routed && (row.VM.State == vmHealthy) != (r.State == vmHealthy))
	c.leaves = c.leaves || r.State == vmRemoved
}

func (c *reportedChanges) notify(ctx context.Context, queries *database.Queries, node uuid.UUID) error {
	for deployment := range c.deployments {
		if err := queries.Notify(ctx, database.ChannelDeployments, deployment.String()); err != nil {
			return err
		}
	}

	if c.leaves {
		if err := queries.Notify(ctx, database.ChannelNodes, node.String()); err != nil {
			return err
		}
	}

	if !c.routes {
		return nil
	}

	return changeRoutes(ctx, queries)
}

// storable replaces NUL, which text in Postgres cannot hold.
func storable(text string) string { return strings.ReplaceAll(text, "\x00", "\uFFFD") }

package api

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
)

// The values of vms.state that change routes or assignments.
const (
	vmHealthy = "healthy"
	vmRemoved = "removed"
)

// reportNode stores the state of the calling node and its VMs, and notifies everything that waits for one of the changes.
func (s *service) reportNode(ctx context.Context, input *NodeReportInput) (*struct{}, error) {
	node, report := callerOf(ctx).nodeID, input.Body

	if err := s.toldEverything(ctx, node); err != nil {
		return nil, err
	}

	err := s.inTx(ctx, func(queries *database.Queries) error {
		covered, err := queries.RecordNodeReport(ctx, report.params(callerOf(ctx)))
		if err != nil {
			return err
		}

		vms, err := queries.LockNodeVMs(ctx, node, lo.Map(report.VMs, func(r VMReport, _ int) uuid.UUID { return r.ID }))
		if err != nil {
			return err
		}

		if err := addWaitingTime(ctx, queries, vms, covered); err != nil {
			return err
		}

		reported := lo.KeyBy(report.VMs, func(r VMReport) uuid.UUID { return r.ID })
		changes := reportedChanges{deployments: map[uuid.UUID]struct{}{}}

		for _, vm := range vms {
			r, ok := reported[vm.ID]
			if !ok || !r.changes(vm) {
				continue
			}

			if err := queries.RecordVMReport(ctx, r.params()); err != nil {
				return err
			}

			changes.add(vm, r)
		}

		return changes.notify(ctx, queries, node)
	})
	if err != nil {
		return nil, err
	}

	if err := s.recordLooks(ctx, node, report.Looks); err != nil || report.Measures == nil {
		return nil, err
	}

	// The state of the node is committed by now: an error in its measures does not hide the node.
	return nil, s.countUsage(ctx, node, *report.Measures)
}

func (r NodeReport) params(who caller) database.RecordNodeReportParams {
	params := database.RecordNodeReportParams{
		ID: who.nodeID, ClockAheadMs: who.clockAheadMs(), Version: storable(r.Version), Runtime: storable(r.Runtime), MemoryBytes: r.MemoryBytes,
		CPUMillis: int32(r.CPUMillis), //nolint:gosec // No machine has two million cores.
	}

	if r.Unreachable != nil {
		params.UnreachableBecause = new(storable(*r.Unreachable))
	}

	if machine := r.Machine; machine != nil {
		params.Kernel, params.AgentStartedAt = new(storable(machine.Kernel)), &machine.AgentStartedAt
		params.DiskBytes, params.DiskFreeBytes = &machine.DiskBytes, &machine.DiskFreeBytes
		params.OS, params.Containerd = lo.EmptyableToPtr(storable(machine.OS)), lo.EmptyableToPtr(storable(machine.Containerd))
		params.BootID = lo.EmptyableToPtr(storable(machine.BootID))
	}

	return params
}

// addWaitingTime adds the time that the report covers to the waiting time of each VM that is to serve and does not yet.
func addWaitingTime(ctx context.Context, queries *database.Queries, vms []database.VM, covered time.Duration) error {
	var waiting []uuid.UUID

	for _, vm := range vms {
		switch vm.State {
		case "pending", "pulling", "starting", "running", "unhealthy", "crashed":
			if vm.DesiredState == desiredRunning {
				waiting = append(waiting, vm.ID)
			}
		}
	}

	if len(waiting) == 0 || covered == 0 {
		return nil
	}

	return queries.AddWaitingTime(ctx, covered, waiting)
}

// changes tells whether the report differs from the stored state of its VM.
func (r VMReport) changes(vm database.VM) bool {
	params := r.params()

	return vm.State != params.State || vm.Restarts != params.Restarts || lo.FromPtr(vm.Message) != lo.FromPtr(params.Message) ||
		lo.FromPtr(vm.ExitCode) != lo.FromPtr(params.ExitCode)
}

func (r VMReport) params() database.RecordVMReportParams {
	return database.RecordVMReportParams{
		ID: r.ID, State: r.State, Message: lo.EmptyableToPtr(storable(r.Message)), ExitCode: narrow(r.ExitCode),
		Restarts: int32(r.Restarts), //nolint:gosec // Restarts back off: two billion take longer than a machine lives.
	}
}

// reportedChanges collects what a report changed, for the notifications.
type reportedChanges struct {
	deployments map[uuid.UUID]struct{}
	removed     bool // A VM is gone, and with it the node's assignment.
}

func (c *reportedChanges) add(vm database.VM, r VMReport) {
	c.deployments[vm.DeploymentID] = struct{}{}
	c.removed = c.removed || r.State == vmRemoved
}

func (c *reportedChanges) notify(ctx context.Context, queries *database.Queries, node uuid.UUID) error {
	for deployment := range c.deployments {
		if err := queries.Notify(ctx, database.ChannelDeployments, deployment.String()); err != nil {
			return err
		}
	}

	if !c.removed {
		return nil
	}

	return queries.Notify(ctx, database.ChannelNodes, node.String())
}

// storable replaces NUL, which text in Postgres cannot hold.
func storable(text string) string { return strings.ReplaceAll(text, "\x00", "\uFFFD") }

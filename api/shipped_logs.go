package api

import (
	"context"
	"time"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
)

// shipLogs stores lines that a VM of the calling node wrote.
func (s *service) shipLogs(ctx context.Context, input *ShipLogsInput) (*struct{}, error) {
	vm, lines := input.Body.VMID, input.Body.Lines

	of, err := s.queries.DeploymentOfNodeVM(ctx, vm, callerOf(ctx).nodeID)
	if of, err = found(of, err, "VM"); err != nil || len(lines) == 0 {
		return nil, err
	}

	taken, err := s.withinQuota(ctx, of.OrganisationID, lines)
	if err != nil {
		return nil, err
	}

	return nil, s.inTx(ctx, func(queries *database.Queries) error {
		if err := queries.LockRuntimeLog(ctx, of.ProjectID.String(), of.DeploymentID.String()); err != nil {
			return err
		}

		lines, err := tellOfDropped(ctx, queries, vm, taken)
		if err != nil || len(lines) == 0 {
			return err
		}

		stored, err := queries.AppendRuntimeLog(ctx, database.AppendRuntimeLogParams{
			DeploymentID: of.DeploymentID, VMID: vm,
			Sequences: lo.Map(lines, func(l ShippedLogLine, _ int) int64 { return l.Sequence }),
			Streams:   lo.Map(lines, func(l ShippedLogLine, _ int) string { return l.Stream }),
			Lines:     lo.Map(lines, func(l ShippedLogLine, _ int) string { return storable(l.Line) }),
			LoggedAt:  lo.Map(lines, func(l ShippedLogLine, _ int) time.Time { return l.LoggedAt }),
		})
		if err != nil || stored == 0 {
			return err
		}

		if err := queries.Notify(ctx, database.ChannelRuntimeLogs, of.DeploymentID.String()); err != nil {
			return err
		}

		return queries.Notify(ctx, database.ChannelRuntimeLogs, of.ProjectID.String())
	})
}

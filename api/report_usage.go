package api

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
)

// countUsage adds what the calling node has measured of its VMs to the minutes, hours and days that it belongs to.
func (s *service) countUsage(ctx context.Context, node uuid.UUID, report NodeMeasures) error {
	return s.countOnce(ctx, node, report.MeasureReport, func(queries *database.Queries, received time.Time) error {
		named := lo.Uniq(lo.Map(report.VMs, func(u VMUsage, _ int) uuid.UUID { return u.VMID }))

		measured, err := queries.ListMeasuredVMs(ctx, node, named)
		if err != nil {
			return err
		}

		rows := usageRows{}
		owners := lo.KeyBy(measured, func(vm database.ListMeasuredVMsRow) uuid.UUID { return vm.ID })

		for _, usage := range report.VMs {
			if owner, ok := owners[usage.VMID]; ok {
				rows.add(owner, usage, report.minute(usage.Minute, received), received)
			}
		}

		if len(rows) == 0 {
			return nil
		}

		return queries.AddUsage(ctx, rows.columns())
	})
}

type usageKey struct {
	step       measureStep
	starts     time.Time
	deployment uuid.UUID
	vm         uuid.UUID // Nil but for minutes.
}

// usageRow is what a report adds to one row.
type usageRow struct {
	usageKey
	VMUsage

	owner database.ListMeasuredVMsRow
}

// usageRows are the rows that a report adds to, each of which stands there once.
type usageRows map[usageKey]*usageRow

func (r usageRows) add(owner database.ListMeasuredVMsRow, more VMUsage, minute, received time.Time) {
	for _, step := range measureSteps() {
		starts, kept := step.startOf(minute, received)
		if !kept {
			continue
		}

		key := usageKey{step: step, starts: starts, deployment: owner.DeploymentID}
		if step == minuteStep() {
			key.vm = owner.ID
		}

		if r[key] == nil {
			r[key] = &usageRow{usageKey: key, owner: owner}
		}

		r[key].plus(more)
	}
}

func (r *usageRow) plus(more VMUsage) {
	r.MeasuredMillis += more.MeasuredMillis
	r.CPUMicros += more.CPUMicros
	r.MemoryByteSeconds += more.MemoryByteSeconds
	r.MemoryMaxBytes = max(r.MemoryMaxBytes, more.MemoryMaxBytes)
	r.ReceivedBytes += more.ReceivedBytes
	r.SentBytes += more.SentBytes
	r.Restarts += more.Restarts
}

// columns returns the rows column by column, as the query takes them.
func (r usageRows) columns() database.AddUsageParams {
	rows := lo.Values(r)
	sums := func(of func(*usageRow) int64) []int64 { return column(rows, of) }

	return database.AddUsageParams{
		StepSeconds:       column(rows, func(r *usageRow) int32 { return r.step.seconds() }),
		ProjectIds:        column(rows, func(r *usageRow) uuid.UUID { return r.owner.ProjectID }),
		StartsAt:          column(rows, func(r *usageRow) time.Time { return r.starts }),
		DeploymentIds:     column(rows, func(r *usageRow) uuid.UUID { return r.deployment }),
		VMIds:             column(rows, func(r *usageRow) uuid.UUID { return r.vm }),
		EnvironmentIds:    column(rows, func(r *usageRow) uuid.UUID { return r.owner.EnvironmentID }),
		MeasuredMillis:    sums(func(r *usageRow) int64 { return r.MeasuredMillis }),
		CPUMicros:         sums(func(r *usageRow) int64 { return r.CPUMicros }),
		MemoryByteSeconds: sums(func(r *usageRow) int64 { return r.MemoryByteSeconds }),
		MemoryMaxBytes:    sums(func(r *usageRow) int64 { return r.MemoryMaxBytes }),
		ReceivedBytes:     sums(func(r *usageRow) int64 { return r.ReceivedBytes }),
		SentBytes:         sums(func(r *usageRow) int64 { return r.SentBytes }),
		Restarts:          sums(func(r *usageRow) int64 { return r.Restarts }),
	}
}

package api

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
)

// reportEdge adds what the calling edge has counted to the minutes, hours and days that it belongs to.
func (s *service) reportEdge(ctx context.Context, input *EdgeReportInput) (*struct{}, error) {
	report := input.Body

	return nil, s.countOnce(ctx, callerOf(ctx).edgeID, report.MeasureReport, func(queries *database.Queries, received time.Time) error {
		named := lo.Uniq(lo.Map(report.Traffic, func(t EdgeTraffic, _ int) uuid.UUID { return t.DeploymentID }))

		routed, err := queries.ListRoutedDeployments(ctx, named)
		if err != nil {
			return err
		}

		rows := trafficRows{}
		owners := lo.KeyBy(routed, func(d database.ListRoutedDeploymentsRow) uuid.UUID { return d.ID })

		for _, traffic := range report.Traffic {
			if owner, ok := owners[traffic.DeploymentID]; ok {
				rows.add(owner, traffic, report.minute(traffic.Minute, received), received)
			}
		}

		if len(rows) > 0 {
			if err := queries.AddTraffic(ctx, rows.columns()); err != nil {
				return err
			}
		}

		if report.CountedUntil == nil {
			return nil
		}

		return queries.RecordEdgeCounted(ctx, report.countedUntil(received), callerOf(ctx).edgeID)
	})
}

// countedUntil returns by Postgres's clock until when the edge has told everything. Its own clock may be off.
func (r EdgeReport) countedUntil(received time.Time) time.Time {
	return received.Add(-max(r.SentAt.Sub(*r.CountedUntil), 0))
}

type trafficKey struct {
	step       measureStep
	starts     time.Time
	deployment uuid.UUID
}

// trafficRow is what a report adds to one row.
type trafficRow struct {
	trafficKey
	EdgeTraffic

	owner database.ListRoutedDeploymentsRow
}

// trafficRows are the rows that a report adds to, each of which stands there once.
type trafficRows map[trafficKey]*trafficRow

func (r trafficRows) add(owner database.ListRoutedDeploymentsRow, more EdgeTraffic, minute, received time.Time) {
	for _, step := range measureSteps() {
		starts, kept := step.startOf(minute, received)
		if !kept {
			continue
		}

		key := trafficKey{step, starts, more.DeploymentID}
		if r[key] == nil {
			r[key] = &trafficRow{trafficKey: key, owner: owner}
		}

		r[key].plus(more)
	}
}

func (r *trafficRow) plus(more EdgeTraffic) {
	r.Informational += more.Informational
	r.Successful += more.Successful
	r.Redirected += more.Redirected
	r.ClientErrors += more.ClientErrors
	r.ServerErrors += more.ServerErrors
	r.Aborted += more.Aborted
	r.BytesIn += more.BytesIn
	r.BytesOut += more.BytesOut
	r.InFlight = max(r.InFlight, more.InFlight)

	r.Latency = append(r.Latency, make([]int64, max(0, len(more.Latency)-len(r.Latency)))...)
	for i, count := range more.Latency {
		r.Latency[i] += count
	}
}

// columns returns the rows column by column, as the query takes them.
func (r trafficRows) columns() database.AddTrafficParams {
	rows := lo.Values(r)
	counts := func(of func(*trafficRow) int64) []int64 { return column(rows, of) }

	return database.AddTrafficParams{
		StepSeconds:    column(rows, func(r *trafficRow) int32 { return r.step.seconds() }),
		ProjectIds:     column(rows, func(r *trafficRow) uuid.UUID { return r.owner.ProjectID }),
		StartsAt:       column(rows, func(r *trafficRow) time.Time { return r.starts }),
		DeploymentIds:  column(rows, func(r *trafficRow) uuid.UUID { return r.deployment }),
		EnvironmentIds: column(rows, func(r *trafficRow) uuid.UUID { return r.owner.EnvironmentID }),
		Informational:  counts(func(r *trafficRow) int64 { return r.Informational }),
		Successful:     counts(func(r *trafficRow) int64 { return r.Successful }),
		Redirected:     counts(func(r *trafficRow) int64 { return r.Redirected }),
		ClientErrors:   counts(func(r *trafficRow) int64 { return r.ClientErrors }),
		ServerErrors:   counts(func(r *trafficRow) int64 { return r.ServerErrors }),
		Aborted:        counts(func(r *trafficRow) int64 { return r.Aborted }),
		Latencies:      column(rows, func(r *trafficRow) string { return arrayLiteral(r.Latency) }),
		BytesIn:        counts(func(r *trafficRow) int64 { return r.BytesIn }),
		BytesOut:       counts(func(r *trafficRow) int64 { return r.BytesOut }),
		InFlight:       counts(func(r *trafficRow) int64 { return r.InFlight }),
	}
}

// arrayLiteral writes counts as Postgres reads an array: an array of arrays of different lengths is nothing that it could be given.
func arrayLiteral(counts []int64) string {
	return "{" + strings.Join(lo.Map(counts, func(count int64, _ int) string { return strconv.FormatInt(count, 10) }), ",") + "}"
}

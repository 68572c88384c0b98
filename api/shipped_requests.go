package api

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/id"
)

const (
	// An edge keeps what it cannot deliver for minutes. What says to be from another time has a wrong clock, and might have no partition.
	oldestRequest = 24 * time.Hour
	latestRequest = time.Hour
	// requestRowSize is what a request counts for the quota beside its texts: what else there is of it in its row.
	requestRowSize = 128
	uuidTime       = 7 // The version of UUIDs that say when they were made.
)

// shipRequests stores requests that the calling edge passed to deployments.
func (s *service) shipRequests(ctx context.Context, input *ShipRequestsInput) (*struct{}, error) {
	region, err := s.queries.EdgeRegion(ctx, callerOf(ctx).edgeID)
	if err != nil {
		return nil, err
	}

	rows, err := s.requestRows(ctx, input)
	if err != nil || len(rows) == 0 {
		return nil, err
	}

	taken, err := takeLogBytes(ctx, s.pool, shareOfRequests, lo.GroupBy(rows, func(r shippedRow) uuid.UUID { return r.of.OrganisationID }), shippedRow.size)
	if err != nil {
		return nil, err
	}

	kept, now := make([]shippedRow, 0, len(rows)), time.Now()
	for _, theirs := range taken {
		kept = append(append(kept, theirs.kept...), overQuota(theirs.dropped, now)...)
	}

	return nil, s.storeRequests(ctx, region, kept)
}

// shippedRow is a row of request_logs before it is stored.
type shippedRow struct {
	ShippedRequest

	kind    string
	dropped int64
	of      database.ListRequestOriginsRow
}

// size is what the row counts for the quota of its organisation. What the platform says counts for nobody.
func (r shippedRow) size() int64 {
	if r.kind != recordRequest {
		return 0
	}

	return int64(requestRowSize + len(r.Method) + len(r.Host) + len(r.Path))
}

// requestRows returns what of a batch can be stored: each id once, what is of a deployment whose project keeps requests, and of a time that can be.
func (s *service) requestRows(ctx context.Context, input *ShipRequestsInput) ([]shippedRow, error) {
	rows := lo.Map(input.Body.Requests, func(r ShippedRequest, _ int) shippedRow { return shippedRow{ShippedRequest: r, kind: recordRequest} })
	rows = append(rows, lo.Map(input.Body.Dropped, func(d DroppedRequests, _ int) shippedRow {
		return shippedRow{ShippedRequest: ShippedRequest{ID: d.ID, DeploymentID: d.DeploymentID}, kind: recordSampled, dropped: d.Count}
	})...)
	rows = lo.UniqBy(rows, func(r shippedRow) uuid.UUID { return r.ID })

	if len(rows) == 0 {
		return nil, nil
	}

	found, err := s.queries.ListRequestOrigins(ctx, lo.Uniq(lo.Map(rows, func(r shippedRow, _ int) uuid.UUID { return r.DeploymentID })))
	if err != nil {
		return nil, err
	}

	origins := lo.KeyBy(found, func(o database.ListRequestOriginsRow) uuid.UUID { return o.ID })
	oldest, latest := time.Now().Add(-oldestRequest), time.Now().Add(latestRequest)

	return lo.FilterMap(rows, func(r shippedRow, _ int) (shippedRow, bool) {
		origin, ok := origins[r.DeploymentID]
		r.of = origin
		at := id.Time(r.ID)

		return r, ok && r.ID.Version() == uuidTime && at.After(oldest) && at.Before(latest)
	}), nil
}

// overQuota returns the rows that tell of requests for which an organisation had no room: one for each deployment and minute, to which the next
// ones of that minute are added.
func overQuota(rows []shippedRow, now time.Time) []shippedRow {
	ofDeployment := lo.GroupBy(rows, func(r shippedRow) uuid.UUID { return r.DeploymentID })

	return lo.MapToSlice(ofDeployment, func(deployment uuid.UUID, theirs []shippedRow) shippedRow {
		note := id.Floor(now.Truncate(time.Minute))
		copy(note[9:], deployment[9:]) // So that it is the same for all that come in this minute.

		return shippedRow{
			ShippedRequest: ShippedRequest{ID: note, DeploymentID: deployment}, kind: recordOverQuota, dropped: int64(len(theirs)), of: theirs[0].of,
		}
	})
}

// storeRequests stores rows, each of a time that requestRows has let through.
func (s *service) storeRequests(ctx context.Context, region string, rows []shippedRow) error {
	err := s.appendRequests(ctx, region, rows)
	if !database.IsMissingPartition(err) {
		return err
	}

	s.logger.WarnContext(ctx, "no worker has made partitions of requests for days; the API makes them")

	if _, err := database.MakePartitions(ctx, s.pool, database.RequestLogs(), time.Now()); err != nil {
		return err
	}

	return s.appendRequests(ctx, region, rows)
}

// appendRequests stores rows and wakes those who follow the requests of their projects.
func (s *service) appendRequests(ctx context.Context, region string, rows []shippedRow) error {
	projects := lo.Uniq(lo.Map(rows, func(r shippedRow, _ int) uuid.UUID { return r.of.ProjectID }))
	slices.SortFunc(projects, func(a, b uuid.UUID) int { return cmp.Compare(a.String(), b.String()) })

	// A crash of Postgres may forget the requests of its last moments.
	return database.InUnflushedTx(ctx, s.pool, func(_ pgx.Tx, queries *database.Queries) error {
		if err := queries.LockRequestLogs(ctx, projects); err != nil {
			return err
		}

		stored, err := queries.AppendRequestLogs(ctx, appended(region, rows))
		if err != nil || stored == 0 {
			return err
		}

		for _, project := range projects {
			if err := queries.Notify(ctx, database.ChannelRequestLogs, project.String()); err != nil {
				return err
			}
		}

		return nil
	})
}

func appended(region string, rows []shippedRow) database.AppendRequestLogsParams {
	return database.AppendRequestLogsParams{
		Region:         region,
		ProjectIds:     column(rows, func(r shippedRow) uuid.UUID { return r.of.ProjectID }),
		At:             column(rows, func(r shippedRow) time.Time { return id.Time(r.ID) }),
		Ids:            column(rows, func(r shippedRow) uuid.UUID { return r.ID }),
		Kinds:          column(rows, func(r shippedRow) string { return r.kind }),
		EnvironmentIds: column(rows, func(r shippedRow) uuid.UUID { return r.of.EnvironmentID }),
		DeploymentIds:  column(rows, func(r shippedRow) uuid.UUID { return r.DeploymentID }),
		VMIds:          column(rows, func(r shippedRow) uuid.UUID { return lo.FromPtr(r.VMID) }),
		Methods:        column(rows, func(r shippedRow) string { return storable(r.Method) }),
		Hosts:          column(rows, func(r shippedRow) string { return storable(r.Host) }),
		Paths:          column(rows, func(r shippedRow) string { return storable(r.Path) }),
		Statuses:       column(rows, func(r shippedRow) int32 { return int32(r.Status) }), //nolint:gosec // Bounded by the schema.
		Durations:      column(rows, func(r shippedRow) int64 { return r.DurationUS }),
		FirstBytes:     column(rows, func(r shippedRow) int64 { return r.FirstByteUS }),
		BytesOut:       column(rows, func(r shippedRow) int64 { return r.BytesOut }),
		Attempts:       column(rows, func(r shippedRow) int32 { return int32(r.Attempts) }), //nolint:gosec // Bounded by the schema.
		Interrupted:    column(rows, func(r shippedRow) bool { return r.Interrupted }),
		RequestIds:     column(rows, func(r shippedRow) string { return storable(r.RequestID) }),
		Dropped:        column(rows, func(r shippedRow) int64 { return r.dropped }),
	}
}

// column is one column of rows, as statements that insert many rows take it.
func column[R, T any](rows []R, value func(R) T) []T {
	return lo.Map(rows, func(row R, _ int) T { return value(row) })
}

package api

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/zeitwork/zeitwork/database"
)

// clockTolerance is how far the clock of an edge or node may seem to be off, by how long its report was on the way, before its times are moved.
const clockTolerance = 30 * time.Second

// countOnce has add count a report of measures, in one transaction with the note that it was counted; a report that was counted before is passed over. add gets
// Postgres's clock, which is the same for all copies of the API.
func (s *service) countOnce(
	ctx context.Context, reporter uuid.UUID, report MeasureReport, add func(queries *database.Queries, received time.Time) error,
) error {
	var received time.Time

	count := func() error {
		return s.inTx(ctx, func(queries *database.Queries) error {
			at, err := queries.AcceptReport(ctx, reporter, report.RunID, report.Sequence)
			if errors.Is(err, pgx.ErrNoRows) {
				return nil
			}

			if err != nil {
				return err
			}

			received = at

			return add(queries, received)
		})
	}

	err := count()
	if !database.IsMissingPartition(err) {
		return err
	}

	// No worker has made partitions for days.
	if _, err := s.queries.MakeMeasurePartitions(ctx, received); err != nil {
		return err
	}

	return count()
}

// minute returns the minute by Postgres's clock that a measure of the report belongs to. Nothing was measured later than now.
func (r MeasureReport) minute(at, received time.Time) time.Time {
	if off := received.Sub(r.SentAt); off.Abs() > clockTolerance {
		at = at.Add(off.Round(time.Minute))
	}

	if at.After(received) {
		at = received
	}

	return at.UTC().Truncate(time.Minute)
}

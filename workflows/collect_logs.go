package workflows

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/zeitwork/zeitwork/database"
)

// logsTimeout bounds the part of a pass that deletes log lines.
const logsTimeout = 4 * time.Minute

// collectLogs deletes log lines that are older than the retention, and those beyond the newest lines of a deployment.
// Every statement deletes a batch.
func (w *Worker) collectLogs(ctx context.Context, removed *collected) error {
	ctx, cancel := context.WithTimeout(ctx, logsTimeout)
	defer cancel()

	queries := database.New(w.pool)
	retention, keep := w.config.LogRetention, int64(w.config.LogLines)

	err := errors.Join(
		deleteOldLines(func(after int64) (database.DeleteOldBuildLogsRow, error) {
			batch, err := queries.DeleteOldBuildLogs(ctx, retention, after)
			removed.buildLines.Add(batch.Deleted)

			return batch, err
		}),
		deleteOldLines(func(after int64) (database.DeleteOldBuildLogsRow, error) {
			batch, err := queries.DeleteOldRuntimeLogs(ctx, retention, after)
			removed.runtimeLines.Add(batch.Deleted)

			return database.DeleteOldBuildLogsRow(batch), err
		}),
	)

	builds, listErr := queries.ListOverlongBuildLogs(ctx, keep)
	err = errors.Join(err, listErr)

	for _, log := range builds {
		lines, deleteErr := deleteSurplus(ctx, queries.DeleteOldestBuildLogs, log.DeploymentID, log.Surplus)
		removed.buildLines.Add(lines)

		err = errors.Join(err, deleteErr)
	}

	running, listErr := queries.ListOverlongRuntimeLogs(ctx, keep)
	err = errors.Join(err, listErr)

	for _, log := range running {
		lines, deleteErr := deleteSurplus(ctx, queries.DeleteOldestRuntimeLogs, log.DeploymentID, log.Surplus)
		removed.runtimeLines.Add(lines)

		err = errors.Join(err, deleteErr)
	}

	err = errors.Join(err, collectRequests(ctx, queries, int64(w.config.RequestRecords), removed), forgetRequests(ctx, queries, removed))

	if err != nil {
		return fmt.Errorf("delete log lines: %w", err)
	}

	return nil
}

// collectRequests deletes the oldest requests of projects of which more were stored than are kept. What is too old goes with its partition.
func collectRequests(ctx context.Context, queries *database.Queries, keep int64, removed *collected) error {
	overlong, err := queries.ListOverlongRequestLogs(ctx, keep)

	for _, log := range overlong {
		err = errors.Join(err, deleteBatches(func() (int64, error) {
			return queries.DeleteOldestRequestLogs(ctx, log.ProjectID, log.At, log.ID)
		}, &removed.requests))
	}

	return err
}

// forgetRequests deletes what is left of requests of projects that keep none any more.
func forgetRequests(ctx context.Context, queries *database.Queries, removed *collected) error {
	projects, err := queries.ListForgottenRequestLogs(ctx)

	for _, project := range projects {
		err = errors.Join(err, deleteBatches(func() (int64, error) {
			return queries.ForgetRequestLogs(ctx, project.ID, project.OrganisationID)
		}, &removed.requests))
	}

	return err
}

// deleteOldLines goes through the lines from the oldest on. Lines are stored about when they are written, so that it ends at
// the first batch in which none is old.
func deleteOldLines(deleteBatch func(after int64) (database.DeleteOldBuildLogsRow, error)) error {
	after := int64(0)

	for {
		batch, err := deleteBatch(after)
		if err != nil || batch.Old == 0 {
			return err
		}

		after = batch.Last
	}
}

// deleteSurplus deletes that many of the oldest lines of a deployment, and returns how many it has deleted.
func deleteSurplus(
	ctx context.Context, deleteBatch func(ctx context.Context, of uuid.UUID, surplus int64) (int64, error), of uuid.UUID, surplus int64,
) (int64, error) {
	total := int64(0)

	for total < surplus {
		lines, err := deleteBatch(ctx, of, surplus-total)
		if err != nil || lines == 0 {
			return total, err
		}

		total += lines
	}

	return total, nil
}

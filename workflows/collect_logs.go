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
	retention, keep := w.config.LogRetention, w.config.LogLines

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

	builds, listErr := queries.ListOverlongBuildLogs(ctx, keep, retention)
	err = errors.Join(err, listErr)

	for _, log := range builds {
		lines, deleteErr := deleteSurplus(ctx, queries.DeleteBuildLogsUpTo, log.DeploymentID, log.Last)
		removed.buildLines.Add(lines)

		err = errors.Join(err, deleteErr)
	}

	running, listErr := queries.ListOverlongRuntimeLogs(ctx, keep, retention)
	err = errors.Join(err, listErr)

	for _, log := range running {
		lines, deleteErr := deleteSurplus(ctx, queries.DeleteRuntimeLogsUpTo, log.DeploymentID, log.Last)
		removed.runtimeLines.Add(lines)

		err = errors.Join(err, deleteErr)
	}

	if err != nil {
		return fmt.Errorf("delete log lines: %w", err)
	}

	return nil
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

// deleteSurplus deletes the lines of a deployment up to the one with the id last, and returns how many these were.
func deleteSurplus(
	ctx context.Context, deleteBatch func(ctx context.Context, deployment uuid.UUID, last int64) (int64, error), deployment uuid.UUID, last int64,
) (int64, error) {
	total := int64(0)

	for {
		lines, err := deleteBatch(ctx, deployment, last)
		total += lines

		if err != nil || lines == 0 {
			return total, err
		}
	}
}

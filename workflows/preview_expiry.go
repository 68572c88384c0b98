package workflows

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/jackc/pgx/v5"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/logging"
)

// endExpired ends the previews whose time is over.
func (w *Worker) endExpired(ctx context.Context) error {
	expired, err := database.New(w.pool).ListExpiredPreviews(ctx)
	if err != nil {
		return fmt.Errorf("find the previews whose time is over: %w", err)
	}

	for _, preview := range expired {
		if err := w.endIfExpired(ctx, preview); err != nil {
			w.logger.WarnContext(ctx, "could not end a preview", slog.String("environment_id", preview.ID.String()), logging.Error(err))
		}
	}

	return nil
}

// endIfExpired ends a preview whose time is over, unless it was deployed or deleted meanwhile.
func (w *Worker) endIfExpired(ctx context.Context, preview database.Environment) error {
	return database.InTx(ctx, w.pool, func(tx pgx.Tx, queries *database.Queries) error {
		if _, err := queries.LockProject(ctx, preview.ProjectID); err != nil {
			return fmt.Errorf("lock the project: %w", err)
		}

		found, err := queries.GetEnvironment(ctx, preview.ID)
		if err != nil || found.DeletedAt != nil || !lo.FromPtr(found.ExpiresAt).Equal(*preview.ExpiresAt) {
			return err
		}

		return w.deployments.endPreview(ctx, tx, queries, found, "it has not been pushed to for long")
	})
}

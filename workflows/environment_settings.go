package workflows

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/zeitwork/zeitwork/database"
)

// EnvironmentSettings are what a user sets of an environment. What is nil stays as it is.
type EnvironmentSettings struct {
	// ExpiresAt is when a preview is deleted.
	ExpiresAt *time.Time
	// SleepAfterMinutes is after how many minutes without a request the environment falls asleep; 0 stands for never, and wakes it.
	SleepAfterMinutes *int32
	// SkewProtection has edges ask the deployment before for assets that the live one does not have.
	SkewProtection *bool
}

// SetEnvironment writes all of the settings of an environment, or none. Also may be nil; it gets the environment's id.
func (d *Deployments) SetEnvironment(ctx context.Context, environment, organisation uuid.UUID, settings EnvironmentSettings, also Also) error {
	return database.InTx(ctx, d.pool, func(tx pgx.Tx, queries *database.Queries) error {
		found, err := queries.GetEnvironment(ctx, environment)
		if err != nil {
			return fmt.Errorf("read the environment: %w", err)
		}

		if _, err := lockProject(ctx, queries, found.ProjectID); err != nil {
			return err
		}

		if err := writeSettings(ctx, queries, environment, organisation, settings); err != nil {
			return err
		}

		if also != nil {
			if err := also(ctx, queries, environment); err != nil {
				return err
			}
		}

		if settings.SleepAfterMinutes == nil || *settings.SleepAfterMinutes > 0 {
			return nil
		}

		return d.wakeForGood(ctx, tx, queries, environment)
	})
}

func writeSettings(ctx context.Context, queries *database.Queries, environment, organisation uuid.UUID, settings EnvironmentSettings) error {
	if end := settings.ExpiresAt; end != nil {
		if err := queries.SetPreviewEnd(ctx, *end, environment, organisation); err != nil {
			return fmt.Errorf("write when the preview ends: %w", err)
		}
	}

	if minutes := settings.SleepAfterMinutes; minutes != nil {
		if err := queries.SetSleepAfter(ctx, *minutes, environment, organisation); err != nil {
			return fmt.Errorf("write when the environment falls asleep: %w", err)
		}
	}

	if protection := settings.SkewProtection; protection != nil {
		if err := queries.SetSkewProtection(ctx, *protection, environment, organisation); err != nil {
			return fmt.Errorf("write whether the deployment before is asked for assets: %w", err)
		}
	}

	return nil
}

// wakeForGood wakes what is live in an environment that is to sleep no more, where it sleeps. The project is locked.
func (d *Deployments) wakeForGood(ctx context.Context, tx pgx.Tx, queries *database.Queries, environment uuid.UUID) error {
	live, err := queries.LockLiveDeployment(ctx, environment)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}

	if err != nil {
		return fmt.Errorf("find what is live: %w", err)
	}

	return d.wakeLocked(ctx, tx, queries, live, "as it is not to sleep any more")
}

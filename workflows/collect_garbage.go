package workflows

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"

	"github.com/riverqueue/river"

	"github.com/zeitwork/zeitwork/database"
)

// collected counts the rows and images that one pass has removed.
type collected struct {
	images, sources, buildLines, runtimeLines, requests, idempotencyKeys atomic.Int64
	vms, deployments, imageRows, environments, projects                  atomic.Int64
	projectEvents, auditEvents, signIns, detections                      atomic.Int64
	claims, hostnames, reportRuns, purged, notifications, alerts         atomic.Int64
	// unread counts the projects whose repositories could not be looked through.
	unread atomic.Int64
}

// collectGarbage removes what the settings do not keep. All of it may be done twice, and what fails is tried again at the
// next pass.
func (w *Worker) collectGarbage(ctx context.Context, _ *river.Job[arguments]) error {
	var removed collected

	err := errors.Join(w.purgeExpired(ctx, &removed), w.collectClaims(ctx, &removed))

	keys, keysErr := database.New(w.pool).DeleteExpiredIdempotencyKeys(ctx)
	if keysErr != nil {
		err = errors.Join(err, fmt.Errorf("delete idempotency keys: %w", keysErr))
	}

	removed.idempotencyKeys.Add(keys)

	forgotten, markErr := database.New(w.pool).MarkForgottenVMs(ctx)
	if forgotten > 0 {
		w.logger.WarnContext(ctx, "deployments that have ended still had VMs that were to run", slog.Int64("deployments", forgotten))
	}

	err = errors.Join(err, markErr, w.collectLogs(ctx, &removed), w.collectHistory(ctx, &removed), w.collectProjects(ctx, &removed))
	err = errors.Join(err, w.lookForLeaks(ctx, &removed))

	removed.log(ctx, w.logger)

	if err != nil {
		return fmt.Errorf("collect garbage: %w", err)
	}

	return nil
}

// log writes the counts into the log, unless all are zero.
func (c *collected) log(ctx context.Context, logger *slog.Logger) {
	attributes := []slog.Attr{}

	for _, count := range []struct {
		name  string
		value int64
	}{
		{"images", c.images.Load()},
		{"sources", c.sources.Load()},
		{"build_lines", c.buildLines.Load()},
		{"runtime_lines", c.runtimeLines.Load()},
		{"requests", c.requests.Load()},
		{"idempotency_keys", c.idempotencyKeys.Load()},
		{"vms", c.vms.Load()},
		{"deployments", c.deployments.Load()},
		{"image_rows", c.imageRows.Load()},
		{"environments", c.environments.Load()},
		{"projects_deleted_for_good", c.purged.Load()},
		{"projects", c.projects.Load()},
		{"project_events", c.projectEvents.Load()},
		{"detections", c.detections.Load()},
		{"audit_events", c.auditEvents.Load()},
		{"notifications", c.notifications.Load()},
		{"alerts", c.alerts.Load()},
		{"sign_ins", c.signIns.Load()},
		{"claims", c.claims.Load()},
		{"released_hostnames", c.hostnames.Load()},
		{"report_runs", c.reportRuns.Load()},
	} {
		if count.value > 0 {
			attributes = append(attributes, slog.Int64(count.name, count.value))
		}
	}

	if len(attributes) > 0 {
		logger.LogAttrs(ctx, slog.LevelInfo, "collected garbage", attributes...)
	}
}

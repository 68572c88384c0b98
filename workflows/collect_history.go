package workflows

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/id"
)

const (
	// signInRetention is how long what a sign-in began with is kept: codes, ways to GitHub and back, programs that asked to be signed in. All are over
	// within an hour.
	signInRetention = 24 * time.Hour
	// sessionRetention is how long sessions are kept that have ended.
	sessionRetention = 30 * 24 * time.Hour
	// reportRunRetention is how long it is remembered what an edge or node agent has reported: as long as anything is kept that a repeated report would
	// count in twice.
	reportRunRetention = 366 * 24 * time.Hour
)

// historyTimeout bounds the part of a pass that deletes rows of what is over.
const historyTimeout = 2 * time.Minute

// collectHistory deletes the rows of what ended longer ago than the retention: VMs, deployments, images that left the registry, previews, deleted
// projects, the events of projects and of the audit log, sign-ins, and what edges and node agents have reported. Rows go before those that they name. A kind
// of row that fails does not keep it from the others.
func (w *Worker) collectHistory(ctx context.Context, removed *collected) error {
	ctx, cancel := context.WithTimeout(ctx, historyTimeout)
	defer cancel()

	queries := database.New(w.pool)

	// The logs go with their deployment and must not go sooner than they would by themselves.
	retention := max(w.config.DeploymentRetention, w.config.LogRetention)
	before := madeBefore(retention)

	var problems []error

	for _, kind := range []struct {
		name    string
		removed *atomic.Int64
		batch   func() (int64, error)
	}{
		{"VMs", &removed.vms, func() (int64, error) {
			return queries.DeleteOldVMs(ctx, madeBefore(w.config.LogRetention), w.config.LogRetention)
		}},
		{"deployments", &removed.deployments, func() (int64, error) {
			return queries.DeleteOldDeployments(ctx, before, retention, w.config.KeepReleases)
		}},
		{"images", &removed.imageRows, func() (int64, error) { return queries.DeleteOldImages(ctx, before, retention) }},
		{"environments", &removed.environments, func() (int64, error) { return queries.DeleteOldEnvironments(ctx, before, retention) }},
		{"projects", &removed.projects, func() (int64, error) { return queries.DeleteOldProjects(ctx, before, retention) }},
		{"project events", &removed.projectEvents, func() (int64, error) { return queries.DeleteOldProjectEvents(ctx, before) }},
		{"detections", &removed.detections, func() (int64, error) { return queries.DeleteOldDetections(ctx, madeBefore(keepDetections)) }},
		{"notifications", &removed.notifications, func() (int64, error) { return queries.DeleteOldNotificationDeliveries(ctx, before) }},
		{"confirmations", &removed.notifications, func() (int64, error) { return queries.DeleteOldConfirmations(ctx, madeBefore(keepConfirmations)) }},
		{"former keys of webhooks", &removed.notifications, func() (int64, error) { return queries.DeleteFormerKeys(ctx, formerSigningKeyKind) }},
		{"alerts", &removed.alerts, func() (int64, error) { return queries.DeleteOldPlatformAlerts(ctx, before, retention) }},
		{"audit events", &removed.auditEvents, func() (int64, error) { return queries.DeleteOldAuditEvents(ctx, madeBefore(w.config.AuditRetention)) }},
		{"sign-ins", &removed.signIns, func() (int64, error) {
			return queries.DeleteOldSignIns(ctx, madeBefore(signInRetention), madeBefore(sessionRetention), sessionRetention)
		}},
		{"runs that reported", &removed.reportRuns, func() (int64, error) { return queries.ForgetReportRuns(ctx, reportRunRetention) }},
	} {
		if err := deleteBatches(kind.batch, kind.removed); err != nil {
			problems = append(problems, fmt.Errorf("delete old %s: %w", kind.name, err))
		}
	}

	return errors.Join(problems...)
}

// madeBefore sorts behind the ids of all rows that were made longer ago.
func madeBefore(ago time.Duration) uuid.UUID { return id.Floor(time.Now().Add(-ago)) }

// deleteBatches deletes batches until one finds nothing, and counts what they delete.
func deleteBatches(batch func() (int64, error), removed *atomic.Int64) error {
	for {
		rows, err := batch()
		if err != nil || rows == 0 {
			return err
		}

		removed.Add(rows)
	}
}

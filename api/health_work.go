package api

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/database/leaks"
	"github.com/zeitwork/zeitwork/workflows"
)

const (
	// longWait is how long a job may wait for a worker, as the alert QueueWaits has it.
	longWait = 5 * time.Minute
	// discardedWithin is how far back jobs are told of that were given up.
	discardedWithin = day
)

// lookAtCertificates tells of the certificates of the platform's own, and of how many of custom domains are not renewed.
func (h *health) lookAtCertificates(ctx context.Context, known platform) error {
	const part = "certificates"

	certificates, err := known.queries.ListPlatformCertificates(ctx)
	if err != nil {
		return err
	}

	failing, err := known.queries.CountFailingCertificates(ctx, workflows.ExpiresSoon)
	if err != nil {
		return err
	}

	for _, row := range certificates {
		if found := workflows.LookAtPlatformCertificate(row, known.now); !found.OK {
			h.problem(part, row.Hostname, found.Advice, "%s", found.Detail)
		}
	}

	if failing > 0 {
		h.notice(part, "", "their owners were told why; where it is the platform, the worker's log has it",
			"%d of custom domains expire soon and cannot be renewed", failing)
	}

	switch {
	case h.has(part):
	case len(certificates) == 0:
		h.ok(part, "the platform has none of its own, and those of custom domains are renewed")
	default:
		h.ok(part, "the %d of the platform's own are good, and those of custom domains are renewed", len(certificates))
	}

	return nil
}

// lookAtQueues tells of queues that are paused, or whose jobs wait for a worker.
func (h *health) lookAtQueues(ctx context.Context, known platform) error {
	const part = "queues"

	queues, err := known.queries.CountQueues(ctx, mostCounted, workflows.QueueNames())
	if err != nil {
		return err
	}

	waiting := int64(0)

	for _, queue := range queues {
		waiting += queue.Available

		switch {
		case queue.PausedAt != nil:
			h.problem(part, queue.Name, "resume it in River's pages: "+riverPath, "%s is paused, and %d jobs wait", queue.Name, queue.Available)
		case queue.Available > 0 && known.now.Sub(queue.OldestAvailableAt) > longWait:
			h.problem(part, queue.Name, "start another worker, or see what those do that run: zeitwork queue jobs",
				"the oldest of %d jobs in %s waits for %s", queue.Available, queue.Name, known.since(queue.OldestAvailableAt))
		}
	}

	switch {
	case h.has(part):
	case waiting == 0:
		h.ok(part, "no job waits for a worker")
	default:
		h.ok(part, "%d jobs wait, none of them for longer than %s", waiting, spell(longWait))
	}

	return nil
}

// lookAtJobs tells of jobs that were given up. One that comes back by the clock may fail once, as where Postgres restarts.
func (h *health) lookAtJobs(ctx context.Context, known platform) error {
	const (
		part   = "jobs"
		advice = "River's pages have them: " + riverPath + "; the worker's log has the cause"
	)

	kinds, names := lo.UnzipBy2(lo.Entries(workflows.PeriodicKinds()), func(e lo.Entry[string, string]) (kind, name string) { return e.Key, e.Value })

	discarded, err := known.queries.CountDiscardedJobs(ctx, database.CountDiscardedJobsParams{
		PeriodicKinds: kinds, PeriodicNames: names, Within: discardedWithin, Most: mostCounted,
	})
	if err != nil {
		return err
	}

	for _, row := range discarded {
		reason := lo.CoalesceOrEmpty(row.Error, "no reason was kept")

		if row.IsPeriodic {
			h.problem(part, row.Kind, advice, "the last %d of the kind %s have failed: %s", row.Jobs, row.Kind, reason)
		} else {
			h.problem(part, row.Kind, advice, "%d of the kind %s were given up within a day: %s", row.Jobs, row.Kind, reason)
		}
	}

	if len(discarded) == 0 {
		h.ok(part, "none was given up within a day")
	}

	return nil
}

// lookAtLeaks tells of what is there although nothing needs it.
func (h *health) lookAtLeaks(ctx context.Context, known platform) error {
	const part = "leaks"

	rows, err := known.queries.ListLeaks(ctx, [16]byte{}, leaks.Grace, mostCounted)
	if err != nil {
		return err
	}

	counted := lo.CountValuesBy(rows, func(row database.ListLeaksRow) string { return row.Kind })
	for _, kind := range slices.Sorted(maps.Keys(counted)) {
		h.problem(part, kind, "zeitwork leaks names them, and says what is left", "%d of the kind %s are there although nothing needs them", counted[kind], kind)
	}

	if len(rows) == 0 {
		h.ok(part, "none was found")
	}

	return nil
}

package scale

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/client"
)

// sampleRequests adds what one round of requests to the API costs.
func (w *world) sampleRequests(ctx context.Context, _ int, to *samples) error {
	reported, err := w.report(ctx)
	if err != nil {
		return err
	}

	listed, err := w.list(ctx)
	to.reportMillis, to.listMillis = append(to.reportMillis, reported), append(to.listMillis, listed)

	return err
}

// sampleWork adds what one round of the worker's work costs.
func (w *world) sampleWork(ctx context.Context, round int, to *samples) error {
	reconciled, err := w.reconcile(ctx)
	if err != nil {
		return err
	}

	to.reconcileMillis = append(to.reconcileMillis, reconciled)

	for n := range flipsPerRound {
		found, err := w.flip(ctx, round*flipsPerRound+n)
		if err != nil {
			return err
		}

		const kilobyte = 1000

		to.placeMillis, to.flipMillis = append(to.placeMillis, found.placeMillis), append(to.flipMillis, found.flipMillis)
		to.flipKilobytes = append(to.flipKilobytes, float64(found.bytes)/kilobyte)
	}

	return nil
}

// report has nodes say that all their VMs are as they were.
func (w *world) report(ctx context.Context) (float64, error) {
	const (
		rounds = 50
		most   = 50
	)

	reports := make([]client.NodeReport, min(w.size.nodes, most))

	for node := range reports {
		rows, err := w.pool.Query(ctx, "SELECT id FROM vms WHERE node_id = bench_id(7, $1) AND removed_at IS NULL AND state = 'healthy'", node)
		if err != nil {
			return 0, fmt.Errorf("read the VMs of a node: %w", err)
		}

		vms, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
		if err != nil {
			return 0, fmt.Errorf("read the VMs of a node: %w", err)
		}

		reports[node] = nodeReport(lo.Map(vms, func(vm uuid.UUID, _ int) client.VMReport { return client.VMReport{ID: vm, State: "healthy"} }))
	}

	return w.costOf(ctx, rounds, func(round int) error {
		node := round % len(reports)

		return w.send(ctx, node, reports[node])
	})
}

// list reads the first page of an organisation's projects, as the dashboard does.
func (w *world) list(ctx context.Context) (float64, error) {
	const rounds = 50

	organisation, err := w.seeded(ctx, 2, 1) //nolint:mnd // The kind of organisations in fill.sql.
	if err != nil {
		return 0, err
	}

	return w.costOf(ctx, rounds, func(int) error {
		answer, err := w.owner.ListProjectsWithResponse(ctx, &client.ListProjectsParams{OrganisationID: &organisation})
		if err == nil && answer.JSON200 == nil {
			err = fmt.Errorf("%s: %s", answer.Status(), answer.Body)
		}

		return err
	})
}

// reconcileJob is a pass of reconcile that is not due yet.
type reconcileJob struct{}

// Kind is that of the worker's own passes.
func (reconcileJob) Kind() string { return "reconcile" }

// reconcile returns the median of how long some passes of reconcile take, in milliseconds.
func (w *world) reconcile(ctx context.Context) (float64, error) {
	const passes = 5

	inserter, err := river.NewClient(riverpgxv5.New(w.pool), &river.Config{Schema: "river", FetchCooldown: time.Millisecond, Logger: w.logger})
	if err != nil {
		return 0, fmt.Errorf("make a client that inserts jobs: %w", err)
	}

	took := make([]float64, passes)

	for pass := range took {
		inserted, err := inserter.Insert(ctx, reconcileJob{}, &river.InsertOpts{Queue: "poll", MaxAttempts: 1})
		if err != nil {
			return 0, fmt.Errorf("insert a pass of reconcile: %w", err)
		}

		if took[pass], err = w.awaitJob(ctx, inserted.Job.ID); err != nil {
			return 0, err
		}
	}

	return middle(took), nil
}

// awaitJob returns how many milliseconds a job took.
func (w *world) awaitJob(ctx context.Context, job int64) (took float64, err error) {
	const between = 5 * time.Millisecond

	for {
		var state string

		err := w.pool.QueryRow(ctx, `SELECT state, coalesce(extract(epoch FROM finalized_at - attempted_at)::float8 * 1000, 0)
			FROM river.river_job WHERE id = $1`, job).Scan(&state, &took)
		if err != nil {
			return 0, fmt.Errorf("read a job: %w", err)
		}

		switch state {
		case "completed":
			return took, nil
		case "discarded", "cancelled":
			return 0, fmt.Errorf("a pass of reconcile is %s", state)
		}

		select {
		case <-ctx.Done():
			return 0, ctx.Err()
		case <-time.After(between):
		}
	}
}

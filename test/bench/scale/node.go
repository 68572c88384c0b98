package scale

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/samber/lo"
	"golang.org/x/sync/errgroup"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/database"
)

// runNodes has all nodes report, until ctx ends, as soon as there is news for them: what is to run is healthy, and what is to stop is gone.
func (w *world) runNodes(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)

	for node := range w.size.nodes {
		id, err := w.seeded(ctx, 7, node) //nolint:mnd // The kind of nodes in fill.sql.
		if err != nil {
			return err
		}

		news, cancel := w.listener.Subscribe(database.ChannelNodes, id.String())

		group.Go(func() error {
			defer cancel()

			for {
				select {
				case <-ctx.Done():
					return nil
				case <-news:
				}

				if err := w.reportNews(ctx, node, id); err != nil && ctx.Err() == nil {
					return err
				}
			}
		})
	}

	group.Go(func() error { return w.keepNodes(ctx) })

	return group.Wait()
}

// keepNodes has all nodes count as seen. Their reports of nothing new are measured by themselves.
func (w *world) keepNodes(ctx context.Context) error {
	const every = 5 * time.Second

	for {
		if _, err := w.pool.Exec(ctx, "UPDATE nodes SET last_seen_at = now() + interval '1 day'"); err != nil && ctx.Err() == nil {
			return fmt.Errorf("keep the nodes: %w", err)
		}

		select {
		case <-ctx.Done():
			return nil
		case <-time.After(every):
		}
	}
}

// reportNews reports the VMs of a node that are not as they are to be.
func (w *world) reportNews(ctx context.Context, node int, id uuid.UUID) error {
	rows, err := w.pool.Query(ctx, `SELECT id, desired_state = 'stopped' FROM vms
		WHERE node_id = $1 AND removed_at IS NULL AND (state <> 'healthy' OR desired_state = 'stopped')`, id)
	if err != nil {
		return fmt.Errorf("read what a node is to run: %w", err)
	}

	type wanted struct {
		ID   uuid.UUID
		Gone bool
	}

	vms, err := pgx.CollectRows(rows, pgx.RowToStructByPos[wanted])
	if err != nil {
		return fmt.Errorf("read what a node is to run: %w", err)
	}

	if len(vms) == 0 {
		return nil
	}

	return w.send(ctx, node, nodeReport(lo.Map(vms, func(vm wanted, _ int) client.VMReport {
		return client.VMReport{ID: vm.ID, State: lo.Ternary[client.VMReportState](vm.Gone, "removed", "healthy")}
	})))
}

func nodeReport(vms []client.VMReport) client.NodeReport {
	return client.NodeReport{
		Version: "1", Runtime: "kata", CPUMillis: 64_000, MemoryBytes: 256 << 30, //nolint:mnd // As fill.sql has them.
		VMS: vms,
	}
}

func (w *world) send(ctx context.Context, node int, report client.NodeReport) error {
	machine, err := w.as("zwn_" + strconv.Itoa(node))
	if err != nil {
		return err
	}

	answer, err := machine.ReportNodeWithResponse(ctx, report)
	if err == nil && answer.StatusCode() != http.StatusNoContent {
		err = fmt.Errorf("%s: %s", answer.Status(), answer.Body)
	}

	if err != nil {
		return fmt.Errorf("report a node: %w", err)
	}

	return nil
}

package scale

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/database/keyring"
)

// as returns a client that signs in with a token.
func (w *world) as(token string) (*client.ClientWithResponses, error) {
	return client.NewClientWithResponses(w.server.URL, client.WithRequestEditorFn(func(_ context.Context, request *http.Request) error {
		request.Header.Set("Authorization", "Bearer "+token)

		return nil
	}))
}

// costOf returns the processor time of one run of work, in milliseconds, of this process and of Postgres together.
func (w *world) costOf(ctx context.Context, rounds int, work func(round int) error) (float64, error) {
	if err := work(0); err != nil { // What is done once is not measured.
		return 0, err
	}

	before, err := w.processorTime(ctx)
	if err != nil {
		return 0, err
	}

	for round := range rounds {
		if err := work(round); err != nil {
			return 0, err
		}
	}

	after, err := w.processorTime(ctx)

	return float64(after-before) / float64(time.Millisecond) / float64(rounds), err
}

// processorTime is what this process and the connections of its database have used so far.
func (w *world) processorTime(ctx context.Context) (time.Duration, error) {
	var own syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &own); err != nil {
		return 0, fmt.Errorf("read the processor time: %w", err)
	}

	rows, err := w.pool.Query(ctx, "SELECT pid FROM pg_stat_activity WHERE datname = current_database()")
	if err != nil {
		return 0, fmt.Errorf("find the processes of Postgres: %w", err)
	}

	processes, err := pgx.CollectRows(rows, pgx.RowTo[int])
	if err != nil {
		return 0, fmt.Errorf("find the processes of Postgres: %w", err)
	}

	total := time.Duration(own.Utime.Nano() + own.Stime.Nano())
	for _, process := range processes {
		total += timeOf(process)
	}

	return total, nil
}

// timeOf returns the processor time of a process; zero where it is gone.
func timeOf(process int) time.Duration {
	// The second field is how long it ran, in nanoseconds, as the scheduler counts.
	text, err := os.ReadFile("/proc/" + strconv.Itoa(process) + "/schedstat")
	if err != nil {
		return 0
	}

	first, _, _ := strings.Cut(string(text), " ")
	nanoseconds, _ := strconv.ParseInt(first, 10, 64) // The kernel writes a number.

	return time.Duration(nanoseconds)
}

// report has nodes say that all their VMs are as they were.
func (w *world) report(ctx context.Context) (float64, error) {
	const rounds = 300

	bodies, err := w.reports(ctx)
	if err != nil {
		return 0, err
	}

	return w.costOf(ctx, rounds, func(round int) error {
		node := round % len(bodies)

		return w.send(ctx, node, bodies[node])
	})
}

// reports are what nodes say of their VMs, of fifty nodes at the most.
func (w *world) reports(ctx context.Context) ([]client.NodeReport, error) {
	const most = 50

	reports := make([]client.NodeReport, min(w.size.nodes, most))

	for node := range reports {
		rows, err := w.pool.Query(ctx, "SELECT id FROM vms WHERE node_id = bench_id(7, $1)", node)
		if err != nil {
			return nil, fmt.Errorf("read the VMs of a node: %w", err)
		}

		vms, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
		if err != nil {
			return nil, fmt.Errorf("read the VMs of a node: %w", err)
		}

		reports[node] = healthy(vms...)
	}

	return reports, nil
}

func healthy(vms ...uuid.UUID) client.NodeReport {
	return client.NodeReport{
		Version: "1", Runtime: "kata", CPUMillis: 64_000, MemoryBytes: 256 << 30, //nolint:mnd // As fill.sql has them.
		VMS: lo.Map(vms, func(vm uuid.UUID, _ int) client.VMReport { return client.VMReport{ID: vm, State: "healthy"} }),
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

// list reads the first page of an organisation's projects, as the dashboard does.
func (w *world) list(ctx context.Context) (float64, error) {
	const rounds = 200

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

// reconcile is how long passes of reconcile take, in milliseconds, since the worker has begun.
func (w *world) reconcile(ctx context.Context) (float64, error) {
	const passes = 3

	for {
		rows, err := w.pool.Query(ctx, `SELECT extract(epoch FROM finalized_at - attempted_at)::float8 * 1000 FROM river.river_job
			WHERE kind = 'reconcile' AND state = 'completed'`)
		if err != nil {
			return 0, fmt.Errorf("read the passes of reconcile: %w", err)
		}

		took, err := pgx.CollectRows(rows, pgx.RowTo[float64])
		if err != nil {
			return 0, fmt.Errorf("read the passes of reconcile: %w", err)
		}

		if len(took) >= passes {
			return middle(took), nil
		}

		if err := pause(ctx); err != nil {
			return 0, err
		}
	}
}

func pause(ctx context.Context) error {
	const between = 5 * time.Millisecond

	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(between):
		return nil
	}
}

// flip is what one deployment has cost.
type flip struct {
	placeMillis, flipMillis float64
	// bytes are the most that one edge got for it.
	bytes int
}

// deploy rolls a project back, whose VMs the worker places, nodes report as healthy, and edges are told of.
func (w *world) deploy(ctx context.Context, project int, told []*edge) (flip, error) {
	before, err := w.seeded(ctx, 6, project) //nolint:mnd // The kind of deployments in fill.sql.
	if err != nil {
		return flip{}, err
	}

	if err := w.sealEnvironment(ctx, before, project); err != nil {
		return flip{}, err
	}

	answer, err := w.owner.RollbackWithResponse(ctx, before, nil)
	if err != nil {
		return flip{}, err
	}

	if answer.JSON201 == nil {
		return flip{}, fmt.Errorf("roll back: %s: %s", answer.Status(), answer.Body)
	}

	deployment := answer.JSON201.ID

	if err := w.makeHealthy(ctx, deployment); err != nil {
		return flip{}, err
	}

	return w.live(ctx, deployment, told)
}

// sealEnvironment gives a deployment of fill.sql the variables that it had, which are none, under the key of the platform.
func (w *world) sealEnvironment(ctx context.Context, deployment uuid.UUID, project int) error {
	snapshot := keyring.Snapshot{DeploymentID: deployment}

	err := w.pool.QueryRow(ctx, "SELECT id, organisation_id FROM projects WHERE id = bench_id(3, $1)", project).Scan(&snapshot.ProjectID, &snapshot.OrganisationID)
	if err != nil {
		return fmt.Errorf("read a project: %w", err)
	}

	sealed, err := w.parts.Keyring.SealEnvironment(ctx, database.New(w.pool), snapshot, map[string]string{})
	if err != nil {
		return err
	}

	if _, err := w.pool.Exec(ctx, "UPDATE deployments SET environment_sealed = $2 WHERE id = $1", deployment, sealed); err != nil {
		return fmt.Errorf("write a deployment: %w", err)
	}

	return nil
}

// makeHealthy waits until the VMs of a deployment are placed, and has their nodes say that they are healthy.
func (w *world) makeHealthy(ctx context.Context, deployment uuid.UUID) error {
	const instances = 2

	for {
		rows, err := w.pool.Query(ctx, `SELECT vms.id, substr(nodes.name, 6)::int AS node FROM vms JOIN nodes ON nodes.id = vms.node_id
			WHERE vms.deployment_id = $1`, deployment)
		if err != nil {
			return fmt.Errorf("read what was placed: %w", err)
		}

		type placed struct {
			ID   uuid.UUID
			Node int
		}

		vms, err := pgx.CollectRows(rows, pgx.RowToStructByPos[placed])
		if err != nil {
			return fmt.Errorf("read what was placed: %w", err)
		}

		if len(vms) == instances {
			for _, vm := range vms {
				if err := w.send(ctx, vm.Node, healthy(vm.ID)); err != nil {
					return err
				}
			}

			return nil
		}

		if err := pause(ctx); err != nil {
			return err
		}
	}
}

// live waits until a deployment is live and all edges know it.
func (w *world) live(ctx context.Context, deployment uuid.UUID, told []*edge) (flip, error) {
	var (
		state    string
		version  int64
		switched time.Time
		result   flip
	)

	for state != "live" {
		err := w.pool.QueryRow(ctx, `SELECT state, coalesce(route_version, 0), coalesce(ended_at, now()) FROM deployments WHERE id = $1`, deployment).
			Scan(&state, &version, &switched)
		if err != nil {
			return result, fmt.Errorf("read a deployment: %w", err)
		}

		if state == "failed" {
			return result, errors.New("a deployment has failed")
		}

		if err := pause(ctx); err != nil {
			return result, err
		}
	}

	for _, edge := range told {
		got, err := edge.reached(ctx, version)
		if err != nil {
			return result, err
		}

		result.bytes = max(result.bytes, got.bytes)
		result.flipMillis = max(result.flipMillis, float64(got.at.Sub(switched))/float64(time.Millisecond))
	}

	err := w.pool.QueryRow(ctx, `SELECT extract(epoch FROM ended_at - started_at)::float8 * 1000 FROM deployment_steps
		WHERE deployment_id = $1 AND step = 'schedule'`, deployment).Scan(&result.placeMillis)
	if err != nil {
		return result, fmt.Errorf("read how long placing took: %w", err)
	}

	return result, nil
}

func middle(of []float64) float64 {
	sorted := slices.Sorted(slices.Values(of))

	return sorted[len(sorted)/2]
}

package workflows

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
)

const (
	// failuresWithin is how long a VM that failed for good counts against the deployment's next one.
	failuresWithin = time.Hour
	// shortestReplacementPause and longestReplacementPause bound how long a deployment whose VMs fail again and again waits for another.
	shortestReplacementPause = 5 * time.Second
	longestReplacementPause  = 10 * time.Minute
)

// rescale brings the VMs of a live deployment to the number that it is to have, in one transaction: VMs that failed for good are
// replaced, missing ones are placed, and surplus ones leave the route table, upon which move_vms stops them. VMs that leave their node
// count as long as nothing replaces them.
func (w *Worker) rescale(ctx context.Context, job *river.Job[arguments]) error {
	deployment, later := job.Args.DeploymentID, time.Duration(0)

	err := database.InTx(ctx, w.pool, func(tx pgx.Tx, queries *database.Queries) error {
		locked, err := lockDeployment(ctx, queries, deployment)
		if err != nil || locked.State != stateLive {
			return err
		}

		if later, err = pauseOfReplacement(ctx, queries, deployment); err != nil || later > 0 {
			return err
		}

		return w.rescaleLocked(ctx, tx, queries, locked)
	})

	if err == nil && later > 0 {
		return river.JobSnooze(later)
	}

	return w.orLater(ctx, deployment, "instances are missing and no node has room", err)
}

// pauseOfReplacement is how long a deployment has still to wait for another VM, because its last ones failed: twice as long after each
// failure.
func pauseOfReplacement(ctx context.Context, queries *database.Queries, deployment uuid.UUID) (time.Duration, error) {
	recent, err := queries.CountRecentFailures(ctx, deployment, failuresWithin)
	if err != nil {
		return 0, fmt.Errorf("count the VMs that failed: %w", err)
	}

	if recent.Failures == 0 {
		return 0, nil
	}

	pause := longestReplacementPause
	if doublings := recent.Failures - 1; doublings < 10 { //nolint:mnd // Far beyond the longest pause.
		pause = min(pause, shortestReplacementPause<<doublings)
	}

	return max(pause-recent.LastAgo, 0), nil
}

func (w *Worker) rescaleLocked(ctx context.Context, tx pgx.Tx, queries *database.Queries, deployment database.Deployment) error {
	project, err := queries.LockProject(ctx, deployment.ProjectID)
	if err != nil {
		return fmt.Errorf("lock the project: %w", err)
	}

	if err := queries.LockPlacement(ctx); err != nil {
		return fmt.Errorf("lock placement: %w", err)
	}

	rows, err := queries.ListInstances(ctx, deployment.ID)
	if err != nil {
		return fmt.Errorf("list the instances: %w", err)
	}

	// What another VM is about to replace does not count beside it.
	replaced, rows := lo.FilterReject(rows, func(row database.ListInstancesRow, _ int) bool { return row.Replaced })
	vms := lo.Map(rows, func(row database.ListInstancesRow, _ int) database.VM { return row.VM })
	failed, good := lo.FilterReject(vms, func(vm database.VM, _ int) bool { return vm.State == "failed" })

	vm, err := vmOf(project, deployment)
	if err != nil {
		return err
	}

	// The project's settings may have changed since: another instance is like those that are there.
	if len(vms) > 0 {
		vm = likeVM(vms[0])
	}

	wanted := InstancesOf(project, deployment)

	if err := w.addInstances(ctx, queries, deployment, vm, failed, wanted, len(good)); err != nil {
		return err
	}

	leaving := lo.Map(replaced, func(row database.ListInstancesRow, _ int) uuid.UUID { return row.VM.ID })
	if err := w.stopSurplus(ctx, tx, queries, deployment, good, leaving, wanted); err != nil {
		return err
	}

	if deployment.EnvironmentID != project.ID {
		return nil
	}

	if err := queries.SettleInstances(ctx, project.ID); err != nil {
		return fmt.Errorf("write that the instances are as many as they should be: %w", err)
	}

	return nil
}

// addInstances places the missing VMs of a live deployment and stops those that failed for good.
func (w *Worker) addInstances(
	ctx context.Context, queries *database.Queries, deployment database.Deployment, vm database.CreateVMParams, failed []database.VM, wanted, good int,
) error {
	missing := wanted - good

	touched, err := queries.SetVMsDesired(ctx, "stopped", vmIDs(failed))
	if err != nil {
		return fmt.Errorf("stop the VMs that failed: %w", err)
	}

	if missing > 0 {
		placed, err := w.placeOn(ctx, queries, vm, missing)
		if err != nil {
			return err
		}

		for _, node := range placed {
			if err := createVM(ctx, queries, vm, node); err != nil {
				return err
			}

			touched = append(touched, node.ID)
		}
	}

	if err := recordAdded(ctx, queries, deployment, failed, wanted, missing); err != nil {
		return err
	}

	return notifyNodes(ctx, queries, touched)
}

// recordAdded writes into the project's timeline which instances took the place of failed ones, and which were added.
func recordAdded(
	ctx context.Context, queries *database.Queries, deployment database.Deployment, failed []database.VM, wanted, missing int,
) error {
	for _, vm := range failed {
		message := strings.TrimSpace("An instance failed for good and was replaced. " + lo.FromPtr(vm.Message))
		if err := recordEvent(ctx, queries, deployment.ProjectID, &deployment.ID, eventReplaced, message); err != nil {
			return err
		}
	}

	added := missing - len(failed)
	if added <= 0 {
		return nil
	}

	return recordEvent(ctx, queries, deployment.ProjectID, &deployment.ID, eventInstances,
		fmt.Sprintf("Instances were added (%d), as the project asks for %d.", added, wanted))
}

// stopSurplus takes the VMs that are too many out of the route table: unhealthy ones first, then the youngest. One that was to take the place of another
// one goes with that one, which is among those that leave and would stay otherwise.
func (w *Worker) stopSurplus(
	ctx context.Context, tx pgx.Tx, queries *database.Queries, deployment database.Deployment, good []database.VM, leaving []uuid.UUID, wanted int,
) error {
	surplus := len(good) - wanted
	if surplus <= 0 {
		return nil
	}

	slices.SortStableFunc(good, func(a, b database.VM) int {
		if healthy := a.State == "healthy"; healthy != (b.State == "healthy") {
			return lo.Ternary(healthy, 1, -1)
		}

		return b.CreatedAt.Compare(a.CreatedAt)
	})

	stopped := vmIDs(good[:surplus])

	for _, vm := range good[:surplus] {
		if vm.ReplacesID != nil && slices.Contains(leaving, *vm.ReplacesID) {
			stopped = append(stopped, *vm.ReplacesID)
		}
	}

	if _, err := queries.SetVMsDesired(ctx, "draining", stopped); err != nil {
		return fmt.Errorf("take VMs out of the route table: %w", err)
	}

	if err := insertJob(ctx, w.inserter, tx, kindMoveVMs, arguments{DeploymentID: deployment.ID}); err != nil {
		return err
	}

	err := recordEvent(ctx, queries, deployment.ProjectID, &deployment.ID, eventInstances,
		fmt.Sprintf("Instances are stopped (%d), as the project asks for %d.", surplus, wanted))
	if err != nil {
		return err
	}

	if _, err := queries.NextRouteVersion(ctx); err != nil {
		return fmt.Errorf("count the route version: %w", err)
	}

	return queries.Notify(ctx, database.ChannelRoutes, "")
}

func vmIDs(vms []database.VM) []uuid.UUID {
	return lo.Map(vms, func(vm database.VM, _ int) uuid.UUID { return vm.ID })
}

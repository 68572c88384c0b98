package workflows

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/problem"
)

const (
	// failuresWithin is how long a VM that failed for good counts against the deployment's next one.
	failuresWithin = time.Hour
	// shortestReplacementPause and longestReplacementPause bound how long a deployment whose VMs fail again and again waits for another.
	shortestReplacementPause = 5 * time.Second
	longestReplacementPause  = 10 * time.Minute
)

// rescale brings the VMs of a live deployment to those that it is to have, in one transaction: VMs that failed for good are
// replaced, missing ones are placed, and surplus ones leave the route table, upon which move_vms stops them. Where one region lacks what another has too
// much of, the surplus VM serves until the new one is healthy, and so it does where a VM that stays is not healthy. VMs that leave their node count as long
// as nothing replaces them. A region that is short of room does not hold up the others.
func (w *Worker) rescale(ctx context.Context, job *river.Job[arguments]) error {
	var (
		deployment = job.Args.DeploymentID
		later      time.Duration
		noRoom     error
	)

	err := database.InTx(ctx, w.pool, func(tx pgx.Tx, queries *database.Queries) error {
		locked, err := lockDeployment(ctx, queries, deployment)
		if err != nil || locked.State != stateLive {
			return err
		}

		asleep, err := isAsleep(ctx, queries, locked)
		if err != nil {
			return err
		}

		if asleep {
			return w.settleAsleep(ctx, queries, locked)
		}

		if later, err = pauseOfReplacement(ctx, queries, deployment); err != nil || later > 0 {
			return err
		}

		noRoom, err = w.rescaleLocked(ctx, tx, queries, locked)

		return err
	})

	switch {
	case errors.Is(err, errMoving):
		return river.JobSnooze(roomRest)
	case err == nil && later > 0:
		return river.JobSnooze(later)
	default:
		return w.orLater(ctx, deployment, "instances are missing and no node has room", cmp.Or(err, noRoom))
	}
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

// rescaleLocked returns, beside an error, why VMs are still missing, where no node has room for them.
func (w *Worker) rescaleLocked(ctx context.Context, tx pgx.Tx, queries *database.Queries, deployment database.Deployment) (noRoom, _ error) {
	project, err := queries.LockProject(ctx, deployment.ProjectID)
	if err != nil {
		return nil, fmt.Errorf("lock the project: %w", err)
	}

	if err := queries.LockPlacement(ctx); err != nil {
		return nil, fmt.Errorf("lock placement: %w", err)
	}

	rows, err := queries.ListInstances(ctx, deployment.ID)
	if err != nil {
		return nil, fmt.Errorf("list the instances: %w", err)
	}

	vm, err := vmOf(project, deployment)
	if err != nil {
		return nil, err
	}

	// The project's settings may have changed since: another instance is like those that are there.
	if len(rows) > 0 {
		vm = likeVM(rows[0].VM)
	}

	shares := sharesOf(project, deployment)
	d := weigh(shares, rows)

	stoppable, heldBack := d.stoppable()

	if d.moves() || slices.ContainsFunc(stoppable, d.order.serves) {
		// First of all: a job that moves already would not see what is placed beside it, nor wait until requests to what leaves the route table have ended.
		err = w.insertMove(ctx, tx, queries, deployment.ID)
	}

	if err != nil {
		return nil, err
	}

	moved, noRoom, err := w.addInstances(ctx, queries, deployment, vm, d, describeShares(shares))
	if err != nil {
		return nil, err
	}

	if err := w.stopSurplus(ctx, tx, queries, deployment, stoppable, d.leaving, describeShares(shares)); err != nil {
		return nil, err
	}

	// What is on its way may not arrive, and what is held back is to be stopped later.
	if unsettled := moved + heldBack + len(d.leaving); unsettled > 0 || noRoom != nil {
		return noRoom, nil
	}

	return nil, settle(ctx, queries, project, deployment)
}

// settle notes of a project's production that its instances are as many as they should be.
func settle(ctx context.Context, queries *database.Queries, project database.Project, deployment database.Deployment) error {
	if deployment.EnvironmentID != project.ID {
		return nil
	}

	if err := queries.SettleInstances(ctx, project.ID); err != nil {
		return fmt.Errorf("write that the instances are as many as they should be: %w", err)
	}

	return nil
}

// addInstances places the missing VMs of a live deployment, in each region where there is room, and stops those there that failed for good. It returns how
// many of the new VMs take the place of surplus ones of another region, and why others could not be placed.
func (w *Worker) addInstances(
	ctx context.Context, queries *database.Queries, deployment database.Deployment, vm database.CreateVMParams, d difference, asked string,
) (moved int, noRoom, _ error) {
	var touched []uuid.UUID

	added, surplus := 0, d.surplus

	for _, gap := range d.gaps {
		placed, err := w.placeMissing(ctx, queries, vm, gap)
		if problem.CodeOf(err) == problem.Unavailable {
			noRoom = cmp.Or(noRoom, err)

			continue
		}

		if err != nil {
			return 0, nil, err
		}

		stopped, err := stopFailed(ctx, queries, deployment, gap.failed)
		if err != nil {
			return 0, nil, err
		}

		touched = append(touched, stopped...)

		for _, node := range placed {
			fresh := vm

			if len(surplus) > 0 {
				fresh.ReplacesID, surplus = &surplus[0].ID, surplus[1:]
				moved++
			}

			if err := createVM(ctx, queries, fresh, node); err != nil {
				return 0, nil, err
			}

			touched = append(touched, node.ID)
		}

		added += len(placed) - len(gap.failed)
	}

	if err := recordAdded(ctx, queries, deployment, added-moved, moved, asked); err != nil {
		return 0, nil, err
	}

	return moved, noRoom, notifyNodes(ctx, queries, touched)
}

// placeMissing chooses the nodes of the VMs that a region lacks, if it lacks any.
func (w *Worker) placeMissing(ctx context.Context, queries *database.Queries, vm database.CreateVMParams, gap gap) ([]database.Node, error) {
	if gap.missing == 0 {
		return nil, nil
	}

	return w.placeOn(ctx, queries, gap.region, vm, gap.missing)
}

// stopFailed stops VMs that failed for good, which the project's timeline tells, and returns their nodes.
func stopFailed(ctx context.Context, queries *database.Queries, deployment database.Deployment, failed []database.VM) ([]uuid.UUID, error) {
	nodes, err := queries.SetVMsDesired(ctx, "stopped", vmIDs(failed))
	if err != nil {
		return nil, fmt.Errorf("stop the VMs that failed: %w", err)
	}

	for _, vm := range failed {
		message := strings.TrimSpace("An instance failed for good and was replaced. " + lo.FromPtr(vm.Message))
		if err := recordEvent(ctx, queries, deployment.ProjectID, &deployment.ID, eventReplaced, message); err != nil {
			return nil, err
		}
	}

	return nodes, nil
}

// recordAdded writes into the project's timeline how many instances were added, and how many take the place of ones in another region.
func recordAdded(ctx context.Context, queries *database.Queries, deployment database.Deployment, added, moved int, asked string) error {
	if moved > 0 {
		message := fmt.Sprintf("Instances move to another region (%d), as the project asks for %s: each serves until the other one is healthy.", moved, asked)
		if err := recordEvent(ctx, queries, deployment.ProjectID, &deployment.ID, eventInstances, message); err != nil {
			return err
		}
	}

	if added <= 0 {
		return nil
	}

	return recordEvent(ctx, queries, deployment.ProjectID, &deployment.ID, eventInstances,
		fmt.Sprintf("Instances were added (%d), as the project asks for %s.", added, asked))
}

// stopSurplus takes VMs that are too many out of the route table. One that was to take the place of another one goes with that one, which is among those that
// leave and would stay otherwise.
func (w *Worker) stopSurplus(
	ctx context.Context, tx pgx.Tx, queries *database.Queries, deployment database.Deployment, surplus []database.VM, leaving []uuid.UUID, asked string,
) error {
	if len(surplus) == 0 {
		return nil
	}

	stopped := vmIDs(surplus)

	for _, vm := range surplus {
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

	return recordEvent(ctx, queries, deployment.ProjectID, &deployment.ID, eventInstances,
		fmt.Sprintf("Instances are stopped (%d), as the project asks for %s.", len(surplus), asked))
}

func vmIDs(vms []database.VM) []uuid.UUID {
	return lo.Map(vms, func(vm database.VM, _ int) uuid.UUID { return vm.ID })
}

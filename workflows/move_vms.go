package workflows

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/logging"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// roomRest is how long a job that found no room waits before it tries again.
const roomRest = 5 * time.Second

// errReplacementFailed means that a VM which was to replace another one cannot run.
var errReplacementFailed = errors.New("a VM that was to replace another one failed")

// errAnotherToMove ends the wait for replacements where another VM has to leave its node meanwhile.
var errAnotherToMove = errors.New("another VM has to leave its node")

// moveVMs takes the VMs of a deployment off nodes that are being drained or were lost, or where they are ill: it starts others elsewhere, waits until
// they are healthy, takes the old ones out of the route table, and stops them once every live edge has acknowledged that
// and requests have had time to end. Those for which no other node has room stay, and the job comes back for them. Each attempt begins with what it
// finds, so that everything may be done twice.
func (w *Worker) moveVMs(ctx context.Context, job *river.Job[arguments]) error {
	deployment := job.Args.DeploymentID

	noRoom := w.replaceVMs(ctx, deployment)
	if noRoom != nil && problem.CodeOf(noRoom) != problem.Unavailable {
		return noRoom
	}

	// Where VMs stay that must leave, the job looks again soon, and does not wait for those that replace others: it takes the healthy ones.
	if noRoom == nil {
		if err := w.awaitReplacements(ctx, deployment); errors.Is(err, errAnotherToMove) {
			return river.JobSnooze(0)
		} else if err != nil {
			return err
		}
	}

	if err := w.stopReplaced(ctx, deployment); err != nil {
		return err
	}

	return w.orLater(ctx, deployment, "VMs must leave their node and no other one has room", noRoom)
}

// stopReplaced stops the VMs whose replacement is healthy, without losing a request.
func (w *Worker) stopReplaced(ctx context.Context, deployment uuid.UUID) error {
	draining, err := w.drainReplaced(ctx, deployment)
	if err != nil || !draining {
		return err
	}

	if err := w.awaitEdges(ctx, deployment); err != nil {
		return err
	}

	if err := w.sleep(ctx, w.config.DrainTime); err != nil {
		return err
	}

	return database.InTx(ctx, w.pool, func(_ pgx.Tx, queries *database.Queries) error {
		nodes, err := queries.StopDrainedVMs(ctx, deployment)
		if err != nil {
			return fmt.Errorf("stop the VMs that were replaced: %w", err)
		}

		return notifyNodes(ctx, queries, nodes)
	})
}

// orLater makes the job come back later, which costs no attempt, where it found no room, and has room made. Where the project names the region that
// is short, its events say so.
func (w *Worker) orLater(ctx context.Context, deployment uuid.UUID, what string, err error) error {
	if problem.CodeOf(err) != problem.Unavailable {
		return err
	}

	w.logger.WarnContext(ctx, what, logging.Deployment(deployment), logging.Error(err))

	if noRoom, ok := errors.AsType[*noRoomError](err); ok {
		w.makeRoom(ctx, noRoom)
	}

	if _, ok := errors.AsType[*regionError](err); ok {
		if err := recordRegionWait(ctx, database.New(w.pool), deployment, err); err != nil {
			return err
		}
	}

	return river.JobSnooze(roomRest)
}

// replaceVMs gives each VM that must leave its node another one elsewhere, and one of those that are ill: what makes them all ill may be the app. Where the
// project names regions, the other one is in the same region. It returns why a VM stays that must leave, where no other node has room.
func (w *Worker) replaceVMs(ctx context.Context, deployment uuid.UUID) error {
	var noRoom error

	err := database.InTx(ctx, w.pool, func(_ pgx.Tx, queries *database.Queries) error {
		locked, err := lockDeployment(ctx, queries, deployment)
		if err != nil {
			return err
		}

		if locked.State != stateLive && locked.State != stateDeploying {
			return nil
		}

		project, err := queries.LockProject(ctx, locked.ProjectID)
		if err != nil {
			return fmt.Errorf("lock the project: %w", err)
		}

		if err := queries.LockPlacement(ctx); err != nil {
			return fmt.Errorf("lock placement: %w", err)
		}

		touched, err := w.dropHopeless(ctx, queries, locked)
		if err != nil {
			return err
		}

		leaving, err := queries.LockVMsToMove(ctx, w.config.NodeLostAfter, deployment, w.config.illAfter())
		if err != nil {
			return fmt.Errorf("find the VMs that must leave their node: %w", err)
		}

		if firstIll := slices.IndexFunc(leaving, func(row database.LockVMsToMoveRow) bool { return !row.MustLeave }); firstIll >= 0 {
			leaving = leaving[:firstIll+1]
		}

		replaced, lacking, err := w.replaceEach(ctx, queries, project, locked, leaving)
		noRoom = lacking

		if err != nil {
			return err
		}

		return notifyNodes(ctx, queries, append(touched, replaced...))
	})

	return cmp.Or(err, noRoom)
}

// replaceEach returns the nodes that are to be told, and why a VM stays that must leave.
func (w *Worker) replaceEach(
	ctx context.Context, queries *database.Queries, project database.Project, deployment database.Deployment, leaving []database.LockVMsToMoveRow,
) (touched []uuid.UUID, noRoom, _ error) {
	for _, old := range leaving {
		node, err := w.replace(ctx, queries, project, deployment, old)
		if problem.CodeOf(err) == problem.Unavailable {
			// For one that is ill, reconcile comes back in a minute.
			if old.MustLeave {
				noRoom = cmp.Or(noRoom, err)
			}

			continue
		}

		if err != nil {
			return nil, noRoom, err
		}

		touched = append(touched, old.VM.NodeID, node)
	}

	return touched, noRoom, nil
}

// dropHopeless gives up the VMs that were to replace others and do not become healthy, and returns their nodes.
func (w *Worker) dropHopeless(ctx context.Context, queries *database.Queries, deployment database.Deployment) ([]uuid.UUID, error) {
	dropped, err := queries.DropHopelessReplacements(ctx, database.DropHopelessReplacementsParams{
		DeploymentID: deployment.ID, LostAfter: w.config.NodeLostAfter, StartTimeout: w.config.StartTimeout, HealthTimeout: w.config.HealthTimeout,
	})
	if err != nil {
		return nil, fmt.Errorf("give up replacements: %w", err)
	}

	if len(dropped) == 0 {
		return nil, nil
	}

	return dropped, recordEvent(ctx, queries, deployment.ProjectID, &deployment.ID, eventInstances,
		fmt.Sprintf("Instances that were to take the place of others (%d) did not become healthy and are stopped. Those others stay.", len(dropped)))
}

// replace starts another VM in the place of a VM that must leave its node or is ill there, and returns the node of the new VM.
func (w *Worker) replace(
	ctx context.Context, queries *database.Queries, project database.Project, deployment database.Deployment, row database.LockVMsToMoveRow,
) (uuid.UUID, error) {
	old := row.VM
	fresh := likeVM(old)
	fresh.ReplacesID = &old.ID

	nodes, err := w.placeOn(ctx, queries, regionToStayIn(project, row.Region), fresh, 1, old.NodeID)
	if err != nil {
		return uuid.Nil, err
	}

	// A deployment that is not live yet has no requests to keep: its chain waits for the new VM alone.
	if deployment.State != stateLive {
		fresh.ReplacesID = nil

		if err := queries.StopVM(ctx, old.ID); err != nil {
			return uuid.Nil, fmt.Errorf("stop VM %s: %w", old.ID, err)
		}
	}

	if !row.MustLeave {
		message := strings.TrimSpace(fmt.Sprintf("An instance has not been healthy for %.0f minutes. Another one is started on another node, "+
			"and takes its place if it is healthy there. %s", old.UnhealthyFor.Minutes(), lo.FromPtr(old.Message)))
		if err := recordEvent(ctx, queries, deployment.ProjectID, &deployment.ID, eventReplaced, message); err != nil {
			return uuid.Nil, err
		}
	}

	w.logger.WarnContext(ctx, "a VM is to leave its node", logging.Deployment(deployment.ID), logging.VM(old.ID),
		slog.String("to", nodes[0].Name), slog.Bool("ill", !row.MustLeave))

	return nodes[0].ID, createVM(ctx, queries, fresh, nodes[0])
}

// awaitReplacements waits until every VM that replaces another one is healthy.
func (w *Worker) awaitReplacements(ctx context.Context, deployment uuid.UUID) error {
	return w.await(ctx, deployment, "the VMs that replace others are not healthy", database.ChannelDeployments, deployment.String(),
		func(ctx context.Context) (bool, error) {
			queries := database.New(w.pool)
			count, err := queries.CountPendingReplacements(ctx, database.CountPendingReplacementsParams{
				DeploymentID: deployment, LostAfter: w.config.NodeLostAfter, StartTimeout: w.config.StartTimeout, HealthTimeout: w.config.HealthTimeout,
			})
			if err != nil || count.Pending == 0 {
				return true, err
			}

			if count.Failed > 0 {
				return false, errReplacementFailed
			}

			// Another node may have to be left meanwhile. Those who serve there cannot wait for a VM that is slow to start.
			if leaving, err := queries.AnyVMToMove(ctx, deployment, w.config.NodeLostAfter); leaving || err != nil {
				return false, cmp.Or(err, errAnotherToMove)
			}

			return false, nil
		})
}

// drainReplaced takes VMs whose replacement is healthy out of the route table, and tells whether any is to be stopped.
func (w *Worker) drainReplaced(ctx context.Context, deployment uuid.UUID) (draining bool, err error) {
	err = database.InTx(ctx, w.pool, func(_ pgx.Tx, queries *database.Queries) error {
		if err := queries.DrainReplacedVMs(ctx, deployment); err != nil {
			return fmt.Errorf("take VMs out of the route table: %w", err)
		}

		left, err := queries.CountDrainingVMs(ctx, deployment)
		if err != nil {
			return fmt.Errorf("count the VMs that are to be stopped: %w", err)
		}

		draining = left > 0

		return nil
	})

	return draining, err
}

package workflows

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/logging"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// wakePatience is for how long room is looked for behind the request that woke an environment. The next request begins anew.
const wakePatience = 2 * time.Minute

// Wake wakes the environment in which a deployment is live, for a request that an edge holds, and returns whether there is no room for its VMs. It may be
// called any number of times: for what is awake or waking already, or is not live, it does nothing.
func (d *Deployments) Wake(ctx context.Context, deployment uuid.UUID) (noRoom bool, err error) {
	queries := database.New(d.pool)

	found, err := find(ctx, queries, deployment)
	if err != nil {
		return false, err
	}

	environment, err := queries.GetEnvironment(ctx, found.EnvironmentID)
	if err != nil {
		return false, fmt.Errorf("read the environment: %w", err)
	}

	// Most calls are about what is waking already: they take no lock.
	if environment.AsleepSince == nil || environment.WokenAt != nil {
		return environment.WakeProblem != nil, nil
	}

	return false, database.InTx(ctx, d.pool, func(tx pgx.Tx, queries *database.Queries) error {
		locked, err := lockDeployment(ctx, queries, deployment)
		if err != nil {
			return err
		}

		return d.wakeLocked(ctx, tx, queries, locked, "by a request")
	})
}

// wakeLocked wakes the environment of a deployment whose project is locked, where it is live and sleeps. VMs that are not stopped yet serve again at once; else
// a job starts others. Why ends the sentence in the project's events.
func (d *Deployments) wakeLocked(ctx context.Context, tx pgx.Tx, queries *database.Queries, deployment database.Deployment, why string) error {
	environment, err := queries.GetEnvironment(ctx, deployment.EnvironmentID)
	if err != nil {
		return fmt.Errorf("read the environment: %w", err)
	}

	if deployment.State != stateLive || environment.AsleepSince == nil || environment.WokenAt != nil {
		return nil
	}

	if err := queries.BeginWaking(ctx, environment.ID); err != nil {
		return fmt.Errorf("write that the environment wakes: %w", err)
	}

	if err := recordEvent(ctx, queries, environment.ProjectID, &deployment.ID, eventInstances,
		fmt.Sprintf("%s was woken %s.", nameOfEnvironment(environment), why)); err != nil {
		return err
	}

	nodes, err := queries.RefillVMs(ctx, deployment.ID)
	if err != nil {
		return fmt.Errorf("have VMs serve again: %w", err)
	}

	if len(nodes) == 0 {
		return insertJob(ctx, d.inserter, tx, kindWake, arguments{DeploymentID: deployment.ID})
	}

	if err := queries.ForgetSleep(ctx, environment.ID); err != nil {
		return fmt.Errorf("write that the environment is awake: %w", err)
	}

	return notifyNodes(ctx, queries, nodes)
}

// wake starts the VMs of a deployment whose environment was woken: as many as the project asks for by now. Where there is no room for any the job looks again
// for a while.
func (w *Worker) wake(ctx context.Context, job *river.Job[arguments]) error {
	var (
		deployment = job.Args.DeploymentID
		noRoom     error
		again      bool
	)

	err := database.InTx(ctx, w.pool, func(_ pgx.Tx, queries *database.Queries) error {
		locked, err := lockDeployment(ctx, queries, deployment)
		if err != nil {
			return err
		}

		environment, err := queries.GetEnvironment(ctx, locked.EnvironmentID)
		if err != nil {
			return fmt.Errorf("read the environment: %w", err)
		}

		if locked.State != stateLive || environment.AsleepSince == nil || environment.WokenAt == nil {
			return nil
		}

		var placed []uuid.UUID

		if placed, noRoom, err = w.placeAwake(ctx, queries, locked); err != nil {
			return err
		}

		if len(placed) == 0 {
			again, err = queries.SetWakeProblem(ctx, storable(problem.MessageOf(noRoom)), wakePatience, environment.ID)

			return err
		}

		if err := queries.EndSleep(ctx, environment.ID); err != nil {
			return fmt.Errorf("write that the environment is awake: %w", err)
		}

		if err := queries.ForgetSlept(ctx, deployment); err != nil {
			return fmt.Errorf("have nodes forget the image: %w", err)
		}

		return notifyNodes(ctx, queries, placed)
	})
	if err != nil || !again {
		return err
	}

	w.logger.WarnContext(ctx, "what was woken has no room", logging.Deployment(deployment), logging.Error(noRoom))

	if short, ok := errors.AsType[*noRoomError](noRoom); ok {
		w.makeRoom(ctx, short)
	}

	return river.JobSnooze(roomRest)
}

// placeAwake places the VMs of a deployment that has none, and returns the nodes of those that there is room for, and why there is none for the others.
func (w *Worker) placeAwake(ctx context.Context, queries *database.Queries, deployment database.Deployment) (nodes []uuid.UUID, noRoom, _ error) {
	project, err := queries.LockProject(ctx, deployment.ProjectID)
	if err != nil {
		return nil, nil, fmt.Errorf("lock the project: %w", err)
	}

	if err := mayRun(ctx, queries, project, deployment); problem.CodeOf(err) == problem.Conflict {
		return nil, err, nil
	} else if err != nil {
		return nil, nil, err
	}

	if err := queries.LockPlacement(ctx); err != nil {
		return nil, nil, fmt.Errorf("lock placement: %w", err)
	}

	vm, err := vmAsBefore(ctx, queries, project, deployment)
	if err != nil {
		return nil, nil, err
	}

	before, err := queries.ListSleptNodes(ctx, deployment.ID)
	if err != nil {
		return nil, nil, fmt.Errorf("read where the VMs were: %w", err)
	}

	for _, share := range sharesOf(project, deployment) {
		for range share.Instances {
			placed, err := w.placeNear(ctx, queries, share.Region, vm, before)
			if problem.CodeOf(err) == problem.Unavailable {
				noRoom = err

				break
			}

			if err != nil {
				return nil, nil, err
			}

			if err := createVM(ctx, queries, vm, placed[0]); err != nil {
				return nil, nil, err
			}

			nodes = append(nodes, placed[0].ID)
		}
	}

	// What one of them lacks is added by rescale, as soon as there is room. A preview has one.
	if noRoom != nil && len(nodes) > 0 {
		if err := queries.UnsettleInstances(ctx, project.ID); err != nil {
			return nil, nil, fmt.Errorf("have the instances compared: %w", err)
		}
	}

	return nodes, noRoom, nil
}

// vmAsBefore describes a VM like the last one of a deployment: settings that have changed since are for the next deployment.
func vmAsBefore(
	ctx context.Context, queries *database.Queries, project database.Project, deployment database.Deployment,
) (database.CreateVMParams, error) {
	last, err := queries.NewestVM(ctx, deployment.ID)
	if errors.Is(err, pgx.ErrNoRows) {
		return vmOf(project, deployment)
	}

	if err != nil {
		return database.CreateVMParams{}, fmt.Errorf("read the last VM: %w", err)
	}

	return likeVM(last), nil
}

package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"

	"github.com/google/uuid"
	"github.com/samber/lo"
	"golang.org/x/sync/errgroup"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/id"
)

// crowd has many projects deployed at once, and deletes them again.
func (h *harness) crowd(ctx context.Context) error {
	const projects = 58 // Beside the two that are there.

	made, err := h.addProjects(ctx, projects)

	for _, project := range made {
		err = errors.Join(err, h.removeProject(context.WithoutCancel(ctx), project))
	}

	return errors.Join(err, h.projectsGone(ctx))
}

// projectsGone waits until nothing runs of projects that were deleted.
func (h *harness) projectsGone(ctx context.Context) error {
	const goneSQL = `SELECT NOT EXISTS (SELECT FROM vms JOIN deployments ON deployments.id = vms.deployment_id
		JOIN projects ON projects.id = deployments.project_id WHERE projects.deleted_at IS NOT NULL AND vms.removed_at IS NULL)`

	return h.until(ctx, "the VMs of deleted projects are gone", goneSQL)
}

// addProjects makes many projects of one instance and deploys them, half of them at once. It returns those that were made, also with an error.
func (h *harness) addProjects(ctx context.Context, count int) ([]uuid.UUID, error) {
	const memoryBytes = 48 << 20

	var (
		mutex sync.Mutex
		made  []uuid.UUID
	)

	group, deploying := errgroup.WithContext(ctx)
	group.SetLimit(count / 2) //nolint:mnd // Half.

	for number := range count {
		group.Go(func() error {
			project, err := h.addProject(deploying, fmt.Sprintf("crowd %d", number), 1, memoryBytes)

			mutex.Lock()
			defer mutex.Unlock()

			if project != uuid.Nil {
				made = append(made, project)
			}

			return err
		})
	}

	err := group.Wait()

	return made, err
}

// addProject makes a project of the sample app that is deployed, without a release command, and waits until it is live.
func (h *harness) addProject(ctx context.Context, name string, instances int, memoryBytes int64) (uuid.UUID, error) {
	const cpuMillis = 50

	key, deploying := id.New().String(), id.New().String()

	project, err := ask(ctx, "make a project", func(ctx context.Context) (uuid.UUID, []byte, error) {
		made, err := h.api.CreateProjectWithResponse(ctx, &client.CreateProjectParams{IdempotencyKey: &key}, client.CreateProjectInputBody{
			Name: name, RepositoryURL: h.quiet.sample.URL(), AutoDeploy: new(bool), Instances: new(int64(instances)),
			CPUMillis: lo.ToPtr[int64](cpuMillis), MemoryBytes: &memoryBytes,
		})
		if lo.FromPtr(made).JSON201 == nil {
			return uuid.Nil, lo.FromPtr(made).Body, err
		}

		return made.JSON201.ID, nil, err
	})
	if err != nil {
		return uuid.Nil, err
	}

	deployment, err := ask(ctx, "deploy "+name, func(ctx context.Context) (uuid.UUID, []byte, error) {
		answer, err := h.api.CreateDeploymentWithResponse(ctx, project, &client.CreateDeploymentParams{IdempotencyKey: &deploying},
			client.CreateDeploymentInputBody{})

		return idOf(lo.FromPtr(answer).JSON201), lo.FromPtr(answer).Body, err
	})
	if err != nil {
		return project, err
	}

	return project, h.until(ctx, name+" is live", liveSQL, deployment)
}

func (h *harness) removeProject(ctx context.Context, project uuid.UUID) error {
	if project == uuid.Nil {
		return nil
	}

	_, err := ask(ctx, "delete a project", func(ctx context.Context) (uuid.UUID, []byte, error) {
		answer, err := h.api.DeleteProjectWithResponse(ctx, project, &client.DeleteProjectParams{ForGood: new(true)})
		if err != nil || (answer.StatusCode() != http.StatusNoContent && answer.StatusCode() != http.StatusNotFound) {
			return uuid.Nil, lo.FromPtr(answer).Body, err
		}

		return project, nil, nil
	})

	return err
}

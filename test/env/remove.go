package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	containerd "github.com/containerd/containerd/v2/client"
	"github.com/containerd/containerd/v2/pkg/namespaces"
	"github.com/containerd/errdefs"

	"github.com/zeitwork/zeitwork/internal/process"
)

// removeContainers ends every container in every namespace, as containers outlive containerd.
func removeContainers(ctx context.Context, socket string) error {
	client, err := containerd.New(socket)
	if err != nil {
		return fmt.Errorf("connect to containerd: %w", err)
	}

	defer func() { _ = client.Close() }()

	all, err := client.NamespaceService().List(ctx)
	if err != nil {
		return fmt.Errorf("list containerd's namespaces: %w", err)
	}

	for _, namespace := range all {
		inside := namespaces.WithNamespace(ctx, namespace)

		containers, listErr := client.Containers(inside)
		err = errors.Join(err, listErr)

		for _, container := range containers {
			sayf("a test left the container %s in the namespace %s", container.ID(), namespace)

			err = errors.Join(err, removeContainer(inside, container))
		}
	}

	return err
}

func removeContainer(ctx context.Context, container containerd.Container) error {
	task, err := container.Task(ctx, nil)

	switch {
	case errdefs.IsNotFound(err):
	case err != nil:
		return fmt.Errorf("find the task of the container %s: %w", container.ID(), err)
	default:
		if _, err := task.Delete(ctx, containerd.WithProcessKill); err != nil && !errdefs.IsNotFound(err) {
			return fmt.Errorf("end the container %s: %w", container.ID(), err)
		}
	}

	if err := container.Delete(ctx, containerd.WithSnapshotCleanup); err != nil && !errdefs.IsNotFound(err) {
		return fmt.Errorf("remove the container %s: %w", container.ID(), err)
	}

	return nil
}

// removeFolder unmounts whatever is still mounted in the daemons' folder and removes the folder. Removing goes through mounts, and would
// take files that are elsewhere.
func removeFolder(folder string) error {
	if err := process.UnmountBelow(folder); err != nil {
		return fmt.Errorf("%s is left behind: %w", folder, err)
	}

	if err := os.RemoveAll(folder); err != nil {
		return fmt.Errorf("remove the daemons' folder: %w", err)
	}

	return nil
}

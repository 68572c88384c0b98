package containers

import (
	"context"
	"errors"
	"fmt"

	containerd "github.com/containerd/containerd/v2/client"
	"github.com/containerd/containerd/v2/core/diff"
	"github.com/containerd/containerd/v2/core/images"
	"github.com/containerd/containerd/v2/core/leases"
	"github.com/containerd/errdefs"
	"github.com/google/uuid"

	"github.com/zeitwork/zeitwork/internal/problem"
)

// Pull fetches and unpacks the image, unless it is there already. The fetched layers are kept until the VM was started or removed; on a full
// disk they are removed at once. For an image that the registry does not have it returns a problem with the code not_found.
func (r *Runtime) Pull(ctx context.Context, vm uuid.UUID, reference string) error {
	if image, err := r.client.GetImage(ctx, reference); err == nil {
		if unpacked, err := image.IsUnpacked(ctx, r.config.Snapshotter); err == nil && unpacked {
			return nil
		}
	}

	held, err := r.hold(ctx, vm)
	if err != nil {
		return err
	}

	from := r.source()

	_, err = r.client.Pull(held, reference,
		containerd.WithPullUnpack, containerd.WithPullSnapshotter(r.config.Snapshotter), containerd.WithResolver(from),
		// containerd's records are on the disk at once. Without this the files of a layer are not, and a power cut leaves an image of which files are empty.
		containerd.WithUnpackOpts([]containerd.UnpackOpt{containerd.WithUnpackApplyOpts(diff.WithSyncFs(true))}))
	if from.lacks(err) {
		return problem.Wrap(err, problem.NotFound, "The image of this deployment is no longer in the registry. Deploy again to build a new one.")
	}

	if err != nil {
		err = fmt.Errorf("pull %s: %w", reference, err)
	}

	if err != nil && IsDiskFull(err) {
		return errors.Join(err, r.release(ctx, vm, leases.SynchronousDelete))
	}

	return err
}

// RemoveImages removes the images that no container uses and that are not in keep.
func (r *Runtime) RemoveImages(ctx context.Context, keep map[string]bool) error {
	unused, err := r.ListUnusedImages(ctx, keep)
	if err != nil {
		return err
	}

	for _, name := range unused {
		err := r.client.ImageService().Delete(ctx, name, images.SynchronousDelete())
		if err != nil && !errdefs.IsNotFound(err) {
			return fmt.Errorf("remove image %s: %w", name, err)
		}
	}

	return nil
}

// ListUnusedImages returns the images that no container uses and that are not in keep.
func (r *Runtime) ListUnusedImages(ctx context.Context, keep map[string]bool) ([]string, error) {
	list, err := r.client.ContainerService().List(ctx)
	if err != nil {
		return nil, fmt.Errorf("list containers: %w", err)
	}

	used := map[string]bool{}
	for _, container := range list {
		used[container.Image] = true
	}

	stored, err := r.client.ImageService().List(ctx)
	if err != nil {
		return nil, fmt.Errorf("list images: %w", err)
	}

	var unused []string

	for _, image := range stored {
		if !used[image.Name] && !keep[image.Name] {
			unused = append(unused, image.Name)
		}
	}

	return unused, nil
}

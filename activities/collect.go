package activities

import (
	"context"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/uuid"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/internal/registryauth"
)

// DeleteImage takes an image of a project out of the registry, with all of its tags. It is no error when there is none.
func (r *Registry) DeleteImage(ctx context.Context, projectID uuid.UUID, digest string) error {
	path := ImageRepository(projectID)

	repository, err := r.repository(path)
	if err != nil {
		return err
	}

	return r.remove(ctx, path, repository.Digest(digest))
}

// ListImages returns the deployments that an image of the project is tagged with.
func (r *Registry) ListImages(ctx context.Context, projectID uuid.UUID) ([]uuid.UUID, error) {
	tags, err := r.tags(ctx, ImageRepository(projectID))

	return lo.FilterMap(tags, func(tag string, _ int) (uuid.UUID, bool) {
		deployment, err := uuid.Parse(tag)

		return deployment, err == nil
	}), err
}

// ImageOf returns the digest of the image that is tagged with a deployment; empty where there is none.
func (r *Registry) ImageOf(ctx context.Context, projectID, deploymentID uuid.UUID) (string, error) {
	return r.digestOf(ctx, ImageRepository(projectID), deploymentID.String())
}

// ListSources returns the commits whose source the registry has.
func (r *Registry) ListSources(ctx context.Context, projectID uuid.UUID) ([]string, error) {
	return r.tags(ctx, sourceRepository(projectID))
}

// DeleteSource takes the source of a commit out of the registry. It is no error when there is none. Clone puts it there
// again.
func (r *Registry) DeleteSource(ctx context.Context, projectID uuid.UUID, commit string) error {
	return r.removeTag(ctx, sourceRepository(projectID), commit)
}

// DeleteProject takes all that has a tag out of a project's repositories: its sources, its images and its build cache.
func (r *Registry) DeleteProject(ctx context.Context, projectID uuid.UUID) error {
	for _, path := range []string{sourceRepository(projectID), ImageRepository(projectID)} {
		tags, err := r.tags(ctx, path)
		if err != nil {
			return err
		}

		for _, tag := range tags {
			if err := r.removeTag(ctx, path, tag); err != nil {
				return err
			}
		}
	}

	return nil
}

// tags lists the tags of a repository. A repository that does not exist has none.
func (r *Registry) tags(ctx context.Context, path string) ([]string, error) {
	repository, err := r.repository(path)
	if err != nil {
		return nil, err
	}

	tags, err := remote.List(repository, r.options(ctx, path, registryauth.Pull)...)
	if isMissing(err) {
		return nil, nil
	}

	if err != nil {
		return nil, r.trouble(err, "list the tags of %s", path)
	}

	return tags, nil
}

// removeTag takes the manifest that the tag points at out of the registry, with all of its tags.
func (r *Registry) removeTag(ctx context.Context, path, tag string) error {
	digest, err := r.digestOf(ctx, path, tag)
	if err != nil || digest == "" {
		return err
	}

	repository, err := r.repository(path)
	if err != nil {
		return err
	}

	return r.remove(ctx, path, repository.Digest(digest))
}

// digestOf returns the digest of the manifest that a tag points at; empty where there is no such tag.
func (r *Registry) digestOf(ctx context.Context, path, tag string) (string, error) {
	repository, err := r.repository(path)
	if err != nil {
		return "", err
	}

	manifest, err := remote.Head(repository.Tag(tag), r.options(ctx, path, registryauth.Pull)...)
	if isMissing(err) {
		return "", nil
	}

	if err != nil {
		return "", r.trouble(err, "look up %s:%s", path, tag)
	}

	return manifest.Digest.String(), nil
}

func (r *Registry) remove(ctx context.Context, path string, manifest name.Digest) error {
	err := remote.Delete(manifest, r.options(ctx, path, registryauth.Delete)...)
	if err == nil || isMissing(err) {
		return nil
	}

	return r.trouble(err, "delete %s@%s", path, manifest.DigestStr())
}

// Package container runs images as a benchmark needs them: on the machine's own network and without limits, by a platform's containerd.
package container

import (
	"context"
	"fmt"
	"path"
	"time"

	"github.com/containerd/containerd/v2/client"
	"github.com/containerd/containerd/v2/core/remotes/docker"
	"github.com/containerd/containerd/v2/pkg/namespaces"

	"github.com/zeitwork/zeitwork/internal/registryauth"
	"github.com/zeitwork/zeitwork/test/rig"
)

// Runner pulls images from a platform's registry and runs them by the containerd of its first node.
type Runner struct {
	platform *rig.Platform
	client   *client.Client
}

// NewRunner returns a runner that the caller closes before it stops the platform.
func NewRunner(platform *rig.Platform) (*Runner, error) {
	connected, err := client.New(platform.Containerd())
	if err != nil {
		return nil, fmt.Errorf("connect to containerd: %w", err)
	}

	return &Runner{platform: platform, client: connected}, nil
}

// Close ends the connection to containerd. Containers run on.
func (r *Runner) Close() error { return r.client.Close() }

// Name is the full name of a repository in the platform's registry.
func (r *Runner) Name(repository string) string { return path.Join(r.platform.Registry(), repository) }

// Password lets registryauth.GrantUser do something in a repository, for an hour.
func (r *Runner) Password(repository string, actions ...string) (string, error) {
	return registryauth.NewGrant(r.platform.SecretKey(), registryauth.Repository(repository, actions...), time.Now(), time.Hour)
}

// Pull pulls an image and unpacks it. The reference is a tag or a digest, with its separator, as ":latest".
func (r *Runner) Pull(ctx context.Context, repository, reference string) (client.Image, error) {
	password, err := r.Password(repository, registryauth.Pull)
	if err != nil {
		return nil, err
	}

	resolver := docker.NewResolver(docker.ResolverOptions{Hosts: docker.ConfigureDefaultRegistries(
		docker.WithPlainHTTP(docker.MatchAllHosts),
		docker.WithAuthorizer(docker.NewDockerAuthorizer(docker.WithAuthCreds(func(string) (string, string, error) {
			return registryauth.GrantUser, password, nil
		}))),
	)})

	image, err := r.client.Pull(namespaced(ctx), r.Name(repository)+reference, client.WithResolver(resolver), client.WithPullUnpack)
	if err != nil {
		return nil, fmt.Errorf("pull: %w", err)
	}

	return image, nil
}

// Forget deletes an image. containerd then removes what no other image needs.
func (r *Runner) Forget(ctx context.Context, image client.Image) error {
	if err := r.client.ImageService().Delete(namespaced(ctx), image.Name()); err != nil {
		return fmt.Errorf("delete image %s: %w", image.Name(), err)
	}

	return nil
}

// namespaced keeps a benchmark's containers and images apart from the node's.
func namespaced(ctx context.Context) context.Context { return namespaces.WithNamespace(ctx, "bench") }

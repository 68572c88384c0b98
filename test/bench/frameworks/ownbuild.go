package frameworks

import (
	"context"
	"strings"
	"time"

	"github.com/containerd/containerd/v2/pkg/oci"
	"github.com/opencontainers/runtime-spec/specs-go"

	"github.com/zeitwork/zeitwork/test/bench/container"
	"github.com/zeitwork/zeitwork/test/rig"
)

// ownBuild is the framework's build command in a container that has the sample's tree.
type ownBuild struct {
	framework framework
	container *container.Container
}

// newOwnBuild starts the container, installs what the build needs there, and builds once to warm the framework's own caches.
func (b *workbench) newOwnBuild(ctx context.Context, f framework, s *rig.Sample) (*ownBuild, error) {
	const directory = "/app"

	name, tag, _ := strings.Cut(f.image, ":")

	image, err := b.runner.Pull(ctx, "docker.io/library/"+name, ":"+tag)
	if err != nil {
		return nil, err
	}

	running, err := b.runner.Start(ctx, image,
		oci.WithProcessArgs("sleep", "infinity"), oci.WithProcessCwd(directory), oci.WithHostResolvconf, oci.WithHostHostsFile,
		oci.WithMounts([]specs.Mount{{Type: "bind", Source: s.Dir, Destination: directory, Options: []string{"rbind", "rw"}}}))
	if err != nil {
		return nil, err
	}

	for _, command := range append(f.prepare, f.build) {
		if _, err := running.Execute(ctx, f.environment, command); err != nil {
			_ = running.Remove(ctx)

			return nil, err
		}
	}

	return &ownBuild{framework: f, container: running}, nil
}

// build builds the tree as it is now.
func (o *ownBuild) build(ctx context.Context) (time.Duration, error) {
	return o.container.Execute(ctx, o.framework.environment, o.framework.build)
}

package frameworks

import (
	"context"
	"strings"
	"time"

	"github.com/containerd/containerd/v2/pkg/oci"
	"github.com/opencontainers/runtime-spec/specs-go"

	"github.com/zeitwork/zeitwork/test/rig"
)

// ownBuild is the framework's build command in a container that has the sample's tree.
type ownBuild struct {
	framework framework
	container *container
}

func (c *containers) newOwnBuild(ctx context.Context, f framework, s *rig.Sample) (*ownBuild, error) {
	const directory = "/app"

	name, tag, _ := strings.Cut(f.image, ":")

	running, err := c.run(ctx, "docker.io/library/"+name, ":"+tag,
		oci.WithProcessArgs("sleep", "infinity"), oci.WithProcessCwd(directory), oci.WithHostResolvconf, oci.WithHostHostsFile,
		oci.WithMounts([]specs.Mount{{Type: "bind", Source: s.Dir, Destination: directory, Options: []string{"rbind", "rw"}}}))
	if err != nil {
		return nil, err
	}

	own := &ownBuild{framework: f, container: running}

	for _, command := range append(f.prepare, f.build) {
		if _, err := running.execute(ctx, f.environment, command); err != nil {
			_ = running.remove(ctx)

			return nil, err
		}
	}

	return own, nil
}

// build builds what the tree is now.
func (o *ownBuild) build(ctx context.Context) (time.Duration, error) {
	return o.container.execute(ctx, o.framework.environment, o.framework.build)
}

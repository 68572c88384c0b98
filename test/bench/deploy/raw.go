package deploy

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"

	"github.com/containerd/containerd/v2/client"
	"github.com/containerd/containerd/v2/pkg/oci"

	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/registryauth"
	"github.com/zeitwork/zeitwork/test/bench/container"
	"github.com/zeitwork/zeitwork/test/rig"
)

// rawRepository is where the images that are built by hand stand in the platform's registry.
const rawRepository = "deploybench/raw"

// raw does by hand what the platform does for a deployment, with the same daemons: the least that the work can cost.
type raw struct {
	buildctl buildctl
	runner   *container.Runner
	scratch  string
	// previous is the image of the round before. It is kept until the next one is there, as a node keeps the image that serves: otherwise
	// every pull would begin with the base image.
	previous client.Image
}

func newRaw(started *rig.Platform, runner *container.Runner, scratch string) (*raw, error) {
	password, err := runner.Password(rawRepository, registryauth.Pull, registryauth.Push)
	if err != nil {
		return nil, err
	}

	return &raw{
		buildctl: buildctl{
			program: filepath.Join(started.Bin, "buildctl"), address: started.Buildkit(),
			registry: started.Registry(), password: password, configDir: filepath.Join(scratch, "docker"),
		},
		runner: runner, scratch: scratch,
	}, nil
}

// deploy clones, builds, pushes, pulls, runs and asks until the first 200, and returns how long each part took.
func (r *raw) deploy(ctx context.Context, repositoryURL string) (parts, error) {
	name := id.New().String()
	tree := filepath.Join(r.scratch, name)

	defer func() { _ = os.RemoveAll(tree) }()

	watch := newStopwatch()

	clone := exec.CommandContext(ctx, "git", "clone", "--quiet", "--depth", "1", "--branch", "main", repositoryURL, tree)
	if _, err := rig.Run(clone); err != nil {
		return nil, err
	}

	watch.lap("clone")

	if err := r.buildctl.buildAndPush(ctx, tree, r.runner.Name(rawRepository)+":"+name); err != nil {
		return nil, err
	}

	watch.lap("build and push")

	image, err := r.runner.Pull(ctx, rawRepository, ":"+name)
	if err != nil {
		return nil, err
	}

	watch.lap("pull")

	port, err := rig.FreePort(ctx)
	if err != nil {
		return nil, err
	}

	running, err := r.runner.Start(ctx, image, oci.WithEnv([]string{"PORT=" + strconv.Itoa(port)}))
	if err != nil {
		return nil, err
	}
	defer func() { _ = running.Remove(ctx) }()

	watch.lap("start")

	if err := (rig.Transport{}).AwaitOK(ctx, "http://127.0.0.1:"+strconv.Itoa(port), ""); err != nil {
		return nil, err
	}

	watch.lap("first 200")

	if r.previous != nil {
		if err := r.runner.Forget(ctx, r.previous); err != nil {
			return nil, err
		}
	}

	r.previous = image

	return watch.parts, nil
}

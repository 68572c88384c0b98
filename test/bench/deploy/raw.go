package deploy

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"github.com/containerd/containerd/v2/client"
	"github.com/containerd/containerd/v2/core/remotes/docker"
	"github.com/containerd/containerd/v2/pkg/cio"
	"github.com/containerd/containerd/v2/pkg/namespaces"
	"github.com/containerd/containerd/v2/pkg/oci"
	"github.com/opencontainers/runtime-spec/specs-go"

	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/registryauth"
	"github.com/zeitwork/zeitwork/test/rig"
)

// raw does by hand what the platform does for a deployment, with the same daemons: the least that the work can cost.
type raw struct {
	buildctl string
	buildkit string
	// registry is its host and port; user and password get a token for the repository there.
	registry, repository, user, password string
	containerd                           *client.Client
	scratch                              string
	// previous is the image of the round before. It is kept until the next one is there, as a node keeps the image that serves: otherwise
	// every pull would begin with the base image.
	previous string
}

func newRaw(started *rig.Platform, scratch string) (*raw, error) {
	const repository, lifetime = "deploybench/raw", time.Hour

	grant, err := registryauth.NewGrant(started.SecretKey(), registryauth.Repository(repository, registryauth.Pull, registryauth.Push),
		time.Now(), lifetime)
	if err != nil {
		return nil, err
	}

	containerd, err := client.New(started.Containerd())
	if err != nil {
		return nil, fmt.Errorf("connect to containerd: %w", err)
	}

	return &raw{
		buildctl: filepath.Join(started.Bin, "buildctl"), buildkit: started.Buildkit(),
		registry: started.Registry(), repository: repository, user: registryauth.GrantUser, password: grant,
		containerd: containerd, scratch: scratch,
	}, nil
}

// rawNamespace keeps the bench's containers apart from the node's.
const rawNamespace = "deploybench"

// deploy clones, builds, pushes, pulls, runs and asks until the first 200, and returns how long each part took.
func (r *raw) deploy(ctx context.Context, repositoryURL string) (parts, error) {
	ctx = namespaces.WithNamespace(ctx, rawNamespace)
	name := id.New().String()
	tree := filepath.Join(r.scratch, name)
	reference := r.registry + "/" + r.repository + ":" + name

	defer func() { _ = os.RemoveAll(tree) }()

	watch := newStopwatch()

	clone := exec.CommandContext(ctx, "git", "clone", "--quiet", "--depth", "1", "--branch", "main", repositoryURL, tree)
	if _, err := rig.Run(clone); err != nil {
		return nil, err
	}

	watch.lap("clone")

	if err := r.build(ctx, tree, reference); err != nil {
		return nil, err
	}

	watch.lap("build and push")

	image, err := r.pull(ctx, reference)
	if err != nil {
		return nil, err
	}

	watch.lap("pull")

	stop, port, err := r.start(ctx, name, image)
	if err != nil {
		return nil, err
	}

	defer stop()

	watch.lap("start")

	if err := (rig.Transport{}).AwaitOK(ctx, "http://127.0.0.1:"+strconv.Itoa(port), ""); err != nil {
		return nil, err
	}

	watch.lap("first 200")

	if r.previous != "" {
		if err := r.containerd.ImageService().Delete(ctx, r.previous); err != nil {
			return nil, fmt.Errorf("delete the image of the round before: %w", err)
		}
	}

	r.previous = image.Name()

	return watch.parts, nil
}

func (r *raw) build(ctx context.Context, tree, reference string) error {
	credentials, err := r.dockerConfig()
	if err != nil {
		return err
	}

	command := exec.CommandContext(ctx, r.buildctl, "--addr", r.buildkit, "build", "--progress", "plain",
		"--frontend", "dockerfile.v0", "--local", "context="+tree, "--local", "dockerfile="+tree,
		"--output", "type=image,name="+reference+",push=true,registry.insecure=true")
	command.Env = append(os.Environ(), "DOCKER_CONFIG="+credentials)

	_, err = rig.Run(command)

	return err
}

// dockerConfig writes the registry's password where buildctl looks for it.
func (r *raw) dockerConfig() (string, error) {
	folder := filepath.Join(r.scratch, "docker")

	content, err := json.Marshal(map[string]any{"auths": map[string]any{
		r.registry: map[string]string{"auth": base64.StdEncoding.EncodeToString([]byte(r.user + ":" + r.password))},
	}})
	if err != nil {
		return "", fmt.Errorf("encode the registry's password: %w", err)
	}

	if err := os.MkdirAll(folder, 0o700); err != nil {
		return "", fmt.Errorf("make a folder for the registry's password: %w", err)
	}

	if err := os.WriteFile(filepath.Join(folder, "config.json"), content, 0o600); err != nil {
		return "", fmt.Errorf("write the registry's password: %w", err)
	}

	return folder, nil
}

func (r *raw) pull(ctx context.Context, reference string) (client.Image, error) {
	resolver := docker.NewResolver(docker.ResolverOptions{Hosts: docker.ConfigureDefaultRegistries(
		docker.WithPlainHTTP(docker.MatchAllHosts),
		docker.WithAuthorizer(docker.NewDockerAuthorizer(docker.WithAuthCreds(func(string) (string, string, error) {
			return r.user, r.password, nil
		}))),
	)})

	image, err := r.containerd.Pull(ctx, reference, client.WithResolver(resolver), client.WithPullUnpack)
	if err != nil {
		return nil, fmt.Errorf("pull: %w", err)
	}

	return image, nil
}

// start runs the image on the host's network and returns how to stop it, and its port.
func (r *raw) start(ctx context.Context, name string, image client.Image) (func(), int, error) {
	port, err := rig.FreePort(ctx)
	if err != nil {
		return nil, 0, err
	}

	container, err := r.containerd.NewContainer(ctx, name, client.WithNewSnapshot(name, image), client.WithNewSpec(
		oci.WithImageConfig(image), oci.WithHostNamespace(specs.NetworkNamespace), oci.WithEnv([]string{"PORT=" + strconv.Itoa(port)})))
	if err != nil {
		return nil, 0, fmt.Errorf("make the container: %w", err)
	}

	task, err := container.NewTask(ctx, cio.NullIO)
	if err != nil {
		return nil, 0, errors.Join(fmt.Errorf("make the task: %w", err), container.Delete(ctx, client.WithSnapshotCleanup))
	}

	stop := func() {
		exited, err := task.Wait(ctx)
		if err == nil && task.Kill(ctx, syscall.SIGKILL) == nil {
			<-exited
		}

		_, _ = task.Delete(ctx)
		_ = container.Delete(ctx, client.WithSnapshotCleanup)
	}

	if err := task.Start(ctx); err != nil {
		stop()

		return nil, 0, fmt.Errorf("start the task: %w", err)
	}

	return stop, port, nil
}

package main

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	containerd "github.com/containerd/containerd/v2/client"
	"github.com/containerd/containerd/v2/core/images"
	"github.com/containerd/containerd/v2/pkg/cio"
	"github.com/containerd/containerd/v2/pkg/oci"
	"github.com/opencontainers/runtime-spec/specs-go"
	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/kamal"
)

// docker does with containerd what Docker does with it for Kamal.
type docker struct {
	client  *containerd.Client
	network *dockerNetwork
	folder  string
}

func newDocker(t *testing.T) *docker {
	t.Helper()

	socket := os.Getenv("ZEITWORK_TEST_CONTAINERD")
	if socket == "" {
		t.Skip("ZEITWORK_TEST_CONTAINERD is not set: run the tests through `go tool task test`, which starts a containerd for them")
	}

	ctx, namespace := context.WithoutCancel(t.Context()), "kamal-"+id.New().String()[24:]

	client, err := containerd.New(socket, containerd.WithDefaultNamespace(namespace))
	require.NoError(t, err)

	t.Cleanup(func() {
		removeNamespace(ctx, t, client, namespace)
		require.NoError(t, client.Close())
	})

	return &docker{client: client, network: newDockerNetwork(t), folder: t.TempDir()}
}

// removeNamespace removes a client's namespace of containerd, in which no container is left, with its images.
func removeNamespace(ctx context.Context, t *testing.T, client *containerd.Client, namespace string) {
	t.Helper()

	all, err := client.ListImages(ctx)
	require.NoError(t, err)

	for _, image := range all {
		require.NoError(t, client.ImageService().Delete(ctx, image.Name(), images.SynchronousDelete()))
	}

	require.NoError(t, client.NamespaceService().Delete(ctx, namespace))
}

// load loads an image as `docker load` does, and gives it more names.
func (d *docker) load(t *testing.T, archive string, names ...string) {
	t.Helper()

	file, err := os.Open(archive)
	require.NoError(t, err)

	defer func() { _ = file.Close() }()

	loaded, err := d.client.Import(t.Context(), file)
	require.NoError(t, err)
	require.Len(t, loaded, 1)
	require.Contains(t, names, loaded[0].Name, "Kamal pulls the image by the name that the release gave it")
	require.NoError(t, containerd.NewImage(d.client, loaded[0]).Unpack(t.Context(), ""))

	for _, name := range names {
		if name != loaded[0].Name {
			_, err := d.client.ImageService().Create(t.Context(), images.Image{Name: name, Target: loaded[0].Target})
			require.NoError(t, err)
		}
	}
}

// dockerContainer is a container that Docker has made, whether it runs or not.
type dockerContainer struct {
	kamal.Container

	address   netip.Addr
	container containerd.Container
	log       string
	// task and ended are those of its last start.
	task  containerd.Task
	ended <-chan containerd.ExitStatus
}

// run is `docker run --detach`.
func (d *docker) run(t *testing.T, wanted kamal.Container) *dockerContainer {
	t.Helper()

	ctx := context.WithoutCancel(t.Context())

	image, err := d.client.GetImage(ctx, wanted.Image)
	require.NoError(t, err)

	namespace, address := d.network.attach(t, wanted.Name)
	made := &dockerContainer{Container: wanted, address: address, log: filepath.Join(d.folder, wanted.Name+".log")}

	made.container, err = d.client.NewContainer(ctx, wanted.Name,
		containerd.WithNewSnapshot(wanted.Name, image), containerd.WithContainerLabels(wanted.Labels),
		containerd.WithNewSpec(
			oci.WithImageConfigArgs(image, wanted.Command), oci.WithEnv(wanted.Environment), oci.WithHostname(wanted.Hostname),
			oci.WithLinuxNamespace(specs.LinuxNamespace{Type: specs.NetworkNamespace, Path: namespace}),
			oci.WithMounts(d.mounts(t, made)),
		))
	require.NoError(t, err)

	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("%s:\n%s", wanted.Name, made.written())
		}

		if made.task != nil {
			_, _ = made.task.Delete(ctx, containerd.WithProcessKill)
		}

		require.NoError(t, made.container.Delete(ctx, containerd.WithSnapshotCleanup))
	})

	require.NoError(t, made.start(ctx))

	return made
}

// mounts are the files that Docker puts into each container.
func (d *docker) mounts(t *testing.T, of *dockerContainer) []specs.Mount {
	t.Helper()

	files := map[string]string{
		"resolv.conf": "nameserver 127.0.0.11\n", "hostname": of.Hostname + "\n", "hosts": "127.0.0.1 localhost\n" + of.address.String() + " " + of.Hostname + "\n",
	}
	mounts := make([]specs.Mount, 0, len(files))

	for name, content := range files {
		file := filepath.Join(d.folder, of.Name+"."+name)
		require.NoError(t, os.WriteFile(file, []byte(content), 0o600))
		require.NoError(t, os.Chmod(file, 0o644))

		mounts = append(mounts, specs.Mount{Destination: "/etc/" + name, Type: "bind", Source: file, Options: []string{"rbind", "rprivate"}})
	}

	return mounts
}

// find is `docker ps --quiet` with filters for labels.
func (d *docker) find(t *testing.T, labels map[string]string) []string {
	t.Helper()

	filters := lo.MapToSlice(labels, func(name, value string) string { return fmt.Sprintf("labels.%q==%q", name, value) })

	found, err := d.client.Containers(t.Context(), strings.Join(filters, ","))
	require.NoError(t, err)

	return lo.Map(found, func(container containerd.Container, _ int) string { return container.ID() })
}

// start is `docker start`.
func (c *dockerContainer) start(ctx context.Context) error {
	task, err := c.container.NewTask(ctx, cio.LogFile(c.log))
	if err != nil {
		return fmt.Errorf("start %s: %w", c.Name, err)
	}

	c.task = task

	if c.ended, err = task.Wait(ctx); err != nil {
		return fmt.Errorf("wait for %s: %w", c.Name, err)
	}

	return task.Start(ctx)
}

// terminate is the beginning of `docker stop`, and wait its end. A container that had ended before, that has to be killed or that ends with an error is
// an error.
func (c *dockerContainer) terminate(ctx context.Context) error {
	select {
	case status := <-c.ended:
		return fmt.Errorf("%s has ended by itself, with %d: %s", c.Name, status.ExitCode(), c.written())
	default:
		return c.task.Kill(ctx, syscall.SIGTERM)
	}
}

func (c *dockerContainer) wait(ctx context.Context) error {
	select {
	case status := <-c.ended:
		_, err := c.task.Delete(ctx)
		c.task = nil

		if status.ExitCode() != 0 {
			err = errors.Join(err, fmt.Errorf("%s ended with %d: %s", c.Name, status.ExitCode(), c.written()))
		}

		return err
	case <-time.After(c.StopTimeout):
		return fmt.Errorf("%s has not ended %s after SIGTERM, and Docker would kill it", c.Name, c.StopTimeout)
	}
}

func (c *dockerContainer) stop(ctx context.Context) error {
	if err := c.terminate(ctx); err != nil {
		return err
	}

	return c.wait(ctx)
}

// written are the last lines that it has written.
func (c *dockerContainer) written() string { return lastLines(c.log) }

func lastLines(file string) string {
	const most = 30

	content, err := os.ReadFile(file)
	if err != nil {
		return err.Error()
	}

	return strings.Join(lo.Subset(strings.Split(strings.TrimSpace(string(content)), "\n"), -most, most), "\n")
}

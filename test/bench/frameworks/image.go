package frameworks

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/containerd/containerd/v2/pkg/oci"
	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/uuid"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/internal/registryauth"
	"github.com/zeitwork/zeitwork/test/rig"
)

func imageRepository(project uuid.UUID) string { return "projects/" + project.String() }

// size is what a node without any of the image's layers has to pull, in bytes.
func (c *containers) size(ctx context.Context, project uuid.UUID, digest string) (int64, error) {
	repository := imageRepository(project)

	password, err := c.grant(repository)
	if err != nil {
		return 0, err
	}

	reference, err := name.NewDigest(path.Join(c.cluster.Registry(), repository)+"@"+digest, name.Insecure)
	if err != nil {
		return 0, fmt.Errorf("name the image: %w", err)
	}

	image, err := remote.Image(reference, remote.WithContext(ctx), remote.WithAuth(&authn.Basic{Username: registryauth.GrantUser, Password: password}))
	if err != nil {
		return 0, fmt.Errorf("find the image: %w", err)
	}

	manifest, err := image.Manifest()
	if err != nil {
		return 0, fmt.Errorf("read the image: %w", err)
	}

	return manifest.Config.Size + lo.SumBy(manifest.Layers, func(layer v1.Descriptor) int64 { return layer.Size }), nil
}

// try runs the image and returns how long it takes from its start until its first 200, and how much memory it has then answered some
// requests with, in bytes.
func (c *containers) try(ctx context.Context, project uuid.UUID, digest string, variables map[string]string) (time.Duration, int64, error) {
	const requests = 20

	port, err := rig.FreePort(ctx)
	if err != nil {
		return 0, 0, err
	}

	environment := append(lo.MapToSlice(variables, func(name, value string) string { return name + "=" + value }), "PORT="+strconv.Itoa(port))

	running, err := c.run(ctx, imageRepository(project), "@"+digest, oci.WithEnv(environment))
	if err != nil {
		return 0, 0, err
	}
	defer func() { _ = running.remove(ctx) }()

	url := "http://127.0.0.1:" + strconv.Itoa(port)
	visitor := rig.Transport{HTTPS: true}

	if err := visitor.AwaitOK(ctx, url, ""); err != nil {
		return 0, 0, err
	}

	took := time.Since(running.started)

	for range requests {
		answer, err := visitor.Ask(ctx, http.MethodGet, url, nil)
		if err != nil {
			return 0, 0, err
		}

		if answer.Status != http.StatusOK {
			return 0, 0, fmt.Errorf("the app has answered with 200 and then with %d", answer.Status)
		}
	}

	memory, err := running.memory(ctx)

	return took, memory, err
}

// memory is what all the container's processes have of the machine's memory, in bytes. What they share is counted once.
func (c *container) memory(ctx context.Context) (int64, error) {
	processes, err := c.task.Pids(namespaced(ctx))
	if err != nil {
		return 0, fmt.Errorf("list the container's processes: %w", err)
	}

	var sum int64

	for _, process := range processes {
		bytes, err := proportional(int(process.Pid))
		if err != nil {
			return 0, err
		}

		sum += bytes
	}

	return sum, nil
}

// proportional is a process's proportional set size, in bytes.
func proportional(pid int) (int64, error) {
	file, err := os.Open(path.Join("/proc", strconv.Itoa(pid), "smaps_rollup"))
	if err != nil {
		return 0, fmt.Errorf("read the memory of a process: %w", err)
	}
	defer func() { _ = file.Close() }()

	const kilobyte = 1024

	for lines := bufio.NewScanner(file); lines.Scan(); {
		if value, ok := strings.CutPrefix(lines.Text(), "Pss:"); ok {
			amount, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(value, "kB")), 10, 64)

			return amount * kilobyte, err
		}
	}

	return 0, errors.New("the kernel does not tell the memory of a process")
}

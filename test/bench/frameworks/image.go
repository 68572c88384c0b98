package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
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

	port, err := freePort(ctx)
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
	if err := firstOK(ctx, url); err != nil {
		return 0, 0, err
	}

	took := time.Since(running.started)

	for range requests {
		if err := get(ctx, url); err != nil {
			return 0, 0, err
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

func freePort(ctx context.Context) (int, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return 0, fmt.Errorf("find a free port: %w", err)
	}
	defer func() { _ = listener.Close() }()

	return listener.Addr().(*net.TCPAddr).Port, nil //nolint:forcetypeassert // A TCP listener has a TCP address.
}

// firstOK asks every few milliseconds until the answer is 200.
func firstOK(ctx context.Context, url string) error {
	const limit, interval = time.Minute, 5 * time.Millisecond

	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()

	ticker := time.NewTicker(interval)
	defer ticker.Stop()

	for {
		err := get(ctx, url)
		if err == nil {
			return nil
		}

		select {
		case <-ctx.Done():
			return fmt.Errorf("%s does not answer as it should: %w", url, err)
		case <-ticker.C:
		}
	}
}

func get(ctx context.Context, url string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return fmt.Errorf("ask %s: %w", url, err)
	}

	// TLS ends before an app, and some redirect to it.
	request.Header.Set("X-Forwarded-Proto", "https")

	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		return fmt.Errorf("ask %s: %w", url, err)
	}

	if err := response.Body.Close(); err != nil {
		return fmt.Errorf("ask %s: %w", url, err)
	}

	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s", url, response.Status)
	}

	return nil
}

package node

import (
	"archive/tar"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strconv"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/uuid"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/test/rig"
)

const (
	// projects share the VMs.
	projects = 20
	// startPatience is for all VMs that are assigned at once.
	startPatience = 10 * time.Minute
	lookInterval  = 50 * time.Millisecond
)

// deployed is a deployment with its image.
type deployed struct {
	id    uuid.UUID
	image string
}

// deploy makes the deployments, with their images in the registry and an environment each.
func (w *world) deploy(ctx context.Context) error {
	image, err := makeImage()
	if err != nil {
		return fmt.Errorf("make an image: %w", err)
	}

	digest, err := image.Digest()
	if err != nil {
		return fmt.Errorf("make an image: %w", err)
	}

	for n := range projects {
		project, err := w.api.CreateProjectWithResponse(ctx, nil, client.CreateProjectInputBody{
			Name: fmt.Sprintf("bench %d", n), RepositoryURL: "https://git.example.com/bench/app.git",
		})
		if err != nil || project.JSON201 == nil {
			return rig.Failed("make a project", err, project.Body)
		}

		made, err := w.api.CreateDeploymentWithResponse(ctx, project.JSON201.ID, nil, client.CreateDeploymentInputBody{})
		if err != nil || made.JSON201 == nil {
			return rig.Failed("make a deployment", err, made.Body)
		}

		repository, err := name.NewRepository(w.registry+"/projects/"+project.JSON201.ID.String(), name.Insecure)
		if err != nil {
			return fmt.Errorf("name an image: %w", err)
		}

		if err := remote.Write(repository.Digest(digest.String()), image, remote.WithContext(ctx)); err != nil {
			return fmt.Errorf("push an image: %w", err)
		}

		if err := w.queries.SetDeploymentImageDigest(ctx, new(digest.String()), made.JSON201.ID); err != nil {
			return err
		}

		w.deployments = append(w.deployments, deployed{made.JSON201.ID, repository.Digest(digest.String()).Name()})
	}

	return nil
}

// makeImage makes an image with one file, which is never run.
func makeImage() (v1.Image, error) {
	var archive bytes.Buffer

	text, files := []byte("nothing"), tar.NewWriter(&archive)
	if err := files.WriteHeader(&tar.Header{Name: "app", Mode: 0o755, Size: int64(len(text))}); err != nil {
		return nil, err
	}

	if _, err := files.Write(text); err != nil {
		return nil, err
	}

	if err := files.Close(); err != nil {
		return nil, err
	}

	layer, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(archive.Bytes())), nil })
	if err != nil {
		return nil, err
	}

	image, err := mutate.AppendLayers(empty.Image, layer)
	if err != nil {
		return nil, err
	}

	file, err := image.ConfigFile()
	if err != nil {
		return nil, err
	}

	file = file.DeepCopy()
	file.OS, file.Architecture, file.Config.Entrypoint = "linux", runtime.GOARCH, []string{"/app"}

	return mutate.ConfigFile(image, file)
}

// assign gives the node so many VMs more, and returns when all are healthy.
func (w *world) assign(ctx context.Context, count int) error {
	const port, cpuMillis, memory = 8080, 100, 64 << 20

	ctx, cancel := context.WithTimeout(ctx, startPatience)
	defer cancel()

	for range count {
		w.next = w.next.Next()
		vm := id.New()

		if err := w.queries.CreateVM(ctx, database.CreateVMParams{
			ID: vm, DeploymentID: w.deployments[len(w.assigned)%projects].id, NodeID: w.node, Kind: "app", IP: w.next, Port: port,
			CPUMillis: cpuMillis, MemoryBytes: memory,
		}); err != nil {
			return err
		}

		w.assigned = append(w.assigned, vm)
	}

	if err := w.queries.Notify(ctx, database.ChannelNodes, w.node.String()); err != nil {
		return err
	}

	return w.await(ctx, len(w.assigned), "SELECT count(*) FROM vms WHERE state = 'healthy'")
}

// await waits until a count is that high.
func (w *world) await(ctx context.Context, wanted int, query string) error {
	for {
		var count int
		if err := w.pool.QueryRow(ctx, query).Scan(&count); err != nil {
			return fmt.Errorf("wait for %d of %q: %w", wanted, query, err)
		}

		if count >= wanted {
			return nil
		}

		if err := rig.Sleep(ctx, lookInterval); err != nil {
			return fmt.Errorf("there are %d of %d: %w", count, wanted, err)
		}
	}
}

// startTime is the median time from the rows of the last VMs, which started alone, until the api had heard that they run.
func (w *world) startTime(ctx context.Context) (time.Duration, error) {
	var median time.Duration

	err := w.pool.QueryRow(ctx, `SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY started_at - created_at) FROM vms WHERE id = ANY ($1)`,
		w.assigned[len(w.assigned)-single:]).Scan(&median)
	if err != nil {
		return 0, fmt.Errorf("read how long starts took: %w", err)
	}

	return median, nil
}

// talk has an app write lines.
func (w *world) talk(ctx context.Context, address string, lines int) error {
	_, err := rig.Transport{}.Ask(ctx, http.MethodGet, "http://"+net.JoinHostPort(address, "8080")+"/write?lines="+strconv.Itoa(lines), nil)

	return err
}

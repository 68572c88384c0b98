package node

import (
	"context"
	"fmt"
	"net/url"
	"path/filepath"
	"time"

	containerd "github.com/containerd/containerd/v2/client"
	"github.com/containerd/containerd/v2/pkg/cio"
	"github.com/containerd/containerd/v2/pkg/oci"

	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/nodeagent/vmlog"
	"github.com/zeitwork/zeitwork/test/rig"
)

// rawStart is the median time that containerd takes to start a container of the same image, with the same shim and log process, on the same node.
func (w *world) rawStart(ctx context.Context) (time.Duration, error) {
	image, err := w.containerd.GetImage(ctx, w.deployments[0].image)
	if err != nil {
		return 0, fmt.Errorf("find the image: %w", err)
	}

	var times []time.Duration

	for range single {
		took, err := w.rawStartOnce(ctx, image)
		if err != nil {
			return 0, fmt.Errorf("start a container by hand: %w", err)
		}

		times = append(times, took)
	}

	return rig.Median(times), nil
}

func (w *world) rawStartOnce(ctx context.Context, image containerd.Image) (time.Duration, error) {
	name := "raw-" + id.New().String()
	logs := filepath.Join(w.scratch, name)

	if err := vmlog.Prepare(logs, 0); err != nil {
		return 0, err
	}

	began := time.Now()

	container, err := w.containerd.NewContainer(ctx, name, containerd.WithNewSnapshot(name, image), containerd.WithNewSpec(oci.WithImageConfig(image)))
	if err != nil {
		return 0, err
	}

	uri := url.URL{Scheme: "binary", Path: w.program, RawQuery: url.Values{vmlog.Command: {logs}}.Encode()}

	task, err := container.NewTask(ctx, cio.LogURI(&uri))
	if err != nil {
		return 0, err
	}

	if err := task.Start(ctx); err != nil {
		return 0, err
	}

	took := time.Since(began)

	if _, err := task.Delete(ctx, containerd.WithProcessKill); err != nil {
		return 0, err
	}

	return took, container.Delete(ctx, containerd.WithSnapshotCleanup)
}

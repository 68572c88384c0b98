package daemon

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// sweepPatience bounds how long the registry's start waits for the sweep.
const sweepPatience = time.Minute

// sweep deletes the layers that no image has any more, which the registry itself never does. It must not run while the
// registry does. Images without a tag stay, since a build that was cut off goes on with its own. A sweep that fails or is
// ended has only left something for the next one; its reason stands in the registry's log.
func (r Registry) sweep(ctx context.Context, config string) error {
	if _, err := os.Stat(r.data()); errors.Is(err, fs.ErrNotExist) {
		return nil
	}

	process, err := r.Home.start(ctx, spec{
		name: registryName, program: filepath.Join(r.Bin, registryName), arguments: []string{"garbage-collect", "--quiet", config},
		environ: environment(r.Bin, "OTEL_TRACES_EXPORTER=none"), stop: syscall.SIGKILL,
		ready: func(context.Context) error { return nil },
	})
	if err != nil {
		return fmt.Errorf("sweep the registry: %w", err)
	}

	select {
	case <-process.Done():
	case <-time.After(sweepPatience):
	case <-ctx.Done():
	}

	return process.Stop(ctx)
}

func (r Registry) data() string { return r.Home.folder(registryName, "data") }

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

// sweepPatience bounds how long a sweep may take.
const sweepPatience = time.Minute

// Sweep deletes the layers that no image has any more, which the registry itself never does. It is for before the first
// Start: nobody may be pushing, and the registry may not run. Images without a tag stay, since a build that was cut off goes
// on with its own. A sweep that fails or is ended has only left something for the next one; its reason stands in the
// registry's log.
func (r Registry) Sweep(ctx context.Context) error {
	config, err := r.prepare(ctx)
	if err != nil {
		return err
	}

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

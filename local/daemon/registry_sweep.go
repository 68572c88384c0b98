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

	"github.com/zeitwork/zeitwork/internal/process"
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

	sweep, err := r.Home.Start(ctx, process.Spec{
		Name: registryName, Program: filepath.Join(r.Bin, registryName), Arguments: []string{"garbage-collect", "--quiet", config},
		Environment: process.Environment(r.Bin, "OTEL_TRACES_EXPORTER=none"), StopSignal: syscall.SIGKILL,
	})
	if err != nil {
		return fmt.Errorf("sweep the registry: %w", err)
	}

	select {
	case <-sweep.Done():
	case <-time.After(sweepPatience):
	case <-ctx.Done():
	}

	return sweep.Stop(ctx)
}

func (r Registry) data() string { return r.Home.Folder(registryName, "data") }

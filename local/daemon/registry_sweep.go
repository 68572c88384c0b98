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

// Sweep deletes the layers that no image has any more, which the registry itself never does. It must come before Start: the registry
// may not run, as a push during the sweep could lose layers. Images without a tag stay, because an interrupted build goes on with
// its own. A sweep that fails or takes longer than a minute leaves the rest for the next one, and is no error; the registry's log
// says why it failed.
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

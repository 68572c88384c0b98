package daemon

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/zeitwork/zeitwork/internal/process"
)

// sweepFile is the configuration of a sweep that runs beside the registry.
const sweepFile = "sweep.yml"

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

	return r.collect(ctx, config)
}

// SweepReadOnly does the same while the registry runs. exchange stops the registry and starts the given one in its place: first one that nobody can push
// to, and in the end this one. Images can be pulled all the while. Pushes are refused, and those that were under way are interrupted, so that no push
// relies on a layer that is being deleted: it finds out, when it goes on, that the registry has it no longer.
func (r Registry) SweepReadOnly(ctx context.Context, exchange func(context.Context, Registry) error) (err error) {
	readOnly := r
	readOnly.ReadOnly = true

	content, err := readOnly.configuration(r.address())
	if err != nil {
		return err
	}

	// The registry that runs is known by its own configuration, and must not be ended with what an earlier sweep left.
	config, err := r.Home.Write(content, registryName, sweepFile)
	if err != nil {
		return err
	}

	defer func() { err = errors.Join(err, exchange(context.WithoutCancel(ctx), r)) }()

	if err := exchange(ctx, readOnly); err != nil {
		return err
	}

	return r.collect(ctx, config)
}

// collect runs the registry's garbage collection to its end.
func (r Registry) collect(ctx context.Context, config string) error {
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

	return sweep.Stop(context.WithoutCancel(ctx))
}

// HasFiles tells whether an image was ever kept in files of the home.
func (r Registry) HasFiles() bool {
	_, err := os.Stat(r.data())

	return err == nil
}

func (r Registry) data() string { return r.Home.Folder(registryName, "data") }

// Package frameworks measures what it costs to deploy the example of each framework without a Dockerfile, beside the framework's own build.
//
// For each example: a cold build, an unchanged one and the median of one-line changes, each as long as the platform's build and push steps
// took; the size of the image in the registry, compressed; how long a container of it takes until its first 200, and its memory then.
// Beside it, after the same changes of the same tree: the framework's own build command, in a container of the base image that the
// generated Dockerfile starts from, with the dependencies installed and its own caches warm, on all cores. For frameworks that have an
// official Dockerfile, the size of its image, made by the same builder on the same base.
package frameworks

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"time"

	"github.com/zeitwork/zeitwork/local/baseimages"
	"github.com/zeitwork/zeitwork/local/cluster"
	"github.com/zeitwork/zeitwork/test/bench/container"
	"github.com/zeitwork/zeitwork/test/rig"
)

// Run measures the named frameworks, or all where there is no name, and prints a report. It builds so many one-line changes each way, one at
// least. The report comes last: the platform has stopped by then.
func Run(ctx context.Context, rounds int, names []string) error {
	all, err := chosen(names)
	if err != nil {
		return err
	}

	results, err := measure(ctx, rounds, all)
	if err != nil {
		return err
	}

	report(results)

	return nil
}

// measure runs a platform of its own and deploys on it, one framework after the other.
func measure(ctx context.Context, rounds int, all []framework) (results []result, err error) {
	scratch, err := rig.NewScratch()
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(scratch) }()

	started, err := rig.Start(ctx, scratch, cluster.Options{
		ClusterRange:   netip.MustParsePrefix("10.90.0.0/16"),
		BuildRange:     netip.MustParsePrefix("10.98.0.0/16"),
		Bridge:         "zwframeworks0",
		PublicRegistry: baseimages.PublicRegistry(ctx),
		Environ:        []string{"ZEITWORK_KEEP_WARM=0s"},
		Progress:       progress,
	})
	if err != nil {
		return nil, err
	}

	defer func() { err = errors.Join(err, started.Stop(context.WithoutCancel(ctx))) }()

	runner, err := container.NewRunner(started)
	if err != nil {
		return nil, err
	}
	defer func() { _ = runner.Close() }()

	b := &workbench{rounds: rounds, scratch: scratch, platform: started, runner: runner}

	for _, f := range all {
		measured, err := b.measure(ctx, f)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.name, err)
		}

		results = append(results, measured)
	}

	return results, nil
}

func progress(part, detail string) {
	fmt.Fprintln(os.Stderr, time.Now().Format(time.TimeOnly), part, detail)
}

// Package scale measures what a flip, a node's report, a placement, a pass of reconcile and a list cost on a large platform, and how that grows: on a
// generated database of 10,000 projects with 100,000 domains and 20,000 VMs on 1,000 nodes, and on parts of it, always with 100 edges.
//
// Real are Postgres, the API and a worker, with all that they decide; both run in this process. Edges and nodes are simulated, and talk to the API over
// HTTP on the loopback: an edge polls as edges do and keeps no table, a node reports. A flip is a rollback, which the worker places, waits for and makes
// live. Nothing is built or run. It takes a minute or two of two processors.
package scale

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"golang.org/x/sync/errgroup"
)

// edges is how many edges there are at each size.
const edges = 100

// patience is how long one size may take.
const patience = 15 * time.Minute

// size is how large a platform is.
type size struct{ percent, projects, organisations, nodes int }

func sizeOf(percent int) size {
	const projects, organisations, nodes = 100, 10, 10

	return size{percent, projects * percent, organisations * percent, nodes * percent}
}

// figures are in milliseconds; reportMillis and listMillis are of processors, the others of the clock.
type figures struct{ flipMillis, flipKilobytes, reportMillis, placeMillis, reconcileMillis, listMillis float64 }

// Run measures each size with so many flips, and prints the figures and how they grow.
func Run(ctx context.Context, flips int) error {
	measured := map[int]figures{}

	fmt.Printf("%8s %10s %10s %10s %10s %13s %10s\n", "size", "flip ms", "flip kB", "report ms", "place ms", "reconcile ms", "list ms")

	for _, percent := range []int{1, 10, 100} {
		found, err := measure(ctx, sizeOf(percent), flips)
		if err != nil {
			return fmt.Errorf("at %d %%: %w", percent, err)
		}

		measured[percent] = found
		fmt.Printf("%6d %% %10.1f %10.2f %10.2f %10.1f %13.1f %10.2f\n", percent,
			found.flipMillis, found.flipKilobytes, found.reportMillis, found.placeMillis, found.reconcileMillis, found.listMillis)
	}

	small, large := measured[1], measured[100]
	growth := max(large.flipMillis/small.flipMillis, large.flipKilobytes/small.flipKilobytes, large.reportMillis/small.reportMillis,
		large.placeMillis/small.placeMillis, large.reconcileMillis/small.reconcileMillis, large.listMillis/small.listMillis)

	fmt.Printf("flip_ms_100=%.1f flip_kb=%.2f report_ms=%.2f place_ms=%.1f reconcile_ms=%.1f growth_max=%.1f\n",
		large.flipMillis, large.flipKilobytes, large.reportMillis, large.placeMillis, large.reconcileMillis, growth)

	return nil
}

func measure(ctx context.Context, of size, flips int) (found figures, err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()

	began := time.Now()

	w, err := newWorld(ctx, of)
	if err != nil {
		return found, err
	}

	defer func() { err = errors.Join(err, w.close(context.WithoutCancel(ctx))) }()

	fmt.Fprintf(os.Stderr, "%d %% was made in %.0f s.\n", of.percent, time.Since(began).Seconds())

	if found.reportMillis, err = w.report(ctx); err != nil {
		return found, err
	}

	if found.listMillis, err = w.list(ctx); err != nil {
		return found, err
	}

	w.background(ctx, w.worker.Run)

	if found.reconcileMillis, err = w.reconcile(ctx); err != nil {
		return found, err
	}

	return w.flips(ctx, found, flips)
}

// flips deploys one project after another, with all edges waiting.
func (w *world) flips(ctx context.Context, found figures, count int) (figures, error) {
	polling, stop := context.WithCancel(ctx)
	defer stop()

	group, polling := errgroup.WithContext(polling)
	told := make([]*edge, edges)

	for number := range told {
		told[number] = newEdge(w.server.URL, number)

		if number > 0 {
			told[number].startFrom(told[0])
		} else if err := told[0].poll(polling); err != nil {
			return found, err
		}

		group.Go(func() error { return told[number].run(polling) })
	}

	var placed, flipped, bytes []float64

	// The first warms up what is made once.
	for project := range count + 1 {
		one, err := w.deploy(polling, project, told)
		if err != nil {
			stop()

			return found, errors.Join(err, group.Wait())
		}

		if project > 0 {
			placed, flipped, bytes = append(placed, one.placeMillis), append(flipped, one.flipMillis), append(bytes, float64(one.bytes))
		}
	}

	const kilobyte = 1000

	found.placeMillis, found.flipMillis, found.flipKilobytes = middle(placed), middle(flipped), middle(bytes)/kilobyte

	stop()

	return found, group.Wait()
}

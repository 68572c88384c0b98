// Package scale measures what a flip, a node's report, a placement, a pass of reconcile and a list cost on a large platform, how many deployments an hour go
// through the whole chain, and how all that grows: on a generated database of 10,000 projects with 100,000 domains and 20,000 VMs on 1,000 nodes, and on parts
// of it, always with 100 edges.
//
// Real are Postgres, the API and a worker, with all that they decide; all run in this process, but Postgres. Edges and nodes are simulated, and talk to the
// API over HTTP on the loopback: an edge polls as edges do and keeps no table, a node reports as soon as there is news for it. A flip is a rollback, which the
// worker places, waits for and makes live. Nothing is fetched, built or run. The sizes stand beside each other and are measured in turns, so that what else
// the machine does meets all of them alike. It takes some minutes of two processors.
package scale

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"
)

// edges is how many edges there are at each size.
const edges = 100

const (
	// patience is how long all may take.
	patience = time.Hour
	// mostRounds leave a project for each flip at the smallest size.
	mostRounds = 30
	// flipsPerRound are made at each size.
	flipsPerRound = 3
	// deployTurns share the time for which deployments are made.
	deployTurns = 3
)

// percents are the sizes that are measured.
var percents = []int{1, 10, 100}

// size is how large a platform is.
type size struct{ percent, projects, organisations, nodes int }

func sizeOf(percent int) size {
	const projects, organisations, nodes = 100, 10, 10

	return size{percent, projects * percent, organisations * percent, nodes * percent}
}

// Run measures each size in so many rounds, prints the medians and how they grow, and deploys at each size for so long.
func Run(ctx context.Context, rounds int, deploying time.Duration) (err error) {
	if rounds > mostRounds {
		return fmt.Errorf("measure %d rounds at most: each flip is of a project that has not been flipped yet", mostRounds)
	}

	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()

	var worlds []*world

	defer func() {
		for _, w := range worlds {
			err = errors.Join(err, w.close(context.WithoutCancel(ctx)))
		}
	}()

	for _, percent := range percents {
		began := time.Now()

		w, err := newWorld(ctx, sizeOf(percent))
		if err != nil {
			return fmt.Errorf("make %d %%: %w", percent, err)
		}

		worlds = append(worlds, w)

		fmt.Fprintf(os.Stderr, "%d %% was made in %.0f s.\n", percent, time.Since(began).Seconds())
	}

	measured, err := measure(ctx, worlds, rounds, deploying)
	if err != nil {
		return err
	}

	report(measured)

	return nil
}

// measure returns the figures of each world.
func measure(ctx context.Context, worlds []*world, rounds int, deploying time.Duration) ([]figures, error) {
	of := make([]samples, len(worlds))

	// What requests cost is measured while nothing else is done.
	if err := inTurns(ctx, worlds, rounds, of, (*world).sampleRequests); err != nil {
		return nil, err
	}

	for _, w := range worlds {
		if err := w.start(ctx); err != nil {
			return nil, fmt.Errorf("start %d %%: %w", w.size.percent, err)
		}
	}

	if err := inTurns(ctx, worlds, rounds, of, (*world).sampleWork); err != nil {
		return nil, err
	}

	err := inTurns(ctx, worlds, deployTurns, of, func(w *world, ctx context.Context, _ int, to *samples) error {
		rate, err := w.deployMany(ctx, deploying/deployTurns)
		to.deploysPerHour = append(to.deploysPerHour, rate)

		return err
	})
	if err != nil {
		return nil, err
	}

	measured := make([]figures, len(worlds))

	for place, w := range worlds {
		measured[place] = of[place].middle()

		if measured[place].download, err = w.downloadAll(ctx); err != nil {
			return nil, fmt.Errorf("download at %d %%: %w", w.size.percent, err)
		}
	}

	return measured, nil
}

// inTurns has each round of each world measured, one after the other.
func inTurns(
	ctx context.Context, worlds []*world, rounds int, of []samples, sample func(w *world, ctx context.Context, round int, to *samples) error,
) error {
	for round := range rounds {
		for place, w := range worlds {
			if err := sample(w, ctx, round, &of[place]); err != nil {
				return fmt.Errorf("at %d %%: %w", w.size.percent, err)
			}
		}
	}

	return nil
}

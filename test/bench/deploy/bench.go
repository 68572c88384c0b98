// Package deploy measures what the platform adds to a deployment: it deploys a one-line change of the sample app again and again, by hand
// and through the platform, on the same daemons in the same run.
//
// By hand means: git clone, buildctl build and push, pull, run, until the first 200. Through the platform means: from the push until the
// first 200 of the new version through the edge proxy. The two take turns, so that a machine that becomes slower slows both. The platform
// is told of the push through its API, as the CLI does; it would see a push that nobody tells it of at its next poll, up to
// ZEITWORK_POLL_INTERVAL later.
package deploy

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"

	"github.com/zeitwork/zeitwork/local/cluster"
	"github.com/zeitwork/zeitwork/test/bench/container"
	"github.com/zeitwork/zeitwork/test/rig"
)

// Run measures so many rounds, one at least, and prints a report. The report comes last: the platform has stopped by then.
func Run(ctx context.Context, rounds int) error {
	all, err := measure(ctx, rounds)
	if err != nil {
		return err
	}

	all.print()

	return nil
}

// measure runs a platform of its own and deploys on it.
func measure(ctx context.Context, rounds int) (all results, err error) {
	scratch, err := rig.NewScratch()
	if err != nil {
		return all, err
	}
	defer func() { _ = os.RemoveAll(scratch) }()

	started, err := rig.Start(ctx, scratch, cluster.Options{
		ClusterRange: netip.MustParsePrefix("10.87.0.0/16"),
		BuildRange:   netip.MustParsePrefix("10.88.0.0/16"),
		Bridge:       "zwbench0",
		Progress:     func(part, detail string) { fmt.Fprintln(os.Stderr, part, detail) },
	})
	if err != nil {
		return all, err
	}

	defer func() { err = errors.Join(err, started.Stop(context.WithoutCancel(ctx))) }()

	sample, err := rig.NewNodeSample(ctx, filepath.Join(scratch, "sample"))
	if err != nil {
		return all, err
	}

	runner, err := container.NewRunner(started)
	if err != nil {
		return all, err
	}
	defer func() { _ = runner.Close() }()

	byHand, err := newRaw(started, runner, scratch)
	if err != nil {
		return all, err
	}

	through, err := newPlatform(ctx, started, sample)
	if err != nil {
		return all, err
	}

	// The first round of each warms the caches and is not counted.
	for round := range rounds + 1 {
		hand, deployed, err := both(ctx, sample, byHand, through, round)
		if err != nil {
			return all, err
		}

		fmt.Printf("round %2d  by hand %6.3f s  platform %6.3f s\n", round, hand.total().Seconds(), deployed.total.Seconds())

		if round > 0 {
			all.add(hand, deployed)
		}
	}

	return all, nil
}

// both deploys a change by hand and another one through the platform.
func both(ctx context.Context, sample *rig.Sample, byHand *raw, through *platform, round int) (parts, deployed, error) {
	if _, err := sample.Change(ctx, fmt.Sprintf("Change number %d, by hand", round)); err != nil {
		return nil, deployed{}, err
	}

	hand, err := byHand.deploy(ctx, sample.URL())
	if err != nil {
		return nil, deployed{}, fmt.Errorf("by hand: %w", err)
	}

	text := fmt.Sprintf("Change number %d, through the platform", round)
	if _, err := sample.Change(ctx, text); err != nil {
		return nil, deployed{}, err
	}

	d, err := through.deploy(ctx, text)
	if err != nil {
		return nil, deployed{}, fmt.Errorf("through the platform: %w", err)
	}

	return hand, d, nil
}

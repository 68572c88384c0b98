// Package fairness measures what one organisation's flood costs another's deployments: a sample is deployed again and again, first alone on the
// platform and then while another organisation does all it can at once.
//
// The flood is: builds that compute, deployed again as soon as they end, from many projects; an app that writes its log as fast as 32 MB a second;
// hundreds of repositories that accept connections and never answer; and hundreds of open log streams. Everything of both organisations runs on
// this one machine, so that they also share its processors, which a platform of several machines would not.
package fairness

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/local/cluster"
	"github.com/zeitwork/zeitwork/test/rig"
)

// Run deploys so many times each way, and prints a report. It comes last: the platform has stopped by then.
func Run(ctx context.Context, rounds int) error {
	alone, flooded, err := measure(ctx, rounds)
	if err != nil {
		return err
	}

	fmt.Printf("\nMedians of %d deployments each, from the push to the first 200 of the new version\n\n", rounds)
	fmt.Printf("  %-10s %8.3f s\n  %-10s %8.3f s   slowest %.3f s\n\n", "alone", rig.Median(alone).Seconds(),
		"flooded", rig.Median(flooded).Seconds(), lo.Max(flooded).Seconds())
	fmt.Printf("alone_s=%.3f flooded_s=%.3f ratio=%.2f\n", rig.Median(alone).Seconds(), rig.Median(flooded).Seconds(),
		rig.Median(flooded).Seconds()/rig.Median(alone).Seconds())

	return nil
}

// measure runs a platform of its own and deploys on it.
func measure(ctx context.Context, rounds int) (alone, flooded []time.Duration, err error) {
	scratch, err := rig.NewScratch()
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = os.RemoveAll(scratch) }()

	started, err := rig.Start(ctx, scratch, cluster.Options{
		ClusterRange: netip.MustParsePrefix("10.85.0.0/16"),
		BuildRange:   netip.MustParsePrefix("10.86.0.0/16"),
		Bridge:       "zwfairness0",
		Builds:       floodedBuilds,
		// Remotes that never answer are listeners of this program.
		Environ:  []string{"ZEITWORK_SOURCE_INTERNAL_RANGES=127.0.0.0/8"},
		Progress: func(part, detail string) { fmt.Fprintln(os.Stderr, part, detail) },
	})
	if err != nil {
		return nil, nil, err
	}

	defer func() { err = errors.Join(err, started.Stop(context.WithoutCancel(ctx))) }()

	victim, err := newVictim(ctx, started, filepath.Join(scratch, "victim"))
	if err != nil {
		return nil, nil, err
	}

	// The first deployment warms the caches and is not counted.
	if _, err := victim.deploy(ctx, "Warm"); err != nil {
		return nil, nil, err
	}

	if alone, err = victim.deployAll(ctx, "alone", rounds); err != nil {
		return nil, nil, err
	}

	stop, err := flood(ctx, started, filepath.Join(scratch, "flood"))
	if err != nil {
		return nil, nil, err
	}

	flooded, err = victim.deployAll(ctx, "flooded", rounds)

	return alone, flooded, errors.Join(err, stop())
}

// victim is the organisation whose deployments are measured.
type victim struct {
	platform *rig.Platform
	sample   *rig.Sample
	project  client.Project
	edge     rig.Transport
}

func newVictim(ctx context.Context, started *rig.Platform, dir string) (*victim, error) {
	sample, err := rig.NewNodeSample(ctx, dir)
	if err != nil {
		return nil, err
	}

	project, err := started.NewProject(ctx, client.CreateProjectInputBody{Name: "victim", RepositoryURL: sample.URL()}, nil)
	if err != nil {
		return nil, err
	}

	return &victim{
		platform: started, sample: sample, project: project, edge: rig.Transport{Host: strings.TrimPrefix(project.URL, "http://")},
	}, nil
}

func (v *victim) deployAll(ctx context.Context, how string, rounds int) ([]time.Duration, error) {
	all := make([]time.Duration, 0, rounds)

	for round := range rounds {
		took, err := v.deploy(ctx, fmt.Sprintf("Change number %d, %s", round, how))
		if err != nil {
			return nil, fmt.Errorf("deploy %s: %w", how, err)
		}

		fmt.Printf("%-8s round %2d  %6.3f s\n", how, round, took.Seconds())

		all = append(all, took)
	}

	return all, nil
}

// deploy deploys a change and returns how long it took until the edge answered with it.
func (v *victim) deploy(ctx context.Context, text string) (time.Duration, error) {
	if _, err := v.sample.Change(ctx, text); err != nil {
		return 0, err
	}

	pushed := time.Now()

	created, err := v.platform.API.CreateDeploymentWithResponse(ctx, v.project.ID, nil, client.CreateDeploymentInputBody{})
	if err != nil || created.JSON201 == nil {
		return 0, rig.Failed("create the deployment", err, lo.FromPtr(created).Body)
	}

	if err := v.edge.AwaitOK(ctx, v.platform.EdgeURL(), text); err != nil {
		return 0, err
	}

	return time.Since(pushed), nil
}

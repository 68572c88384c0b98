// Package fairness measures what one organisation's flood costs another's deployments: a sample is deployed again and again, in turns alone on the
// platform and while another organisation, of another user, does all it can at once.
//
// The flood is: builds that compute, deployed again as soon as they end, from many projects; an app that writes its log as fast as 32 MB a second;
// hundreds of repositories that accept connections and never answer; and hundreds of clients that follow a log. Everything of both organisations runs
// on this one machine, so that they also share its processors, which a platform of several machines would not.
package fairness

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/local/cluster"
	"github.com/zeitwork/zeitwork/test/rig"
)

// perTurn is how many deployments each way are made before it is the other way's turn.
const perTurn = 3

// Run deploys so many times each way, and prints a report. It comes last: the platform has stopped by then.
func Run(ctx context.Context, rounds int) error {
	alone, flooded, err := measure(ctx, rounds)
	if err != nil {
		return err
	}

	fmt.Printf("\nMedians of %d deployments each, from the push to the first 200 of the new version\n\n", rounds)
	fmt.Printf("  %-14s %8s %8s\n", "", "alone", "flooded")

	for _, step := range alone[0].steps {
		fmt.Printf("  %-14s %8.3f %8.3f s\n", step.name, alone.medianOf(step.name).Seconds(), flooded.medianOf(step.name).Seconds())
	}

	fmt.Printf("  %-14s %8.3f %8.3f s\n  %-14s %8.3f %8.3f s\n\n", "in all", alone.median().Seconds(), flooded.median().Seconds(),
		"slowest", alone.slowest().Seconds(), flooded.slowest().Seconds())
	fmt.Printf("alone_s=%.3f flooded_s=%.3f ratio=%.2f\n", alone.median().Seconds(), flooded.median().Seconds(),
		flooded.median().Seconds()/alone.median().Seconds())

	return nil
}

// measure runs a platform of its own and deploys on it.
func measure(ctx context.Context, rounds int) (alone, flooded results, err error) {
	scratch, err := rig.NewScratch()
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = os.RemoveAll(scratch) }()

	started, err := rig.Start(ctx, scratch, cluster.Options{
		ClusterRange: netip.MustParsePrefix("10.85.0.0/16"),
		BuildRange:   netip.MustParsePrefix("10.86.0.0/16"),
		Bridge:       "zwfairness0",
		// All but what the flood needs is as the platform gives it by itself.
		Quotas: []string{"--projects", "1000"},
		Environ: []string{
			"ZEITWORK_API_REQUESTS_PER_MINUTE=6000",
			"ZEITWORK_SOURCE_INTERNAL_RANGES=127.0.0.0/8", // Remotes that never answer are listeners of this program.
		},
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

	flood, err := newFlood(ctx, started, filepath.Join(scratch, "flood"))
	if err != nil {
		return nil, nil, err
	}

	// The first deployment warms the caches and is not counted.
	if _, err := victim.deploy(ctx, "Warm"); err != nil {
		return nil, nil, err
	}

	for len(alone) < rounds {
		turn := min(perTurn, rounds-len(alone))

		if alone, err = victim.deployMore(ctx, alone, "alone", turn); err != nil {
			return nil, nil, err
		}

		stop, err := flood.run(ctx)
		if err != nil {
			return nil, nil, err
		}

		flooded, err = victim.deployMore(ctx, flooded, "flooded", turn)
		if err := errors.Join(err, stop()); err != nil {
			return nil, nil, err
		}
	}

	return alone, flooded, nil
}

// as returns the platform with an API for another user, who is made for it, with an organisation of their own.
func as(ctx context.Context, started *rig.Platform, email string) (*rig.Platform, error) {
	command := exec.CommandContext(ctx, started.Program, "admin", "users", "add", email)
	command.Env = append(os.Environ(), "ZEITWORK_DATABASE_URL="+started.DatabaseURL())

	token, err := rig.Run(command)
	if err != nil {
		return nil, err
	}

	api, err := rig.NewClient(started.APIURL(), token)
	if err != nil {
		return nil, err
	}

	another := *started
	another.API = api

	return &another, nil
}

// result is one deployment.
type result struct {
	took  time.Duration
	steps []stepResult
}

// stepResult is how long a deployment was at a step, until the next one began.
type stepResult struct {
	name string
	took time.Duration
}

type results []result

func (r results) median() time.Duration {
	return rig.Median(lo.Map(r, func(one result, _ int) time.Duration { return one.took }))
}

func (r results) slowest() time.Duration {
	return lo.Max(lo.Map(r, func(one result, _ int) time.Duration { return one.took }))
}

func (r results) medianOf(step string) time.Duration {
	return rig.Median(lo.FlatMap(r, func(one result, _ int) []time.Duration {
		return lo.FilterMap(one.steps, func(s stepResult, _ int) (time.Duration, bool) { return s.took, s.name == step })
	}))
}

// victim is the organisation whose deployments are measured.
type victim struct {
	platform *rig.Platform
	sample   *rig.Sample
	project  client.Project
	edge     rig.Transport
}

func newVictim(ctx context.Context, started *rig.Platform, dir string) (*victim, error) {
	platform, err := as(ctx, started, "victim@example.com")
	if err != nil {
		return nil, err
	}

	sample, err := rig.NewNodeSample(ctx, dir)
	if err != nil {
		return nil, err
	}

	project, err := platform.NewProject(ctx, client.CreateProjectInputBody{Name: "victim", RepositoryURL: sample.URL()}, nil)
	if err != nil {
		return nil, err
	}

	return &victim{
		platform: platform, sample: sample, project: project, edge: rig.Transport{Host: strings.TrimPrefix(project.URL, "http://")},
	}, nil
}

func (v *victim) deployMore(ctx context.Context, before results, how string, count int) (results, error) {
	for range count {
		one, err := v.deploy(ctx, fmt.Sprintf("Change number %d, %s", len(before), how))
		if err != nil {
			return nil, fmt.Errorf("deploy %s: %w", how, err)
		}

		longest := lo.MaxBy(one.steps, func(a, b stepResult) bool { return a.took > b.took })
		fmt.Printf("%-8s round %2d  %6.3f s, of it %s %.3f s\n", how, len(before), one.took.Seconds(), longest.name, longest.took.Seconds())

		before = append(before, one)
	}

	return before, nil
}

// deploy deploys a change and returns how long it took until the edge answered with it.
func (v *victim) deploy(ctx context.Context, text string) (result, error) {
	if _, err := v.sample.Change(ctx, text); err != nil {
		return result{}, err
	}

	pushed := time.Now()

	created, err := v.platform.API.CreateDeploymentWithResponse(ctx, v.project.ID, nil, client.CreateDeploymentInputBody{})
	if err != nil || created.JSON201 == nil {
		return result{}, rig.Failed("create the deployment", err, lo.FromPtr(created).Body)
	}

	if err := v.edge.AwaitOK(ctx, v.platform.EdgeURL(), text); err != nil {
		return result{}, err
	}

	took := time.Since(pushed)

	shown, err := v.platform.API.GetDeploymentWithResponse(ctx, created.JSON201.ID)
	if err != nil || shown.JSON200 == nil {
		return result{}, rig.Failed("read the deployment", err, lo.FromPtr(shown).Body)
	}

	return result{took: took, steps: stepsOf(*shown.JSON200, pushed, pushed.Add(took))}, nil
}

// stepsOf divides the time of a deployment among its steps; waiting is the time before the first one.
func stepsOf(deployment client.Deployment, from, until time.Time) []stepResult {
	timeline := lo.UniqBy(lo.FromPtr(deployment.Timeline), func(step client.StepAttempt) string { return step.Step })
	slices.SortFunc(timeline, func(a, b client.StepAttempt) int { return a.StartedAt.Compare(b.StartedAt) })

	steps, name := []stepResult{}, "waiting"

	for _, step := range timeline {
		steps = append(steps, stepResult{name, step.StartedAt.Sub(from)})
		name, from = step.Step, step.StartedAt
	}

	return append(steps, stepResult{name, until.Sub(from)})
}

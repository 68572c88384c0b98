// Package wake measures how long a request waits that wakes an app: apps are deployed and fall asleep, all at once, and then each gets one request through the
// edge proxy. What is measured is the time from the request until the first byte of its answer: the edge asks for the app, a worker places its VM, the node
// starts it and finds that it is healthy, and the edge learns where it is. The app's own start is part of it.
package wake

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/local/cluster"
	"github.com/zeitwork/zeitwork/test/rig"
)

// sleepTime bounds how long the apps may take to fall asleep: a minute without a request, and then a whole one of which the edge has told.
const sleepTime = 10 * time.Minute

// The size of each app.
const (
	appCPUMillis = 500
	appMemory    = 256 << 20
)

// sleeper is an app that falls asleep.
type sleeper struct {
	project    client.Project
	deployment uuid.UUID
}

// Run wakes so many apps, one at least, and prints how long each took.
func Run(ctx context.Context, rounds int) (err error) {
	scratch, err := rig.NewScratch()
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(scratch) }()

	started, err := rig.Start(ctx, scratch, cluster.Options{
		ClusterRange: netip.MustParsePrefix("10.95.0.0/16"),
		BuildRange:   netip.MustParsePrefix("10.96.0.0/16"),
		Bridge:       "zwwake0",
		Progress:     func(part, detail string) { fmt.Fprintln(os.Stderr, part, detail) },
	})
	if err != nil {
		return err
	}

	defer func() { err = errors.Join(err, started.Stop(context.WithoutCancel(ctx))) }()

	sample, err := rig.NewNodeSample(ctx, filepath.Join(scratch, "sample"))
	if err != nil {
		return err
	}

	sleepers := make([]sleeper, 0, rounds)

	for round := range rounds {
		made, err := deploy(ctx, started, sample, round)
		if err != nil {
			return err
		}

		sleepers = append(sleepers, made)
	}

	if err := awaitSleep(ctx, started, sleepers); err != nil {
		return err
	}

	return wakeEach(ctx, started, sleepers)
}

// deploy deploys an app that falls asleep after a minute.
func deploy(ctx context.Context, started *rig.Platform, sample *rig.Sample, round int) (sleeper, error) {
	// So many fit on this machine at once. Where there are more, the others wait until these sleep.
	project, err := started.NewProject(ctx, client.CreateProjectInputBody{
		Name: fmt.Sprintf("sleeper%d", round), RepositoryURL: sample.URL(), CPUMillis: new(int64(appCPUMillis)), MemoryBytes: new(int64(appMemory)),
	}, nil)
	if err != nil {
		return sleeper{}, err
	}

	deployment, err := started.Deploy(ctx, project.ID)
	if err != nil {
		return sleeper{}, err
	}

	if deployment.State != client.DeploymentStateLive {
		return sleeper{}, fmt.Errorf("the deployment is %s", deployment.State)
	}

	set, err := started.API.UpdateEnvironmentWithResponse(ctx, project.ID, client.UpdateEnvironmentInputBody{SleepAfterMinutes: new(int64(1))})
	if err != nil || set.JSON200 == nil {
		return sleeper{}, rig.Failed("have the app fall asleep", err, lo.FromPtr(set).Body)
	}

	return sleeper{project, deployment.ID}, nil
}

// awaitSleep waits until nothing of the apps runs.
func awaitSleep(ctx context.Context, started *rig.Platform, sleepers []sleeper) error {
	const interval = time.Second

	ctx, cancel := context.WithTimeout(ctx, sleepTime)
	defer cancel()

	began := time.Now()

	for _, s := range sleepers {
		for {
			found, err := started.API.GetDeploymentWithResponse(ctx, s.deployment)
			if err != nil || found.JSON200 == nil {
				return rig.Failed("read the deployment", err, lo.FromPtr(found).Body)
			}

			if lo.EveryBy(lo.FromPtr(found.JSON200.VMS), func(vm client.VM) bool { return vm.State == client.VMStateRemoved }) {
				break
			}

			if err := rig.Sleep(ctx, interval); err != nil {
				return fmt.Errorf("%s does not fall asleep: %w", s.project.Slug, err)
			}
		}
	}

	fmt.Printf("%d apps fell asleep within %.0f s\n", len(sleepers), time.Since(began).Seconds())

	return nil
}

func wakeEach(ctx context.Context, started *rig.Platform, sleepers []sleeper) error {
	took := make([]time.Duration, 0, len(sleepers))

	for round, s := range sleepers {
		edge := rig.Transport{Host: strings.TrimPrefix(s.project.URL, "http://")}
		asked := time.Now()

		request, err := http.NewRequestWithContext(ctx, http.MethodGet, started.EdgeURL(), nil)
		if err != nil {
			return fmt.Errorf("make a request: %w", err)
		}

		response, err := edge.RoundTrip(request)
		if err != nil {
			return fmt.Errorf("wake %s: %w", s.project.Slug, err)
		}

		took = append(took, time.Since(asked))

		_ = response.Body.Close()

		if response.StatusCode != http.StatusOK {
			return fmt.Errorf("wake %s: the answer is %s", s.project.Slug, response.Status)
		}

		fmt.Printf("round %2d  %6.3f s\n", round+1, took[round].Seconds())

		// Its VM would take time and room from those that come after it.
		if err := started.DeleteProject(ctx, s.project.ID); err != nil {
			return err
		}
	}

	fmt.Printf("wake_p50_ms=%.0f wake_max_ms=%.0f\n", rig.Milliseconds(rig.Median(took)), rig.Milliseconds(lo.Max(took)))

	return nil
}

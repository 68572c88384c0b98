package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/local/cluster"
	"github.com/zeitwork/zeitwork/test/rig"
)

// harness is a platform with two projects: the users of one are counted, the VMs of the other may be killed.
type harness struct {
	scratch string
	faults  faults
	cluster *cluster.Cluster
	api     *client.ClientWithResponses
	pool    *pgxpool.Pool

	machines []*machine
	images   images

	web, quiet *project
	outages    *outages
	ways       []way
	traffic    *traffic
	sentinel   *sentinel

	// program is the platform's binary, upgraded builds one of another version, once. runsUpgraded are the agents that run that.
	program      string
	upgraded     func() (string, error)
	runsUpgraded map[string]bool

	// counted are the findings that the report has already: one that stays is reported once, not after every disturbance.
	counted map[string]bool
	// patient is for how long VMs of replaced deployments may take to leave without this being reported; zero: they must be gone.
	patient time.Duration
	// last is the finding that the last convergence waited for in the end.
	last string
}

// place is where a harness runs. Two harnesses on one machine need two places.
type place struct {
	// bin is the folder of the daemons' binaries; empty: they are built where the cache does not have them.
	bin string
	// cluster and builds are ranges of addresses that nothing else uses.
	cluster, builds netip.Prefix
	bridge          string
	// environ is added to the environment of every service. The full run leaves every deadline and lease as the product has it.
	environ []string
}

// shortTimes are for the tests, which would take too long with the product's own: how long requests may take to end, addresses rest, VMs are
// kept warm, and nodes are silent until they are lost.
func shortTimes() []string {
	return []string{"ZEITWORK_DRAIN_TIME=1s", "ZEITWORK_IP_COOLDOWN=2s", "ZEITWORK_KEEP_WARM=20s", "ZEITWORK_NODE_LOST_AFTER=20s"}
}

// keepReleases is how many deployments of a project can be rolled back to.
const keepReleases = 2

// often has what the product does now and then come round during a run: repositories are polled, garbage is collected and installations are looked at
// more often, and few releases are kept, so that there is garbage.
func often() []string {
	return []string{
		"ZEITWORK_POLL_INTERVAL=2s", "ZEITWORK_GARBAGE_INTERVAL=20s", "ZEITWORK_GITHUB_CHECK_INTERVAL=5s",
		fmt.Sprintf("ZEITWORK_KEEP_RELEASES=%d", keepReleases),
	}
}

// newHarness builds the platform, starts it in a scratch folder, and deploys both projects. The caller stops the harness. On an error the
// scratch folder stays, for the logs in it.
func newHarness(ctx context.Context, at place) (made *harness, err error) {
	h := &harness{outages: &outages{}, counted: map[string]bool{}, runsUpgraded: map[string]bool{}}
	h.upgraded = sync.OnceValues(func() (string, error) { return h.buildUpgraded(context.WithoutCancel(ctx)) })

	if h.scratch, err = rig.NewScratch(); err != nil {
		return nil, err
	}

	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("%w; the logs are in %s", err, h.scratch), h.stop(context.WithoutCancel(ctx)))
		}
	}()

	h.faults = faults(filepath.Join(h.scratch, "faults"))
	if err := os.Mkdir(string(h.faults), 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of fault points: %w", err)
	}

	if err := h.startCluster(ctx, at); err != nil {
		return nil, err
	}

	return h, h.startProjects(ctx)
}

func (h *harness) startCluster(ctx context.Context, at place) error {
	const copies = 2

	h.program = filepath.Join(h.scratch, "zeitwork")
	if err := rig.BuildZeitwork(ctx, h.program, "faultpoints"); err != nil {
		return err
	}

	started, err := rig.Start(ctx, h.scratch, cluster.Options{
		Program: h.program, Bin: at.bin,
		ClusterRange: at.cluster, BuildRange: at.builds, Bridge: at.bridge, Disposable: true,
		Workers: copies, Nodes: copies, Edges: copies, EncryptedEdges: true, FaultDir: string(h.faults),
		Environ:  slices.Concat([]string{"ZEITWORK_LOG_LEVEL=debug"}, often(), at.environ),
		Progress: func(part, detail string) { fmt.Fprintln(os.Stderr, "platform:", part, detail) },
		Logger:   slog.New(slog.DiscardHandler),
	})
	if err != nil {
		return err
	}

	h.cluster, h.api = started.Cluster, started.API

	for _, node := range h.cluster.Nodes() {
		h.machines = append(h.machines, &machine{node: node})
	}

	h.images = images{host: h.cluster.Registry(), key: h.cluster.SecretKey()}

	if h.ways, err = h.openWays(ctx); err != nil {
		return err
	}

	h.traffic = newTraffic(h.ways, h.outages)

	if h.pool, err = pgxpool.New(ctx, h.cluster.DatabaseURL()); err != nil {
		return fmt.Errorf("connect to the database: %w", err)
	}

	if _, err := h.pool.Exec(ctx, reportedSQL); err != nil {
		return fmt.Errorf("have deployments reported: %w", err)
	}

	return nil
}

// reportedSQL has each deployment reported to GitHub, although no repository is there: the jobs run, and give up.
const reportedSQL = `
	CREATE OR REPLACE FUNCTION chaos_reported() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.github_reported := ''; RETURN NEW; END $$;
	CREATE OR REPLACE TRIGGER chaos_reported BEFORE INSERT ON deployments FOR EACH ROW EXECUTE FUNCTION chaos_reported()`

func (h *harness) startProjects(ctx context.Context) error {
	for name, made := range map[string]**project{"web": &h.web, "quiet": &h.quiet} {
		s, err := newSample(ctx, h.scratch, name)
		if err != nil {
			return err
		}

		if *made, err = newProject(ctx, h.api, s); err != nil {
			return err
		}

		if _, err := (*made).deploy(ctx); err != nil {
			return err
		}
	}

	if found := h.convergeWithin(ctx, beginTime); len(found) > 0 {
		return fmt.Errorf("the platform does not come to rest: %v", found)
	}

	made, err := startSentinel(ctx, "", h.cluster.Nodes()...)
	h.sentinel = made

	return err
}

// stop ends the platform. What it leaves is data and logs.
func (h *harness) stop(ctx context.Context) (err error) {
	if h.sentinel != nil {
		err = h.sentinel.stop()
	}

	for _, m := range h.machines {
		m.close()
	}

	if h.pool != nil {
		h.pool.Close()
	}

	if h.cluster == nil {
		return err
	}

	return errors.Join(err, h.cluster.Stop(ctx))
}

func (h *harness) projects() []*project { return []*project{h.web, h.quiet} }

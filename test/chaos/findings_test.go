package main

import (
	"net/netip"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/id"
)

// world is a project with one retired and one live deployment, as it should be.
type world struct {
	rows     rows
	holding  holding
	project  *project
	old, new uuid.UUID
}

func newWorld() *world {
	w := &world{old: id.New(), new: id.New()}
	w.project = &project{wanted: instances, id: id.New(), host: "web.localhost", made: []uuid.UUID{w.old, w.new}, sample: &sample{name: "web", texts: map[string]string{
		"one": "web-1", "two": "web-2",
	}}}
	ended := time.Now()

	w.rows = rows{
		version: 7, at: ended.Add(time.Minute), edges: []edgeRow{{Name: "edge", Acknowledged: 7}},
		deployments: []deploymentRow{
			{ID: w.old, ProjectID: w.project.id, State: "retired", Commit: "one", RouteVersion: 5, EndedAt: new(ended.Add(-time.Minute))},
			{ID: w.new, ProjectID: w.project.id, State: "live", Commit: "two", RouteVersion: 7, EndedAt: &ended, ImageDigest: "sha256:2"},
		},
		domains: []domainRow{{ProjectID: w.project.id, Hostname: "web.localhost", DeploymentID: &w.new}},
	}
	w.holding.running = map[uuid.UUID]int{}
	w.holding.images = []string{"registry/projects/web@sha256:2"}

	for i := range instances {
		vm := vmRow{
			ID: id.New(), DeploymentID: w.new, Node: "node", IP: netip.AddrFrom4([4]byte{10, 0, 0, byte(i)}), DesiredState: "running", State: "healthy",
		}
		name := vm.ID.String()

		w.rows.vms = append(w.rows.vms, vm)
		w.holding.running[vm.ID] = 1
		w.holding.containers = append(w.holding.containers, name)
		w.holding.snapshots = append(w.holding.snapshots, name)
		w.holding.files = append(w.holding.files, "/run/netns/"+name)
		w.holding.net = append(w.holding.net, netHolding{name: interfacePrefix + name, address: vm.IP})
	}

	return w
}

func (w *world) judge() []finding {
	return append(w.rows.judge([]*project{w.project}), w.holding.judge("node", w.rows)...)
}

func TestJudge_AsItShouldBe_FindsNothing(t *testing.T) {
	t.Parallel()

	require.Empty(t, newWorld().judge())
}

func TestJudge_WhatIsLost_IsFound(t *testing.T) {
	t.Parallel()

	for name, change := range map[string]func(*world){
		"a deployment is not there":      func(w *world) { w.project.made = append(w.project.made, id.New()) },
		"a deployment was made twice":    func(w *world) { w.project.made = w.project.made[1:] },
		"a deployment waits for ever":    func(w *world) { w.rows.deployments[0].State = "deploying" },
		"a deployment failed":            func(w *world) { w.rows.deployments[0].State = "failed" },
		"nothing is live":                func(w *world) { w.rows.deployments[1].State = "retired" },
		"two are live":                   func(w *world) { w.rows.deployments[0].State = "live" },
		"the older one has the route":    func(w *world) { w.rows.domains[0].DeploymentID = &w.old },
		"a domain has lost its route":    func(w *world) { w.rows.domains[0].DeploymentID = nil },
		"the older one is live":          func(w *world) { w.rows.deployments[0].State, w.rows.deployments[1].State = "live", "retired" },
		"an edge is behind":              func(w *world) { w.rows.edges[0].Acknowledged-- },
		"an instance is missing":         func(w *world) { w.rows.vms = w.rows.vms[1:] },
		"an instance is ill":             func(w *world) { w.rows.vms[0].State = "unhealthy" },
		"an instance does not run":       func(w *world) { delete(w.holding.running, w.rows.vms[0].ID) },
		"an instance has lost its route": func(w *world) { w.holding.net = w.holding.net[1:] },
		"an address belongs to two VMs":  func(w *world) { w.holding.net = append(w.holding.net, w.holding.net[0]) },
		"an instance is on no such node": func(w *world) { w.rows.vms[0].Node, w.rows.vms[0].State = "other", "pending" },
		"the newest one was superseded":  func(w *world) { w.rows.deployments[1].State = "superseded" },
		"a release command ran twice": func(w *world) {
			w.rows.releases = append(w.rows.releases, releaseRow{DeploymentID: w.new, Times: 2})
		},
		"an instance runs with other IPs": func(w *world) { w.holding.net[0].address = netip.MustParseAddr("10.0.0.99") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			w := newWorld()
			change(w)
			require.True(t, lo.SomeBy(w.judge(), func(f finding) bool { return !f.orphan }), "%v", w.judge())
		})
	}
}

func TestJudge_WhatNobodyNeeds_IsFound(t *testing.T) {
	t.Parallel()

	stray := id.New().String()

	for name, change := range map[string]func(*world){
		"a VM of what is retired": func(w *world) {
			w.rows.vms = append(w.rows.vms, vmRow{ID: id.New(), DeploymentID: w.old, Node: "node", State: "healthy", DesiredState: "running"})
		},
		"a VM that does not stop": func(w *world) {
			w.rows.vms = append(w.rows.vms, vmRow{ID: id.New(), DeploymentID: w.new, Node: "node", State: "healthy", DesiredState: "stopped"})
		},
		"a running VM":            func(w *world) { w.holding.running[id.New()] = 1 },
		"a container":             func(w *world) { w.holding.containers = append(w.holding.containers, stray) },
		"a shim":                  func(w *world) { w.holding.shims = append(w.holding.shims, stray) },
		"a lease":                 func(w *world) { w.holding.leases = append(w.holding.leases, leasePrefix+stray) },
		"a lease of no VM":        func(w *world) { w.holding.leases = append(w.holding.leases, "temporary") },
		"an image":                func(w *world) { w.holding.images = append(w.holding.images, "registry/projects/web@sha256:1") },
		"a snapshot":              func(w *world) { w.holding.snapshots = append(w.holding.snapshots, stray) },
		"a layer":                 func(w *world) { w.holding.layers = append(w.holding.layers, "sha256:3") },
		"a namespace or a folder": func(w *world) { w.holding.files = append(w.holding.files, "/run/netns/"+stray) },
		"an interface":            func(w *world) { w.holding.net = append(w.holding.net, netHolding{name: interfacePrefix + "stray"}) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			w := newWorld()
			change(w)
			require.True(t, lo.SomeBy(w.judge(), func(f finding) bool { return f.orphan }), "%v", w.judge())
		})
	}
}

func TestJudge_WhatIsKeptWarm_IsNeeded(t *testing.T) {
	t.Parallel()

	w := newWorld()
	w.rows.vms = append(w.rows.vms, vmRow{ID: id.New(), DeploymentID: w.old, Node: "other", State: "healthy", DesiredState: "running"})
	require.NotEmpty(t, w.judge())

	w.rows.deployments[0].Warm = true
	require.Empty(t, w.judge())
}

func TestJudge_WhatWasReplacedLately_MayLeaveForAWhile(t *testing.T) {
	t.Parallel()

	w := newWorld()
	leaving := vmRow{
		ID: id.New(), DeploymentID: w.old, Node: "node", IP: netip.AddrFrom4([4]byte{10, 0, 0, 99}), State: "healthy", DesiredState: "stopped",
	}
	w.rows.vms = append(w.rows.vms, leaving)
	w.holding.running[leaving.ID] = 1
	w.holding.containers = append(w.holding.containers, leaving.ID.String())
	w.holding.net = append(w.holding.net, netHolding{name: interfacePrefix + "leaving", address: leaving.IP})
	require.NotEmpty(t, w.judge())

	w.rows.patient = 2 * time.Minute
	require.Empty(t, w.judge())

	w.rows.at = w.rows.at.Add(time.Hour)
	require.NotEmpty(t, w.judge(), "that was long ago")
}

func TestJudge_NewestWasCancelled_TheOneBeforeIsLive(t *testing.T) {
	t.Parallel()

	w := newWorld()
	cancelled := id.New()
	w.project.made = append(w.project.made, cancelled)
	w.rows.deployments = append(w.rows.deployments, deploymentRow{ID: cancelled, ProjectID: w.project.id, State: "cancelled"})
	require.Empty(t, w.judge())
}

func TestJudge_NewestIsHeldByAPin_TheOneBeforeIsLive(t *testing.T) {
	t.Parallel()

	w := newWorld()
	held := id.New()
	w.project.made = append(w.project.made, held)
	w.rows.deployments = append(w.rows.deployments, deploymentRow{ID: held, ProjectID: w.project.id, State: "deploying", Held: true})
	require.Empty(t, w.judge())

	w.rows.deployments[2].Held = false
	require.NotEmpty(t, w.judge(), "nothing holds it")
}

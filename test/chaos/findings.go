package main

import (
	"fmt"

	"github.com/google/uuid"
	"github.com/samber/lo"
)

// finding is something that must not be so once the platform has converged.
type finding struct {
	// orphan tells that something is left which nobody needs. Every other finding counts as lost.
	orphan bool
	text   string
}

func (f finding) String() string {
	if f.orphan {
		return "orphan: " + f.text
	}

	return "lost: " + f.text
}

func lost(format string, arguments ...any) finding {
	return finding{text: fmt.Sprintf(format, arguments...)}
}

func orphan(format string, arguments ...any) finding {
	return finding{orphan: true, text: fmt.Sprintf(format, arguments...)}
}

// judge checks the rows against the invariants.
func (r rows) judge(projects []*project) []finding {
	var found []finding

	for _, p := range projects {
		found = append(found, r.judgeDeployments(p)...)
		found = append(found, r.judgeRoute(p)...)
	}

	found = append(found, r.judgeVMs(projects)...)
	found = append(found, r.judgeReleases()...)

	for _, e := range r.edges {
		if e.Acknowledged != r.version {
			found = append(found, lost("edge %s serves from version %d of the route table, which is at %d", e.Name, e.Acknowledged, r.version))
		}
	}

	return found
}

// judgeDeployments reports deployments that are missing, that nobody asked for, or that have not ended well.
func (r rows) judgeDeployments(p *project) []finding {
	var found []finding

	there := lo.KeyBy(r.of(p), func(d deploymentRow) uuid.UUID { return d.ID })
	asked := p.deployments()

	for _, deployment := range asked {
		if _, ok := there[deployment]; !ok {
			found = append(found, lost("deployment %s of %s is not there", deployment, p.sample.name))
		}
	}

	for id, d := range there {
		if !lo.Contains(asked, id) {
			found = append(found, lost("deployment %s of %s was never asked for", id, p.sample.name))
		}

		if d.Held {
			continue
		}

		switch d.State {
		case "live", "retired", "cancelled", "superseded":
		case "failed":
			found = append(found, lost("deployment %s of %s failed at %s: %q", id, p.sample.name, d.Step, d.Error))
		default:
			found = append(found, lost("deployment %s of %s is %s at %s", id, p.sample.name, d.State, d.Step))
		}
	}

	return found
}

// judgeRoute reports a project whose newest deployment is not the one that is live and that every domain points at.
func (r rows) judgeRoute(p *project) []finding {
	var found []finding

	newest, ok := r.newest(p)
	if !ok {
		return nil
	}

	for _, d := range r.of(p) {
		if (d.State == "live") != (d.ID == newest.ID) {
			found = append(found, lost("deployment %s of %s is %s; the newest is %s", d.ID, p.sample.name, d.State, newest.ID))
		}
	}

	for _, domain := range r.domains {
		if domain.ProjectID == p.id && lo.FromPtr(domain.DeploymentID) != newest.ID {
			found = append(found, lost("%s points at %s; the newest is %s", domain.Hostname, lo.FromPtr(domain.DeploymentID), newest.ID))
		}
	}

	return found
}

// judgeReleases reports release commands that ran more than once.
func (r rows) judgeReleases() []finding {
	often := lo.Filter(r.releases, func(release releaseRow, _ int) bool { return release.Times > 1 })

	return lo.Map(often, func(release releaseRow, _ int) finding {
		return lost("the release command of deployment %s ran %d times", release.DeploymentID, release.Times)
	})
}

// judgeVMs reports live deployments that lack healthy VMs, and VMs that no deployment needs.
func (r rows) judgeVMs(projects []*project) []finding {
	var found []finding

	needed := r.needed()
	healthy := map[uuid.UUID]int{}

	for _, vm := range r.vms {
		d, ok := needed[vm.DeploymentID]

		switch {
		case r.mayLeave(vm):
		case !ok || vm.DesiredState == "stopped":
			found = append(found, orphan("VM %s of deployment %s is %s (to be %s) on %s", vm.ID, vm.DeploymentID, vm.State, vm.DesiredState, vm.Node))
		case vm.State == "healthy":
			healthy[d.ID]++
		default:
			found = append(found, lost("VM %s of deployment %s is %s on %s", vm.ID, vm.DeploymentID, vm.State, vm.Node))
		}
	}

	for _, p := range projects {
		if live, ok := r.live(p); ok && healthy[live.ID] != p.instances() {
			found = append(found, lost("deployment %s has %d healthy VMs of %d", live.ID, healthy[live.ID], p.instances()))
		}
	}

	return found
}

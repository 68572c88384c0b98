package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/client"
)

// The parts of a platform that are upgraded, as operators' commands get them.
const (
	controlPlanePart = "control-plane"
	builderPart      = "builder"
	edgePart         = "edge"
	nodePart         = "node"
)

// unknownVersion is that of a part that tells none.
const unknownVersion = "unknown"

// platformState is what the platform tells of its parts at one time.
type platformState struct {
	// api is the version of the API that has answered.
	api string
	// workers are those in touch.
	workers []client.Builder
	// builders are what each worker in touch knows of each of its builders.
	builders []client.BuilderVersion
	edges    []client.Edge
	nodes    []client.Node
}

func (u *platformUpgrade) look(ctx context.Context) (platformState, error) {
	settings, err := checked(u.api.GetMachineSettingsWithResponse(ctx))
	if err != nil {
		return platformState{}, err
	}

	state := platformState{api: settings.JSON200.Version}

	workers, err := allWorkers(ctx, u.api)
	if err != nil {
		return state, err
	}

	// One that has ended is listed for a while.
	state.workers = lo.Filter(workers, func(w client.Builder, _ int) bool { return w.InTouch })

	state.builders = lo.FlatMap(state.workers, func(w client.Builder, _ int) []client.BuilderVersion { return lo.FromPtr(w.Buildkit.Builders) })

	if state.edges, err = allEdges(ctx, u.api); err != nil {
		return state, err
	}

	state.nodes, err = allNodes(ctx, u.api)

	return state, err
}

// platformPart is a part that has another version than it is to have.
type platformPart struct {
	Part string `json:"part"`
	// Name is that of an edge or a node, or the address of a builder.
	Name string `json:"name,omitempty"`
	Now  string `json:"now"`
	To   string `json:"to"`
}

// platformPlan is what is upgraded, in this order.
type platformPlan struct {
	Parts []platformPart `json:"parts"`
	// Back tells that the version is older than that of the API.
	Back bool `json:"back"`
	// before is the version to go back to; empty where it is not known.
	before string
	Notes  []string `json:"notes"`
}

// planPlatform decides which parts need an upgrade, and in which order: those that ask others come behind them, and are the first to go back.
func planPlatform(state platformState, version string, without []string) (platformPlan, error) {
	plan := platformPlan{Parts: []platformPart{}, Notes: []string{}, Back: isOlder(version, state.api)}

	machines := state.machines()

	unknown := lo.Without(without, lo.Map(machines, func(m platformPart, _ int) string { return m.Name })...)
	if len(unknown) > 0 {
		return plan, UsageError(fmt.Errorf("there is no edge, node or builder %q: `zeitwork edges`, `zeitwork nodes` and `zeitwork builders` list them", unknown[0]))
	}

	plan.Parts = lo.Reject(state.partsNotOf(version), func(p platformPart, _ int) bool { return p.Name != "" && slices.Contains(without, p.Name) })
	plan.before = versionBefore(plan.Parts)

	if plan.Back {
		slices.Reverse(plan.Parts)
	}

	for _, part := range lo.UniqBy(plan.Parts, func(p platformPart) string { return p.Part }) {
		plan.Notes = append(plan.Notes, part.Part+": "+part.instructions(plan.Back)+".")
	}

	if len(state.builders) == 0 {
		plan.Notes = append(plan.Notes, "No worker tells of its builders yet: one of this version does within a minute, one of before builders had versions never. "+
			"Run it again when all workers have the version: builders come then.")
	}

	return plan, nil
}

// machines are the parts with a name, in the order in which they are upgraded. Behind an address of builders there may be several.
func (s platformState) machines() []platformPart {
	machine := func(part, name, now string) platformPart {
		return platformPart{Part: part, Name: name, Now: lo.CoalesceOrEmpty(now, unknownVersion)}
	}

	return slices.Concat(
		lo.Map(s.builders, func(b client.BuilderVersion, _ int) platformPart {
			return machine(builderPart, b.Address, value(b.Version))
		}),
		lo.Map(s.edges, func(e client.Edge, _ int) platformPart { return machine(edgePart, e.Name, value(e.Version)) }),
		lo.Map(s.nodes, func(n client.Node, _ int) platformPart { return machine(nodePart, n.Name, n.Version) }),
	)
}

// partsNotOf are the parts that have another version, in the order in which they are upgraded.
func (s platformState) partsNotOf(version string) []platformPart {
	parts := []platformPart{}

	others := lo.Without(lo.Map(s.workers, func(w client.Builder, _ int) string { return w.Version }), version)
	if s.api != version || len(others) > 0 {
		parts = append(parts, platformPart{Part: controlPlanePart, Now: lo.Ternary(s.api == version, append(others, version)[0], s.api), To: version})
	}

	for _, machine := range s.machines() {
		machine.To = version
		isThere := slices.ContainsFunc(parts, func(p platformPart) bool { return p.Part == machine.Part && p.Name == machine.Name })

		if machine.Now != version && !isThere {
			parts = append(parts, machine)
		}
	}

	return parts
}

// whatItHas tells which parts of the platform have the version behind an upgrade, and of what it can tell nothing.
func (s platformState) whatItHas(version string) string {
	left := lo.Map(s.partsNotOf(version), func(p platformPart, _ int) string {
		return p.String() + " (" + lo.Ternary(p.Now == unknownVersion, "tells no version", p.Now) + ")"
	})

	told := fmt.Sprintf("The platform has version %s.", version)
	if len(left) > 0 {
		told = fmt.Sprintf("The platform has version %s, but for %s.", version, strings.Join(left, ", "))
	}

	if len(s.builders) == 0 {
		told += " No worker tells of its builders."
	}

	return told
}

// instructions tell what to do.
func (p platformPart) instructions(back bool) string {
	switch {
	case p.Part == controlPlanePart && back:
		return fmt.Sprintf("`kamal rollback %s -d DESTINATION`; without Kamal, restart API and workers with it; the schema stays", p.To)
	case p.Part == controlPlanePart:
		return fmt.Sprintf("`VERSION=%s kamal deploy --skip-push -d DESTINATION`; without Kamal, `zeitwork migrate --additive`, then API and workers", p.To)
	case p.Part == builderPart:
		return fmt.Sprintf("`VERSION=%s kamal accessory reboot builder -d DESTINATION`; without Kamal, restart `zeitwork builder` with it; "+
			"builds under way are tried again", p.To)
	case p.Part == edgePart:
		return "restart its service with the version, when it says that it drains"
	default:
		return "run `./zeitwork node join` of the version on its machine; no VM stops"
	}
}

// versionBefore returns the version that the control plane had before the upgrade. Where an earlier run has upgraded it already, that is the version of
// all that is left; empty where that has several, or tells none that can be gone back to.
func versionBefore(parts []platformPart) string {
	versions := lo.Uniq(lo.Map(parts, func(p platformPart, _ int) string { return p.Now }))
	controlPlane, ok := lo.Find(parts, func(p platformPart) bool { return p.Part == controlPlanePart })

	switch {
	case ok:
		versions = []string{controlPlane.Now}
	case len(versions) != 1:
		return ""
	}

	before, err := platformVersion(versions[0])
	if err != nil {
		return ""
	}

	return before
}

// howToGoBack says how to take the platform back, and the part alone where there is a command for that.
func (p platformPlan) howToGoBack(part platformPart) string {
	undoes := lo.Ternary(p.Back, "goes forward again", "goes back")

	switch {
	case p.before == "":
		return fmt.Sprintf("`zeitwork upgrade VERSION` %s, with the version that the platform had before", undoes)
	case part.Part == controlPlanePart && !p.Back:
		return fmt.Sprintf("`zeitwork upgrade %s` %s (here: `kamal rollback %s -d DESTINATION`)", p.before, undoes, p.before)
	default:
		return fmt.Sprintf("`zeitwork upgrade %s` %s", p.before, undoes)
	}
}

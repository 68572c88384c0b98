package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/client"
)

// whyNotDone tells what the part lacks until it has the version, which may be one to go back to, and is healthy.
func (p platformPart) whyNotDone(state platformState, back bool) string {
	switch p.Part {
	case builderPart:
		return p.whyBuilderIsNotDone(state, back)
	case edgePart:
		edge, ok := lo.Find(state.edges, func(e client.Edge) bool { return e.Name == p.Name })

		switch {
		case !ok:
			return "somebody has deleted it"
		case value(edge.Version) != p.To:
			return "its version is " + lo.CoalesceOrEmpty(value(edge.Version), unknownVersion)
		case edge.VersionsBehind > 0:
			return fmt.Sprintf("its route table is %d versions behind", edge.VersionsBehind)
		default:
			return whyEdgeIsIll(edge)
		}
	case nodePart:
		node, ok := lo.Find(state.nodes, func(n client.Node) bool { return n.Name == p.Name })

		switch {
		case !ok:
			return "somebody has deleted it"
		case node.Version != p.To:
			return "its agent's version is " + lo.CoalesceOrEmpty(node.Version, unknownVersion)
		default:
			return whyNodeIsIll(node)
		}
	default:
		return p.whyControlPlaneIsNotDone(state)
	}
}

func (p platformPart) whyControlPlaneIsNotDone(state platformState) string {
	if state.api != p.To {
		return "an API has version " + state.api
	}

	if len(state.workers) == 0 {
		return "no worker is in touch"
	}

	for _, worker := range state.workers {
		if worker.Version != p.To {
			return fmt.Sprintf("the worker %s has version %s", worker.Name, worker.Version)
		}
	}

	return ""
}

// whyBuilderIsNotDone tells what a builder lacks: each worker asks it once a minute. Behind a way back it may be of a release whose builders tell no version:
// it is enough that workers reach it.
func (p platformPart) whyBuilderIsNotDone(state platformState, back bool) string {
	told := 0

	for _, worker := range state.workers {
		for _, builder := range lo.FromPtr(worker.Buildkit.Builders) {
			if builder.Address != p.Name {
				continue
			}

			told++

			isOfBefore := back && builder.Version == nil && worker.Buildkit.Error == nil
			if value(builder.Version) != p.To && !isOfBefore {
				return fmt.Sprintf("its version is %s; workers ask once a minute", lo.CoalesceOrEmpty(value(builder.Version), unknownVersion))
			}
		}
	}

	return lo.Ternary(told == 0, "no worker builds with it", "")
}

// whyIll tells what is not healthy; nothing where all is. Machines that are left out do not count.
func (s platformState) whyIll(without []string) string {
	if len(s.workers) == 0 {
		return "no worker is in touch: `zeitwork builders`"
	}

	for _, worker := range s.workers {
		if worker.Buildkit.Error != nil && !slices.ContainsFunc(lo.FromPtr(worker.Buildkit.Builders), func(b client.BuilderVersion) bool {
			return slices.Contains(without, b.Address)
		}) {
			return fmt.Sprintf("the worker %s does not reach its builder at %s: %s", worker.Name, worker.Buildkit.Address, *worker.Buildkit.Error)
		}
	}

	for _, edge := range s.edges {
		if ill := whyEdgeIsIll(edge); ill != "" && !slices.Contains(without, edge.Name) {
			return fmt.Sprintf("the edge %s %s. Mend it, delete it, or leave it out by --without %s", edge.Name, ill, edge.Name)
		}
	}

	for _, node := range s.nodes {
		if ill := whyNodeIsIll(node); ill != "" && !slices.Contains(without, node.Name) {
			return fmt.Sprintf("the node %s %s. Mend it, delete it, or leave it out by --without %s", node.Name, ill, node.Name)
		}
	}

	return ""
}

func whyEdgeIsIll(edge client.Edge) string {
	switch {
	case edge.InTouch:
		return ""
	case edge.LastSeenAt == nil:
		return "was never in touch"
	default:
		return "is out of touch, last seen " + ago(*edge.LastSeenAt)
	}
}

func whyNodeIsIll(node client.Node) string {
	switch {
	case node.InTouch && node.Unreachable != nil:
		return "has VMs that edges cannot reach: " + strings.TrimSuffix(*node.Unreachable, ".")
	case node.InTouch:
		return ""
	case node.LastSeenAt == nil:
		return "was never in touch"
	default:
		return "is out of touch, last seen " + ago(*node.LastSeenAt)
	}
}

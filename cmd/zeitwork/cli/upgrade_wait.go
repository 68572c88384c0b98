package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/client"
)

// shortestLook and longestLook bound how long a wait rests before it looks again: longer each time.
const (
	shortestLook = 50 * time.Millisecond
	longestLook  = 2 * time.Second
)

// awaitNode is await for what one node tells.
func (a *app) awaitNode(ctx context.Context, api *API, name string, timeout time.Duration, why func(context.Context, client.Node) (string, error)) error {
	return a.await(ctx, timeout, func(ctx context.Context) (string, error) {
		node, err := nodeByName(ctx, api, name)
		if err != nil {
			return "", err
		}

		return why(ctx, *node)
	})
}

// await looks until why returns nothing, and says why it waits whenever that changes. The platform may be away meanwhile. It fails when the time is over.
func (a *app) await(ctx context.Context, timeout time.Duration, why func(context.Context) (string, error)) error {
	deadline := time.Now().Add(timeout)
	told := ""

	for look := shortestLook; ; look = min(look+look, longestLook) {
		reason, err := why(ctx)
		if err != nil && ExitCode(err) != ExitFailure {
			return err
		}

		if err == nil && reason == "" {
			return nil
		}

		if err != nil {
			reason = "the platform does not answer: " + err.Error()
		}

		if reason != told {
			a.sayf("  waits: %s", reason)

			told, look = reason, shortestLook
		}

		if time.Now().After(deadline) {
			return fmt.Errorf("after %s it still waits: %s", timeout, reason)
		}

		select {
		case <-time.After(look):
		case <-ctx.Done():
			return interrupted()
		}
	}
}

// whyNotEmpty tells which VMs are left on a node that is drained, and why.
func whyNotEmpty(api *API) func(context.Context, client.Node) (string, error) {
	return func(ctx context.Context, node client.Node) (string, error) {
		if node.State != client.NodeStateDraining {
			return "", UsageError(errors.New("somebody has ended draining it"))
		}

		if node.VMS == 0 {
			return "", nil
		}

		vms, err := collect(func(cursor *string) ([]client.NodeVM, *string, error) {
			page, err := checked(api.ListNodeVMSWithResponse(ctx, node.ID, &client.ListNodeVMSParams{Cursor: cursor, Limit: new(pageSize)}))
			if err != nil {
				return nil, nil, err
			}

			return page.JSON200.Items, page.JSON200.NextCursor, nil
		})
		if err != nil {
			return "", err
		}

		nodes, err := allNodes(ctx, api)
		if err != nil {
			return "", err
		}

		if len(vms) == 0 {
			return "", nil
		}

		return whyTheyStay(vms, lo.Reject(nodes, func(other client.Node, _ int) bool { return other.ID == node.ID })), nil
	}
}

// whyTheyStay tells for what VMs wait that are to leave their node, those that wait for the same together.
func whyTheyStay(vms []client.NodeVM, others []client.Node) string {
	const most = 4

	var (
		reasons []string
		waiting = map[string][]string{}
	)

	for _, vm := range vms {
		reason := whyItStays(vm, others)
		if waiting[reason] == nil {
			reasons = append(reasons, reason)
		}

		waiting[reason] = append(waiting[reason], vm.Project.Slug)
	}

	told := lo.Map(reasons[:min(len(reasons), most)], func(reason string, _ int) string {
		projects := lo.Uniq(waiting[reason])
		slices.Sort(projects)

		if len(projects) > most {
			projects = append(projects[:most:most], "others")
		}

		return fmt.Sprintf("%d of %s %s", len(waiting[reason]), strings.Join(projects, ", "), reason)
	})
	if len(reasons) > most {
		told = append(told, "…")
	}

	return fmt.Sprintf("VMs are left on it (%d): %s", len(vms), strings.Join(told, "; "))
}

func whyItStays(vm client.NodeVM, others []client.Node) string {
	switch {
	case vm.DesiredState == client.NodeVMDesiredStateStopped:
		return "is being stopped"
	case vm.Kind == client.NodeVMKindRelease:
		return "runs its release command to the end"
	case vm.DesiredState == client.NodeVMDesiredStateDraining:
		return "lets its last requests end"
	case vm.ReplacementNode != nil:
		return fmt.Sprintf("waits for the one that replaces it: %s on %s", value(vm.ReplacementState), *vm.ReplacementNode)
	case vm.DeploymentState == client.NodeVMDeploymentStateDeploying:
		return "moves once its deployment is live"
	case vm.DeploymentState != client.NodeVMDeploymentStateLive:
		return "stops soon, as nothing needs it"
	case !slices.ContainsFunc(others, func(node client.Node) bool { return hasRoomFor(node, vm) }):
		return fmt.Sprintf("finds no room on another node: it needs %d MiB of memory and %.2f shares of processors",
			vm.MemoryBytes>>mebibyteBits, cores(vm.CPUMillis))
	default:
		return "waits until another one is started elsewhere"
	}
}

func hasRoomFor(node client.Node, vm client.NodeVM) bool {
	return node.State == client.NodeStateReady && node.InTouch && node.Unreachable == nil &&
		node.MemoryShareBytes-node.MemoryHeldBytes >= vm.MemoryBytes+node.VMOverheadBytes && node.CPUShareMillis-node.CPUHeldMillis >= vm.CPUMillis
}

// whyNotUpgraded tells what a node lacks until it is upgraded: it has to report the versions, and where it was to start anew, to have done so since.
func whyNotUpgraded(step nodeUpgrade, wanted wantedUpgrade, before client.Node) func(context.Context, client.Node) (string, error) {
	return func(_ context.Context, node client.Node) (string, error) {
		var lacks []string

		if wanted.anew && wanted.reboots() && value(node.BootID) == value(before.BootID) {
			lacks = append(lacks, "its machine was not started anew")
		} else if wanted.anew && !wanted.reboots() && node.AgentStartedAt != nil && before.AgentStartedAt != nil &&
			node.AgentStartedAt.Equal(*before.AgentStartedAt) {
			lacks = append(lacks, "its agent was not started anew")
		}

		for _, change := range step.Changes {
			if now := versionOf(node, change.Part); !wanted.accepts(change, now) {
				lacks = append(lacks, fmt.Sprintf("its %s is %s and not %s", change.Part, now, change.To))
			}
		}

		if !node.InTouch {
			lacks = append(lacks, "it is out of touch")
		}

		if node.Unreachable != nil {
			lacks = append(lacks, "edges cannot reach its VMs: "+*node.Unreachable)
		}

		return strings.Join(lacks, "; "), nil
	}
}

// accepts tells whether a part is upgraded: it has the version, or of what the machine's own packages bring, and where nobody gave a version, a newer one.
func (w wantedUpgrade) accepts(change partChange, now string) bool {
	if now == change.To {
		return true
	}

	return change.Part != partAgent && w.targets[change.Part] == "" && now != "" && compareVersions(now, change.To) > 0
}

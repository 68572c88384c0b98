package workflows

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// The kinds of VMs, as they stand in vms.kind.
const (
	vmApp     = "app"
	vmRelease = "release"
)

// seenWithin is how recently a node must have been heard of to get VMs.
const seenWithin = 15 * time.Second

// schedule gives each instance a node, an id and an address. All of it happens in the transaction that ends the step, so
// that a step that is repeated finds nothing half done.
func (w *Worker) schedule(_ context.Context, a *attempt) (outcome, error) {
	return func(ctx context.Context, _ pgx.Tx, queries *database.Queries) error {
		vm, err := vmOf(a.project, a.deployment)
		if err != nil {
			return err
		}

		present, err := countRunning(ctx, queries, a.deployment.ID)
		if err != nil {
			return err
		}

		missing := missingOf(sharesOf(a.project, a.deployment), present)
		if len(missing) == 0 {
			return nil
		}

		if err := mayRun(ctx, queries, a.project, a.deployment); err != nil {
			return err
		}

		if err := queries.LockPlacement(ctx); err != nil {
			return fmt.Errorf("lock placement: %w", err)
		}

		for _, share := range missing {
			if err := w.start(ctx, queries, a.deployment, vm, share); err != nil {
				return err
			}
		}

		return nil
	}, nil
}

// start gives a deployment as many more VMs as the share says: warm ones of before, where it is a rollback, and new ones. Placement is locked.
func (w *Worker) start(
	ctx context.Context, queries *database.Queries, deployment database.Deployment, vm database.CreateVMParams, share database.RegionShare,
) error {
	adopted, err := adoptWarm(ctx, queries, deployment, vm, share)
	if err != nil {
		return err
	}

	missing := share.Instances - adopted
	if missing <= 0 {
		return nil
	}

	placed, err := w.placeOn(ctx, queries, share.Region, vm, missing)
	if err != nil {
		return err
	}

	for _, node := range placed {
		if err := createVM(ctx, queries, vm, node); err != nil {
			return err
		}
	}

	return notifyNodes(ctx, queries, lo.Map(placed, func(node database.Node, _ int) uuid.UUID { return node.ID }))
}

// countRunning counts the VMs that serve for a deployment, or are to, by their regions.
func countRunning(ctx context.Context, queries *database.Queries, deployment uuid.UUID) (map[string]int, error) {
	rows, err := queries.CountRunningVMs(ctx, deployment)
	if err != nil {
		return nil, fmt.Errorf("count the VMs: %w", err)
	}

	return lo.SliceToMap(rows, func(row database.CountRunningVMsRow) (string, int) { return row.Region, int(row.Count) }), nil
}

// vmOf describes a VM of the deployment, by the project's settings of now. Its id, node and address are still to be chosen.
func vmOf(project database.Project, deployment database.Deployment) (database.CreateVMParams, error) {
	plan, err := planOf(deployment)
	if err != nil {
		return database.CreateVMParams{}, err
	}

	return database.CreateVMParams{
		DeploymentID: deployment.ID, Kind: vmApp, CPUMillis: project.CPUMillis, MemoryBytes: project.MemoryBytes,
		Port:       lo.CoalesceOrEmpty(lo.FromPtr(project.Port), int32(plan.Port), buildplan.DefaultPort), //nolint:gosec // A port.
		HealthPath: lo.CoalesceOrEmpty(project.HealthPath, lo.EmptyableToPtr(plan.HealthPath)),
	}, nil
}

// likeVM describes another VM like the one given. Its id, node and address are still to be chosen.
func likeVM(vm database.VM) database.CreateVMParams {
	return database.CreateVMParams{
		DeploymentID: vm.DeploymentID, Kind: vmApp, Port: vm.Port, CPUMillis: vm.CPUMillis, MemoryBytes: vm.MemoryBytes, HealthPath: vm.HealthPath,
	}
}

// placeOn chooses the nodes of count VMs that are all alike, in a region or anywhere, none of those to avoid. Placement is locked.
func (w *Worker) placeOn(
	ctx context.Context, queries *database.Queries, region string, vm database.CreateVMParams, count int, avoid ...uuid.UUID,
) ([]database.Node, error) {
	return w.choose(ctx, queries, region, vm, count, avoid, nil)
}

// placeNear is placeOn for one VM, which rather goes where its image is: to one of the nodes that its deployment had VMs on.
func (w *Worker) placeNear(
	ctx context.Context, queries *database.Queries, region string, vm database.CreateVMParams, before []uuid.UUID,
) ([]database.Node, error) {
	return w.choose(ctx, queries, region, vm, 1, nil, before)
}

func (w *Worker) choose(
	ctx context.Context, queries *database.Queries, region string, vm database.CreateVMParams, count int, avoid, prefer []uuid.UUID,
) ([]database.Node, error) {
	if err := queries.ReleaseAddresses(ctx, w.config.AddressCooldown); err != nil {
		return nil, fmt.Errorf("release addresses: %w", err)
	}

	placed, best, err := w.chooseAmong(ctx, queries, region, vm, count, avoid, prefer, sampledNodes+count+len(avoid))
	if !best {
		placed, _, err = w.chooseAmong(ctx, queries, region, vm, count, avoid, prefer, math.MaxInt32)
	}

	if noRoom, ok := errors.AsType[*noRoomError](err); ok && noRoom.addresses {
		err = w.explainAddresses(ctx, queries, err)
	}

	if problem.CodeOf(err) == problem.Unavailable && region != anywhere {
		err = &regionError{err}
	}

	return placed, err
}

// sampledNodes is how many nodes a placement looks at. So many, taken at random, have good places among them on a platform of any size, and what a placement
// costs, while others wait for their turn, does not depend on how many more there are.
const sampledNodes = 50

// chooseAmong is choose among so many nodes at most, beside those where the deployment is already and those to prefer. Best is false where other nodes, at
// which it has not looked, may have better places: there is no room, or a node has got several of the deployment's instances.
func (w *Worker) chooseAmong(
	ctx context.Context, queries *database.Queries, region string, vm database.CreateVMParams, count int, avoid, prefer []uuid.UUID, most int,
) (placed []database.Node, best bool, err error) {
	nodes, err := queries.SampleUsableNodes(ctx, database.SampleUsableNodesParams{
		SeenWithin: seenWithin, Region: region, Near: prefer, DeploymentID: vm.DeploymentID,
		Most: int32(most), //nolint:gosec // A project has at most a hundred instances.
	})
	if err != nil {
		return nil, true, fmt.Errorf("list the nodes: %w", err)
	}

	all := len(nodes) < most
	nodes = lo.Reject(nodes, func(node database.Node, _ int) bool { return slices.Contains(avoid, node.ID) })

	if vm.Kind == vmRelease {
		if nodes, err = runReleases(nodes); err != nil {
			return nil, all, err
		}
	}

	usage, err := usageOf(ctx, queries, nodes, vm.DeploymentID)
	if err != nil {
		return nil, true, err
	}

	among := candidates(nodes, usage)
	for _, c := range among {
		c.hasImage = slices.Contains(prefer, c.node.ID)
	}

	placed, err = place(among, count, need{cpuMillis: int64(vm.CPUMillis), memoryBytes: vm.MemoryBytes, region: region})

	return placed, all || (err == nil && isSpread(among, placed)), err
}

// isSpread tells whether each of the nodes that were chosen has one instance of the deployment alone.
func isSpread(among []*candidate, placed []database.Node) bool {
	return lo.EveryBy(among, func(c *candidate) bool {
		return c.instances <= 1 || !lo.SomeBy(placed, func(node database.Node) bool { return node.ID == c.node.ID })
	})
}

// usageOf returns what VMs hold of nodes, and how many VMs of a deployment each has.
func usageOf(ctx context.Context, queries *database.Queries, nodes []database.Node, deployment uuid.UUID) ([]database.ListNodeUsageRow, error) {
	usage, err := queries.ListNodeUsage(ctx, deployment, lo.Map(nodes, func(node database.Node, _ int) uuid.UUID { return node.ID }))
	if err != nil {
		return nil, fmt.Errorf("sum up what the nodes run: %w", err)
	}

	return usage, nil
}

// explainAddresses adds to the cause which edge keeps the addresses of removed VMs from being used again, if one does.
func (w *Worker) explainAddresses(ctx context.Context, queries *database.Queries, cause error) error {
	edge, err := queries.FindSilentEdge(ctx, edgeSilence)
	if errors.Is(err, pgx.ErrNoRows) {
		return problem.Wrap(cause, problem.Unavailable,
			"%s Those of VMs that were removed rest for %s.", problem.MessageOf(cause), w.config.AddressCooldown)
	}

	if err != nil {
		return fmt.Errorf("find the edge that keeps addresses from being released: %w", err)
	}

	w.logger.WarnContext(ctx, "addresses of removed VMs rest because an edge is silent: start it, or delete it if it is gone for good",
		slog.String("edge", edge.Name), slog.Duration("silent_for", edge.SilentFor.Round(time.Second)))

	// Members read the sentence, and the names of edges are for operators. It stays the same as time goes by, since events that are written once compare it.
	return problem.Wrap(cause, problem.Unavailable, "%s Those of VMs that were removed rest because an edge of the platform that is silent may still send "+
		"requests to them: an operator has to start it, or to delete it if it is gone for good.", problem.MessageOf(cause))
}

// adoptWarm gives a rollback the VMs that still run for the deployment to which it goes back, no more than those of the share, and returns how many
// there were.
func adoptWarm(
	ctx context.Context, queries *database.Queries, deployment database.Deployment, vm database.CreateVMParams, share database.RegionShare,
) (int, error) {
	if deployment.Trigger != string(TriggerRollback) || deployment.OriginID == nil {
		return 0, nil
	}

	nodes, err := queries.AdoptWarmVMs(ctx, database.AdoptWarmVMsParams{
		DeploymentID: deployment.ID, EnvironmentID: deployment.EnvironmentID, OriginID: *deployment.OriginID, Port: vm.Port, CPUMillis: vm.CPUMillis,
		MemoryBytes: vm.MemoryBytes, HealthPath: vm.HealthPath, SeenWithin: seenWithin, Region: share.Region,
		Most: int32(share.Instances), //nolint:gosec // A project has at most a hundred.
	})
	if err != nil {
		return 0, fmt.Errorf("take warm VMs over: %w", err)
	}

	return len(nodes), notifyNodes(ctx, queries, nodes)
}

// createVM inserts a VM with the lowest free address of its node. Placement is locked.
func createVM(ctx context.Context, queries *database.Queries, vm database.CreateVMParams, node database.Node) error {
	held, err := queries.ListHeldAddresses(ctx, node.Prefix)
	if err != nil {
		return fmt.Errorf("read the addresses of node %s: %w", node.Name, err)
	}

	vm.ID, vm.NodeID = id.New(), node.ID

	if vm.IP, err = lowestFree(node.Prefix, held); err != nil {
		return fmt.Errorf("find an address on node %s: %w", node.Name, err)
	}

	if err := queries.CreateVM(ctx, vm); err != nil {
		return fmt.Errorf("insert the VM: %w", err)
	}

	return nil
}

// notifyNodes wakes the nodes whose assignments have changed.
func notifyNodes(ctx context.Context, queries *database.Queries, nodes []uuid.UUID) error {
	for _, node := range lo.Uniq(nodes) {
		if err := queries.Notify(ctx, database.ChannelNodes, node.String()); err != nil {
			return fmt.Errorf("notify node %s: %w", node, err)
		}
	}

	return nil
}

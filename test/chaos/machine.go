package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	tasks "github.com/containerd/containerd/api/services/tasks/v1"
	"github.com/containerd/containerd/api/types/task"
	"github.com/containerd/containerd/v2/client"
	"github.com/containerd/containerd/v2/core/snapshots"
	"github.com/containerd/containerd/v2/pkg/namespaces"
	"github.com/google/uuid"
	"github.com/opencontainers/image-spec/identity"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/local/cluster"
)

// leasePrefix is how the leases of VMs begin that are being started.
const leasePrefix = "zeitwork-vm-"

// machine looks at what a node really holds, whatever the database says.
type machine struct {
	node cluster.Node

	mutex      sync.Mutex
	containerd *client.Client
}

// holding is everything on a node that was made for VMs.
type holding struct {
	// running are the VMs that run, by their first process.
	running    map[uuid.UUID]int
	containers []string
	leases     []string
	// shims are kept by containerd after their command has ended, so that its exit code can still be read.
	shims []string
	// processes are those of shims, by the VM that each is for; containerd may know nothing of one.
	processes []string
	images    []string
	snapshots []string
	// layers are snapshots that neither an image nor a VM is made of.
	layers []string
	files  []string
	net    []netHolding
}

// connect returns the client of the node's containerd, which finds it again after a restart.
func (m *machine) connect() (*client.Client, error) {
	m.mutex.Lock()
	defer m.mutex.Unlock()

	if m.containerd == nil {
		made, err := client.New(m.node.ContainerdSocket, client.WithDefaultNamespace(m.node.ContainerdNamespace))
		if err != nil {
			return nil, fmt.Errorf("reach containerd of %s: %w", m.node.Name, err)
		}

		m.containerd = made
	}

	return m.containerd, nil
}

func (m *machine) close() {
	m.mutex.Lock()
	defer m.mutex.Unlock()

	if m.containerd != nil {
		_ = m.containerd.Close()
	}
}

// look lists what the node holds.
func (m *machine) look(ctx context.Context) (h holding, err error) {
	containerd, err := m.connect()
	if err != nil {
		return h, err
	}

	ctx = namespaces.WithNamespace(ctx, m.node.ContainerdNamespace)

	if err := h.lookAtContainerd(ctx, containerd); err != nil {
		return h, fmt.Errorf("look at containerd of %s: %w", m.node.Name, err)
	}

	if err := h.lookAtImages(ctx, containerd); err != nil {
		return h, fmt.Errorf("look at the images of %s: %w", m.node.Name, err)
	}

	if h.processes, err = shimProcesses(m.node.ContainerdNamespace); err != nil {
		return h, err
	}

	for _, folder := range []string{m.node.NetworkFolder, filepath.Join(m.node.DataDir, "vms")} {
		entries, err := os.ReadDir(folder)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return h, fmt.Errorf("list %s: %w", folder, err)
		}

		for _, entry := range entries {
			h.files = append(h.files, filepath.Join(folder, entry.Name()))
		}
	}

	h.net, err = lookAtNetwork(m.node.NetworkNamespace)

	return h, err
}

// processes lists the VMs that run, by their first process. Unlike look it can be asked at any moment, also while images come and go.
func (m *machine) processes(ctx context.Context) (map[uuid.UUID]int, error) {
	containerd, err := m.connect()
	if err != nil {
		return nil, err
	}

	var h holding
	if err := h.lookAtContainerd(namespaces.WithNamespace(ctx, m.node.ContainerdNamespace), containerd); err != nil {
		return nil, fmt.Errorf("look at containerd of %s: %w", m.node.Name, err)
	}

	return h.running, nil
}

func (h *holding) lookAtContainerd(ctx context.Context, containerd *client.Client) error {
	containers, err := containerd.ContainerService().List(ctx)
	if err != nil {
		return fmt.Errorf("list containers: %w", err)
	}

	for _, c := range containers {
		h.containers = append(h.containers, c.ID)
	}

	running, err := containerd.TaskService().List(ctx, &tasks.ListTasksRequest{})
	if err != nil {
		return fmt.Errorf("list tasks: %w", err)
	}

	h.running = map[uuid.UUID]int{}

	for _, t := range running.GetTasks() {
		if id, err := uuid.Parse(t.GetID()); err == nil && t.GetStatus() == task.Status_RUNNING {
			h.running[id] = int(t.GetPid())
		}
	}

	leases, err := containerd.LeasesService().List(ctx)
	if err != nil {
		return fmt.Errorf("list leases: %w", err)
	}

	for _, l := range leases {
		h.leases = append(h.leases, l.ID)
	}

	shims, err := containerd.SandboxStore().List(ctx)
	if err != nil {
		return fmt.Errorf("list the shims that are kept: %w", err)
	}

	for _, s := range shims {
		h.shims = append(h.shims, s.ID)
	}

	return nil
}

// lookAtImages lists images and snapshots, and finds the snapshots that nothing is made of.
func (h *holding) lookAtImages(ctx context.Context, containerd *client.Client) error {
	images, err := containerd.ListImages(ctx)
	if err != nil {
		return fmt.Errorf("list images: %w", err)
	}

	used := map[string]bool{}

	for _, image := range images {
		h.images = append(h.images, image.Name())

		layers, err := image.RootFS(ctx)
		if err != nil {
			return fmt.Errorf("read image %s: %w", image.Name(), err)
		}

		for _, chain := range identity.ChainIDs(layers) {
			used[chain.String()] = true
		}
	}

	parents := map[string]string{}

	err = containerd.SnapshotService("").Walk(ctx, func(_ context.Context, info snapshots.Info) error {
		parents[info.Name] = info.Parent

		if _, err := uuid.Parse(info.Name); err == nil {
			h.snapshots = append(h.snapshots, info.Name)
		}

		return nil
	})
	if err != nil {
		return fmt.Errorf("list snapshots: %w", err)
	}

	for _, name := range h.snapshots {
		for ; name != ""; name = parents[name] {
			used[name] = true
		}
	}

	h.layers = lo.Filter(lo.Keys(parents), func(name string, _ int) bool { return !used[name] })

	return nil
}

// judge compares what the node holds with what the rows need of it.
func (h *holding) judge(node string, r rows) []finding {
	needed := r.needed()
	vms := lo.Filter(r.vms, func(vm vmRow, _ int) bool {
		_, ok := needed[vm.DeploymentID]

		return vm.Node == node && ok && vm.DesiredState != "stopped"
	})
	leaving := lo.Filter(r.vms, func(vm vmRow, _ int) bool { return vm.Node == node && r.mayLeave(vm) })
	ids := lo.Map(slices.Concat(vms, leaving), func(vm vmRow, _ int) string { return vm.ID.String() })
	images := lo.KeyBy(r.deployments, func(d deploymentRow) uuid.UUID { return d.ID })
	digests := lo.Map(slices.Concat(vms, leaving), func(vm vmRow, _ int) string { return images[vm.DeploymentID].ImageDigest })

	var found []finding

	// unneeded reports the names that end in none of what is allowed.
	unneeded := func(what string, names, allowed []string) {
		for _, name := range names {
			if !lo.SomeBy(allowed, func(a string) bool { return strings.HasSuffix(name, a) }) {
				found = append(found, orphan("%s %s on %s", what, name, node))
			}
		}
	}

	unneeded("container", h.containers, ids)
	unneeded("shim", h.shims, ids)
	unneeded("process of a shim for", h.processes, ids)
	unneeded("lease", h.leases, lo.Map(ids, func(id string, _ int) string { return leasePrefix + id }))
	unneeded("image", h.images, digests)
	unneeded("snapshot", h.snapshots, ids)
	unneeded("snapshot", h.layers, nil)
	unneeded("file", h.files, ids)

	for id := range h.running {
		if !lo.Contains(ids, id.String()) {
			found = append(found, orphan("running VM %s on %s", id, node))
		}
	}

	for _, vm := range vms {
		if h.running[vm.ID] == 0 {
			found = append(found, lost("VM %s does not run on %s", vm.ID, node))
		}
	}

	return append(found, judgeNetwork(h.net, node, vms, leaving)...)
}

package conformance

import (
	"context"
	"fmt"
	"net/netip"
	"path/filepath"

	"github.com/containerd/containerd/v2/core/snapshots"
	"github.com/google/uuid"
	"github.com/samber/lo"
	"github.com/vishvananda/netlink"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/nodeagent/network"
)

// vmNetwork describes the agent's network, as far as one must know it to find a VM's namespace.
func (t *trial) vmNetwork() *network.Network {
	return &network.Network{Range: t.options.Range, Folder: filepath.Join("/run/zeitwork", t.config.ContainerdNamespace, "netns")}
}

func (t *trial) namespacePath(vm client.AssignedVM) string { return t.vmNetwork().NamespacePath(vm.ID) }

// traces returns what is left of VMs on this machine, each in a few words.
func (t *trial) traces(ctx context.Context, vms []uuid.UUID) ([]string, error) {
	left, err := t.containerdTraces(ctx)
	if err != nil {
		return nil, err
	}

	namespaces, err := t.vmNetwork().List()
	if err != nil {
		return nil, err
	}

	left = append(left, lo.Map(namespaces, func(id uuid.UUID, _ int) string { return "network namespace " + id.String() })...)

	for _, vm := range vms {
		if _, err := netlink.LinkByName(network.InterfaceName(vm)); err == nil {
			left = append(left, "interface "+network.InterfaceName(vm))
		}
	}

	routes, err := netlink.RouteList(nil, netlink.FAMILY_V4)
	if err != nil {
		return nil, fmt.Errorf("list routes: %w", err)
	}

	for _, route := range routes {
		if prefix, ok := prefixOf(route); ok && prefix.IsSingleIP() && t.options.Range.Overlaps(prefix) {
			left = append(left, "route "+prefix.String())
		}
	}

	rules, err := t.countRules()
	if err != nil {
		return nil, err
	}

	if rules != t.rules {
		left = append(left, fmt.Sprintf("%d rules and elements of the packet filter, where there were %d", rules, t.rules))
	}

	return append(left, t.systemTraces(vms)...), nil
}

func (t *trial) containerdTraces(ctx context.Context) ([]string, error) {
	var left []string

	containers, err := t.containerd.ContainerService().List(ctx)
	if err != nil {
		return nil, fmt.Errorf("list containers: %w", err)
	}

	for _, container := range containers {
		left = append(left, "container "+container.ID)
	}

	err = t.containerd.SnapshotService(t.config.Snapshotter).Walk(ctx, func(_ context.Context, info snapshots.Info) error {
		left = append(left, "snapshot "+info.Name)

		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list snapshots: %w", err)
	}

	images, err := t.containerd.ImageService().List(ctx)
	if err != nil {
		return nil, fmt.Errorf("list images: %w", err)
	}

	for _, image := range images {
		left = append(left, "image "+image.Name)
	}

	leases, err := t.containerd.LeasesService().List(ctx)
	if err != nil {
		return nil, fmt.Errorf("list leases: %w", err)
	}

	for _, lease := range leases {
		left = append(left, "lease "+lease.ID)
	}

	return left, nil
}

// prefixOf returns what a route leads to; false for a default route.
func prefixOf(route netlink.Route) (netip.Prefix, bool) {
	if route.Dst == nil {
		return netip.Prefix{}, false
	}

	address, ok := netip.AddrFromSlice(route.Dst.IP)
	ones, _ := route.Dst.Mask.Size()

	return netip.PrefixFrom(address.Unmap(), ones), ok && ones > 0
}

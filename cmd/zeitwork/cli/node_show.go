package cli

import (
	"context"
	"fmt"
	"io"

	"github.com/samber/lo"
	"github.com/spf13/cobra"

	"github.com/zeitwork/zeitwork/client"
)

func (a *app) showNodeCommand() *cobra.Command {
	return &cobra.Command{
		Use: "show NAME", Short: "Show a node: what its machine is, and how much of it VMs hold", Example: "  zeitwork nodes show node-1",
		Args: cobra.ExactArgs(1), ValidArgsFunction: first(a.completeNodes),
		RunE: a.run(func(ctx context.Context, api *API, args []string) error {
			node, err := nodeByName(ctx, api, args[0])
			if err != nil {
				return err
			}

			return a.print(node, func(w io.Writer) { writeNode(w, *node) })
		}),
	}
}

func writeNode(w io.Writer, node client.Node) {
	const unknown = "not told"

	seen := never
	if node.LastSeenAt != nil {
		seen = ago(*node.LastSeenAt)
	}

	agent := lo.CoalesceOrEmpty(node.Version, unknown)
	if node.AgentStartedAt != nil {
		agent += ", started " + ago(*node.AgentStartedAt)
	}

	t := newTable(w)

	for _, row := range [][2]string{
		{"State", string(node.State)},
		{"Seen", seen},
		{"Region", node.Region},
		{"Labels", labelsText(node.Labels)},
		{"Agent", agent},
		{"Runtime", lo.CoalesceOrEmpty(node.Runtime, unknown)},
		{"containerd", lo.FromPtrOr(node.Containerd, unknown)},
		{"Kernel", lo.FromPtrOr(node.Kernel, unknown)},
		{"System", lo.FromPtrOr(node.OS, unknown)},
		{"Boot", lo.FromPtrOr(node.BootID, unknown)},
		{"Addresses", node.Prefix},
		{"VMs", decimal(node.VMS)},
		{"Processors", fmt.Sprintf("%.2f of %.2f shares are held, each processor is given away %g times",
			cores(node.CPUHeldMillis), cores(node.CPUShareMillis), node.CPUOvercommit)},
		{"Memory", fmt.Sprintf("%d of %d MiB are held, %d MiB are the host's",
			node.MemoryHeldBytes>>mebibyteBits, node.MemoryShareBytes>>mebibyteBits, node.ReservedMemoryBytes>>mebibyteBits)},
	} {
		t.row(row[0], row[1])
	}

	t.flush()
}

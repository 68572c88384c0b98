package cli

import (
	"context"
	"fmt"
	"io"
	"strconv"

	"github.com/google/uuid"
	"github.com/samber/lo"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/zeitwork/zeitwork/client"
)

func (a *app) nodesCommand() *cobra.Command {
	command := &cobra.Command{
		Use: "nodes", Short: "The machines that run VMs", Example: "  zeitwork nodes\n  zeitwork nodes drain node-1",
		Args: cobra.NoArgs, RunE: a.run(a.listNodes),
	}
	command.AddCommand(
		listing("List the nodes", "  zeitwork nodes list --json", a.run(a.listNodes)),
		a.showNodeCommand(),
		a.joinNodeCommand(),
		a.createNodeCommand(),
		a.setNodeCommand(),
		a.labelNodeCommand(),
		&cobra.Command{
			Use: "drain NAME", Short: "Move a node's VMs elsewhere, and keep it empty", Example: "  zeitwork nodes drain node-1",
			Args: cobra.ExactArgs(1), ValidArgsFunction: first(a.completeNodes), RunE: a.run(a.setNodeState("draining")),
		},
		&cobra.Command{
			Use: "cordon NAME", Short: "Give a node no new VMs; it keeps those that it has", Example: "  zeitwork nodes cordon node-1",
			Args: cobra.ExactArgs(1), ValidArgsFunction: first(a.completeNodes), RunE: a.run(a.setNodeState("cordoned")),
		},
		&cobra.Command{
			Use: "ready NAME", Aliases: []string{"uncordon"}, Short: "Give a node VMs again that was drained or cordoned", Example: "  zeitwork nodes ready node-1",
			Args: cobra.ExactArgs(1), ValidArgsFunction: first(a.completeNodes), RunE: a.run(a.setNodeState("ready")),
		},
		a.upgradeNodesCommand(),
		&cobra.Command{
			Use: "delete NAME", Short: "Delete a node that has no VMs", Example: "  zeitwork nodes delete node-1",
			Args: cobra.ExactArgs(1), ValidArgsFunction: first(a.completeNodes), RunE: a.run(a.deleteNode),
		},
	)
	command.AddCommand(a.tokenCommands(machineTokens{
		group: "nodes", complete: a.completeNodes,
		find: func(ctx context.Context, api *API, name string) (uuid.UUID, error) {
			node, err := nodeByName(ctx, api, name)
			if err != nil {
				return uuid.Nil, err
			}

			return node.ID, nil
		},
		list: func(ctx context.Context, api *API, node uuid.UUID, cursor *string) ([]client.Token, *string, error) {
			page, err := checked(api.ListNodeTokensWithResponse(ctx, node, &client.ListNodeTokensParams{Cursor: cursor, Limit: new(pageSize)}))
			if err != nil {
				return nil, nil, err
			}

			return page.JSON200.Items, page.JSON200.NextCursor, nil
		},
		rotate: func(ctx context.Context, api *API, node uuid.UUID, body client.MachineRotation) (*client.NewToken, error) {
			fresh, err := checked(api.RotateNodeTokenWithResponse(ctx, node, body))
			if err != nil {
				return nil, err
			}

			return fresh.JSON201, nil
		},
		revoke: func(ctx context.Context, api *API, node, token uuid.UUID) error {
			_, err := checked(api.RevokeNodeTokenWithResponse(ctx, node, token))

			return err
		},
	})...)

	return command
}

func (a *app) createNodeCommand() *cobra.Command {
	var given newNode

	command := a.create("nodes", "Make a node; its token is shown this once", func(ctx context.Context, api *API, name, region string) (any, string, error) {
		created, err := checked(api.CreateNodeWithResponse(ctx, given.body(name, region)))
		if err != nil {
			return nil, "", err
		}

		return created.JSON201, created.JSON201.Token, nil
	})
	command.Long = command.Short + ", and stays good. For a machine that is to join by one command there is `zeitwork nodes join`.\n\n" +
		"Without --processors and --memory, what its agent first reports is the most that ever counts, until `zeitwork nodes set`."
	command.Example += "\n  zeitwork nodes create node-2 --region eu --processors 16 --memory 64GiB > token"
	given.flags(command.Flags())

	return command
}

// newNode is what an operator says of a node that is made.
type newNode struct {
	settings     client.NodeUpdate
	prefixLength *int64
}

func (n *newNode) flags(flags *pflag.FlagSet) {
	nodeCapacityFlags(flags, &n.settings)
	flags.Func("label", "`NAME=VALUE` that it is called by, such as rack=r1; again for more", func(text string) (err error) {
		n.settings.Labels, err = changedLabels(lo.FromPtr(n.settings.Labels), []string{text})

		return err
	})
	flags.Func("prefix-length", "`bits` of the prefix that it gets of the cluster's addresses, for good: 24, which 253 VMs have an address of, unless "+
		"it is set; 22 for 1,021", number(&n.prefixLength, 1))
}

func (n *newNode) body(name, region string) client.CreateNodeInputBody {
	return client.CreateNodeInputBody{
		Name: name, Region: region, MaxCPUMillis: n.settings.MaxCPUMillis, MaxMemoryBytes: n.settings.MaxMemoryBytes,
		ReservedMemoryBytes: n.settings.ReservedMemoryBytes, CPUOvercommit: n.settings.CPUOvercommit, Labels: n.settings.Labels,
		PrefixLength: n.prefixLength,
	}
}

// cores turns thousandths of a core into cores.
func cores(millis int64) float64 { return float64(millis) / 1000 } //nolint:mnd // See above.

func (a *app) listNodes(ctx context.Context, api *API, _ []string) error {
	nodes, err := allNodes(ctx, api)
	if err != nil {
		return err
	}

	return a.print(items(nodes), func(w io.Writer) {
		t := newTable(w, "NAME", "REGION", "LABELS", "STATE", "PREFIX", "RUNTIME", "VMS", "PROCESSORS", "MEMORY", "TOKEN", "SEEN")

		for _, node := range nodes {
			seen := never
			if node.LastSeenAt != nil {
				seen = ago(*node.LastSeenAt)
			}

			state := string(node.State)
			if node.Unreachable != nil {
				state += ", unreachable"
			}

			token := "unbound" // It is of use on any machine.
			if node.Bound {
				token = "bound"
			}

			t.row(node.Name, node.Region, labelsText(node.Labels), state, node.Prefix, node.Runtime, strconv.FormatInt(node.VMS, 10),
				fmt.Sprintf("%.2f of %.2f shares", cores(node.CPUHeldMillis), cores(node.CPUShareMillis)),
				fmt.Sprintf("%d of %d MiB", node.MemoryHeldBytes>>mebibyteBits, node.MemoryShareBytes>>mebibyteBits), token, seen)
		}

		t.flush()

		for _, node := range nodes {
			if node.Unreachable != nil {
				_, _ = fmt.Fprintf(w, "\nEdges cannot reach the VMs of %s. %s\n", node.Name, *node.Unreachable)
			}
		}
	})
}

func allNodes(ctx context.Context, api *API) ([]client.Node, error) {
	return collect(func(cursor *string) ([]client.Node, *string, error) {
		page, err := checked(api.ListNodesWithResponse(ctx, &client.ListNodesParams{Cursor: cursor, Limit: new(pageSize)}))
		if err != nil {
			return nil, nil, err
		}

		return page.JSON200.Items, page.JSON200.NextCursor, nil
	})
}

func nodeByName(ctx context.Context, api *API, name string) (*client.Node, error) {
	nodes, err := allNodes(ctx, api)
	if err != nil {
		return nil, err
	}

	for _, node := range nodes {
		if node.Name == name {
			return &node, nil
		}
	}

	return nil, UsageError(fmt.Errorf("there is no node %q: `zeitwork nodes` lists them", name))
}

func (a *app) completeNodes(ctx context.Context) ([]cobra.Completion, error) {
	return a.withAPI(func(ctx context.Context, api *API) ([]cobra.Completion, error) {
		nodes, err := allNodes(ctx, api)

		return lo.Map(nodes, func(n client.Node, _ int) cobra.Completion { return cobra.CompletionWithDesc(n.Name, string(n.State)) }), err
	})(ctx)
}

func (a *app) setNodeState(state client.NodeUpdateState) func(context.Context, *API, []string) error {
	return func(ctx context.Context, api *API, args []string) error {
		return a.updateNode(ctx, api, args[0], client.NodeUpdate{State: &state}, func(w io.Writer, node *client.Node) {
			_, _ = fmt.Fprintf(w, "%s is %s.\n", node.Name, state)
		})
	}
}

func (a *app) deleteNode(ctx context.Context, api *API, args []string) error {
	node, err := nodeByName(ctx, api, args[0])
	if err != nil {
		return err
	}

	if _, err := checked(api.DeleteNodeWithResponse(ctx, node.ID)); err != nil {
		return err
	}

	a.sayf("Deleted the node %s.", node.Name)

	return nil
}

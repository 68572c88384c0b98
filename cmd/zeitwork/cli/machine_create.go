package cli

import (
	"context"
	"fmt"
	"io"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/zeitwork/zeitwork/client"
)

func (a *app) nodesCommand() *cobra.Command {
	command := &cobra.Command{Use: "nodes", Short: "The machines that run VMs (operators)", Args: cobra.NoArgs, RunE: a.run(a.listNodes)}
	command.AddCommand(
		listing("List the nodes", a.run(a.listNodes)),
		a.create("Make a node; its token is shown this once", func(ctx context.Context, api *API, name, region string) (any, string, error) {
			created, err := checked(api.CreateNodeWithResponse(ctx, client.CreateNodeInputBody{Name: name, Region: region}))
			if err != nil {
				return nil, "", err
			}

			return created.JSON201, created.JSON201.Token, nil
		}),
		&cobra.Command{Use: "drain NAME", Short: "Move a node's VMs elsewhere, and keep it empty", Args: cobra.ExactArgs(1), RunE: a.run(a.setNodeState("draining"))},
		&cobra.Command{Use: "ready NAME", Short: "Give a node VMs again", Args: cobra.ExactArgs(1), RunE: a.run(a.setNodeState("ready"))},
		&cobra.Command{Use: "delete NAME", Short: "Delete a node that has no VMs", Args: cobra.ExactArgs(1), RunE: a.run(a.deleteNode)},
	)

	return command
}

func (a *app) listNodes(ctx context.Context, api *API, _ []string) error {
	nodes, err := checked(api.ListNodesWithResponse(ctx))
	if err != nil {
		return err
	}

	return a.print(nodes.JSON200, func(w io.Writer) {
		t := newTable(w, "NAME", "REGION", "STATE", "PREFIX", "RUNTIME", "VMS", "SEEN")

		for _, node := range nodes.JSON200.Items {
			seen := "never"
			if node.LastSeenAt != nil {
				seen = ago(*node.LastSeenAt)
			}

			t.row(node.Name, node.Region, string(node.State), node.Prefix, node.Runtime, strconv.FormatInt(node.VMS, 10), seen)
		}

		t.flush()
	})
}

func nodeByName(ctx context.Context, api *API, name string) (*client.Node, error) {
	nodes, err := checked(api.ListNodesWithResponse(ctx))
	if err != nil {
		return nil, err
	}

	for _, node := range nodes.JSON200.Items {
		if node.Name == name {
			return &node, nil
		}
	}

	return nil, fmt.Errorf("there is no node %q", name)
}

func (a *app) setNodeState(state client.UpdateNodeInputBodyState) func(context.Context, *API, []string) error {
	return func(ctx context.Context, api *API, args []string) error {
		node, err := nodeByName(ctx, api, args[0])
		if err != nil {
			return err
		}

		updated, err := checked(api.UpdateNodeWithResponse(ctx, node.ID, client.UpdateNodeInputBody{State: state}))
		if err != nil {
			return err
		}

		return a.print(updated.JSON200, func(w io.Writer) { _, _ = fmt.Fprintf(w, "%s is %s.\n", node.Name, state) })
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

func (a *app) edgesCommand() *cobra.Command {
	command := &cobra.Command{Use: "edges", Short: "The machines that receive requests (operators)", Args: cobra.NoArgs, RunE: a.run(a.listEdges)}
	command.AddCommand(
		listing("List the edges", a.run(a.listEdges)),
		a.create("Make an edge; its token is shown this once", func(ctx context.Context, api *API, name, region string) (any, string, error) {
			created, err := checked(api.CreateEdgeWithResponse(ctx, client.CreateEdgeInputBody{Name: name, Region: region}))
			if err != nil {
				return nil, "", err
			}

			return created.JSON201, created.JSON201.Token, nil
		}),
		&cobra.Command{Use: "delete NAME", Short: "Delete an edge", Args: cobra.ExactArgs(1), RunE: a.run(a.deleteEdge)},
	)

	return command
}

func (a *app) listEdges(ctx context.Context, api *API, _ []string) error {
	edges, err := checked(api.ListEdgesWithResponse(ctx))
	if err != nil {
		return err
	}

	return a.print(edges.JSON200, func(w io.Writer) {
		t := newTable(w, "NAME", "REGION", "ROUTE TABLE", "SEEN")

		for _, edge := range edges.JSON200.Items {
			seen := "never"
			if edge.LastSeenAt != nil {
				seen = ago(*edge.LastSeenAt)
			}

			t.row(edge.Name, edge.Region, strconv.FormatInt(edge.AcknowledgedVersion, 10), seen)
		}

		t.flush()
	})
}

func (a *app) deleteEdge(ctx context.Context, api *API, args []string) error {
	edges, err := checked(api.ListEdgesWithResponse(ctx))
	if err != nil {
		return err
	}

	for _, edge := range edges.JSON200.Items {
		if edge.Name != args[0] {
			continue
		}

		if _, err := checked(api.DeleteEdgeWithResponse(ctx, edge.ID)); err != nil {
			return err
		}

		a.sayf("Deleted the edge %s.", edge.Name)

		return nil
	}

	return fmt.Errorf("there is no edge %q", args[0])
}

// create is the command that makes a node or an edge: issue returns the API's answer and the token in it.
func (a *app) create(short string, issue func(ctx context.Context, api *API, name, region string) (any, string, error)) *cobra.Command {
	var region string

	command := &cobra.Command{Use: "create NAME --region REGION", Short: short, Args: cobra.ExactArgs(1)}
	command.Flags().StringVar(&region, "region", "local", "region that it stands in")

	command.RunE = a.run(func(ctx context.Context, api *API, args []string) error {
		created, token, err := issue(ctx, api, args[0], region)
		if err != nil {
			return err
		}

		return a.print(created, func(w io.Writer) { _, _ = fmt.Fprintln(w, token) })
	})

	return command
}

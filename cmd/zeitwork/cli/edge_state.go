package cli

import (
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"github.com/zeitwork/zeitwork/client"
)

func (a *app) drainEdgeCommand() *cobra.Command {
	return &cobra.Command{
		Use: "drain NAME", Short: "Have load balancers leave an edge, which serves on",
		Long: "Have load balancers leave an edge: it answers 503 at its health path, and serves whoever still comes. It hears of it within moments; " +
			"zeitwork edges tells when it does so.",
		Example: "  zeitwork edges drain edge-1",
		Args:    cobra.ExactArgs(1), ValidArgsFunction: first(a.completeEdges), RunE: a.run(a.setEdgeState(client.UpdateEdgeInputBodyStateDraining)),
	}
}

func (a *app) readyEdgeCommand() *cobra.Command {
	return &cobra.Command{
		Use: "ready NAME", Aliases: []string{"undrain"}, Short: "Have load balancers come back to an edge that was drained", Example: "  zeitwork edges ready edge-1",
		Args: cobra.ExactArgs(1), ValidArgsFunction: first(a.completeEdges), RunE: a.run(a.setEdgeState(client.UpdateEdgeInputBodyStateReady)),
	}
}

func (a *app) setEdgeState(state client.UpdateEdgeInputBodyState) func(context.Context, *API, []string) error {
	return func(ctx context.Context, api *API, args []string) error {
		id, err := edgeByName(ctx, api, args[0])
		if err != nil {
			return err
		}

		edge, err := updateEdge(ctx, api, id, state)
		if err != nil {
			return err
		}

		edges, err := allEdges(ctx, api)
		if err != nil {
			return err
		}

		if state == client.UpdateEdgeInputBodyStateDraining && !slices.ContainsFunc(edges, isServing) {
			a.sayf("No other edge serves: load balancers find none when this one drains. `zeitwork edges ready %s` undoes it.", edge.Name)
		}

		return a.print(edge, func(w io.Writer) { _, _ = fmt.Fprintf(w, "%s is %s.\n", edge.Name, state) })
	}
}

func updateEdge(ctx context.Context, api *API, edge uuid.UUID, state client.UpdateEdgeInputBodyState) (*client.Edge, error) {
	answer, err := checked(api.UpdateEdgeWithResponse(ctx, edge, client.UpdateEdgeInputBody{State: state}))
	if err != nil {
		return nil, err
	}

	return answer.JSON200, nil
}

// isServing tells whether load balancers find the edge ready for requests.
func isServing(edge client.Edge) bool {
	return edge.InTouch && edge.State != client.EdgeStateDraining && !value(edge.Drains)
}

// stateOfEdge is the state of an edge for people.
func stateOfEdge(edge client.Edge) string {
	switch {
	case edge.State != client.EdgeStateDraining:
		return string(edge.State)
	case edge.Drains == nil:
		return "draining, which its version cannot"
	case !*edge.Drains:
		return "draining, not yet"
	default:
		return "draining"
	}
}

package cli

import (
	"context"
	"fmt"
	"io"
	"strconv"

	"github.com/google/uuid"
	"github.com/samber/lo"
	"github.com/spf13/cobra"

	"github.com/zeitwork/zeitwork/client"
)

func (a *app) edgesCommand() *cobra.Command {
	command := &cobra.Command{
		Use: "edges", Short: "The machines that receive requests", Example: "  zeitwork edges\n  zeitwork edges create edge-1 --region eu",
		Args: cobra.NoArgs, RunE: a.run(a.listEdges),
	}
	command.AddCommand(
		listing("List the edges", "  zeitwork edges list --json", a.run(a.listEdges)),
		a.joinEdgeCommand(),
		a.drainEdgeCommand(),
		a.readyEdgeCommand(),
		a.create("edges", "Make an edge; its token is shown this once", func(ctx context.Context, api *API, name, region string) (any, string, error) {
			created, err := checked(api.CreateEdgeWithResponse(ctx, client.CreateEdgeInputBody{Name: name, Region: region}))
			if err != nil {
				return nil, "", err
			}

			return created.JSON201, created.JSON201.Token, nil
		}),
		&cobra.Command{
			Use: "delete NAME", Short: "Delete an edge", Example: "  zeitwork edges delete edge-1",
			Args: cobra.ExactArgs(1), ValidArgsFunction: first(a.completeEdges), RunE: a.run(a.deleteEdge),
		},
	)
	command.AddCommand(a.tokenCommands(machineTokens{
		group: "edges", complete: a.completeEdges, find: edgeByName,
		list: func(ctx context.Context, api *API, edge uuid.UUID, cursor *string) ([]client.Token, *string, error) {
			page, err := checked(api.ListEdgeTokensWithResponse(ctx, edge, &client.ListEdgeTokensParams{Cursor: cursor, Limit: new(pageSize)}))
			if err != nil {
				return nil, nil, err
			}

			return page.JSON200.Items, page.JSON200.NextCursor, nil
		},
		rotate: func(ctx context.Context, api *API, edge uuid.UUID, body client.MachineRotation) (*client.NewToken, error) {
			fresh, err := checked(api.RotateEdgeTokenWithResponse(ctx, edge, body))
			if err != nil {
				return nil, err
			}

			return fresh.JSON201, nil
		},
		revoke: func(ctx context.Context, api *API, edge, token uuid.UUID) error {
			_, err := checked(api.RevokeEdgeTokenWithResponse(ctx, edge, token))

			return err
		},
	})...)

	return command
}

func (a *app) listEdges(ctx context.Context, api *API, _ []string) error {
	edges, err := allEdges(ctx, api)
	if err != nil {
		return err
	}

	return a.print(items(edges), func(w io.Writer) {
		t := newTable(w, "NAME", "REGION", "STATE", "VERSION", "ROUTE TABLE", "BEHIND", "SEEN")

		for _, edge := range edges {
			seen := never
			if edge.LastSeenAt != nil {
				seen = ago(*edge.LastSeenAt)
			}

			t.row(edge.Name, edge.Region, stateOfEdge(edge), lo.FromPtrOr(edge.Version, "unknown"), strconv.FormatInt(edge.AcknowledgedVersion, 10),
				strconv.FormatInt(edge.VersionsBehind, 10), seen)
		}

		t.flush()
	})
}

func allEdges(ctx context.Context, api *API) ([]client.Edge, error) {
	return collect(func(cursor *string) ([]client.Edge, *string, error) {
		page, err := checked(api.ListEdgesWithResponse(ctx, &client.ListEdgesParams{Cursor: cursor, Limit: new(pageSize)}))
		if err != nil {
			return nil, nil, err
		}

		return page.JSON200.Items, page.JSON200.NextCursor, nil
	})
}

func (a *app) completeEdges(ctx context.Context) ([]cobra.Completion, error) {
	return a.withAPI(func(ctx context.Context, api *API) ([]cobra.Completion, error) {
		edges, err := allEdges(ctx, api)

		return lo.Map(edges, func(e client.Edge, _ int) cobra.Completion { return e.Name }), err
	})(ctx)
}

// edgeByName returns the id of an edge.
func edgeByName(ctx context.Context, api *API, name string) (uuid.UUID, error) {
	edges, err := allEdges(ctx, api)
	if err != nil {
		return uuid.Nil, err
	}

	found, ok := lo.Find(edges, func(e client.Edge) bool { return e.Name == name })
	if !ok {
		return uuid.Nil, UsageError(fmt.Errorf("there is no edge %q: `zeitwork edges` lists them", name))
	}

	return found.ID, nil
}

func (a *app) deleteEdge(ctx context.Context, api *API, args []string) error {
	edge, err := edgeByName(ctx, api, args[0])
	if err != nil {
		return err
	}

	if _, err := checked(api.DeleteEdgeWithResponse(ctx, edge)); err != nil {
		return err
	}

	a.sayf("Deleted the edge %s.", args[0])

	return nil
}

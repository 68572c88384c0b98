package cli

import (
	"context"
	"fmt"
	"io"
	"strconv"

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

	return command
}

func (a *app) listEdges(ctx context.Context, api *API, _ []string) error {
	edges, err := allEdges(ctx, api)
	if err != nil {
		return err
	}

	return a.print(items(edges), func(w io.Writer) {
		t := newTable(w, "NAME", "REGION", "ROUTE TABLE", "SEEN")

		for _, edge := range edges {
			seen := "never"
			if edge.LastSeenAt != nil {
				seen = ago(*edge.LastSeenAt)
			}

			t.row(edge.Name, edge.Region, strconv.FormatInt(edge.AcknowledgedVersion, 10), seen)
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

func (a *app) deleteEdge(ctx context.Context, api *API, args []string) error {
	edges, err := allEdges(ctx, api)
	if err != nil {
		return err
	}

	for _, edge := range edges {
		if edge.Name != args[0] {
			continue
		}

		if _, err := checked(api.DeleteEdgeWithResponse(ctx, edge.ID)); err != nil {
			return err
		}

		a.sayf("Deleted the edge %s.", edge.Name)

		return nil
	}

	return UsageError(fmt.Errorf("there is no edge %q: `zeitwork edges` lists them", args[0]))
}

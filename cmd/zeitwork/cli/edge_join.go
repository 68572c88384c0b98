package cli

import (
	"context"

	"github.com/samber/lo"
	"github.com/spf13/cobra"

	"github.com/zeitwork/zeitwork/client"
)

const joinEdgeHelp = `Make an edge, and print the command that makes a machine this edge. The machine is one with Debian or Ubuntu and systemd; the command is
run there as root. The one-time token in it is good for an hour, for one machine. Without a name the edge gets the next one that is free: edge-1, edge-2.

For an edge that is there it prints a command with another one-time token: for a machine that was installed anew or has lost its key, or where the command is
over. While another machine is that edge and in touch, the command is refused.

The edge answers requests at the ports 80 and 443. Arguments for ` + "`zeitwork edge join`" + ` may follow behind the printed command, as in
… sh -s -- ZEITWORK_EDGE_PROXY_PROTOCOL=10.0.0.0/8.`

// joinEdgeCommand is the command that makes a machine an edge.
type joinEdgeCommand struct {
	Edge    string `json:"edge"`
	Command string `json:"command"`
}

func (a *app) joinEdgeCommand() *cobra.Command {
	var region, apiURL string

	command := &cobra.Command{
		Use: "join [NAME]", Short: "Print the command that makes a machine an edge, with a one-time token", Long: joinEdgeHelp,
		Example: "  zeitwork edges join\n  zeitwork edges join edge-2 --region eu\n  zeitwork edges join --api-url http://10.0.0.5:8000",
		Args:    cobra.MaximumNArgs(1), ValidArgsFunction: first(a.completeEdges),
	}
	command.Flags().StringVar(&region, "region", "local", "region that it stands in, for an edge that is made")
	command.Flags().StringVar(&apiURL, "api-url", "", "where the machine reaches the API, if not where browsers do")

	command.RunE = a.run(func(ctx context.Context, api *API, args []string) error {
		name, token, err := edgeOneTimeToken(ctx, api, args, region)
		if err != nil {
			return err
		}

		install, err := installCommand(ctx, api, "edge", apiURL, token)
		if err != nil {
			return err
		}

		return a.printJoin(joinEdgeCommand{Edge: name, Command: install}, name, install)
	})

	return command
}

// edgeOneTimeToken returns a one-time token of the edge with that name, or of the next one, which it makes where there is none.
func edgeOneTimeToken(ctx context.Context, api *API, args []string, region string) (name, token string, err error) {
	edges, err := allEdges(ctx, api)
	if err != nil {
		return "", "", err
	}

	if len(args) == 0 {
		args = []string{nextName("edge", edges, func(e client.Edge) string { return e.Name })}
	}

	name = args[0]

	if edge, ok := lo.Find(edges, func(e client.Edge) bool { return e.Name == name }); ok {
		made, err := checked(api.CreateEdgeJoinTokenWithResponse(ctx, edge.ID))
		if err != nil {
			return "", "", err
		}

		return name, made.JSON201.Token, nil
	}

	created, err := checked(api.CreateEdgeWithResponse(ctx, client.CreateEdgeInputBody{Name: name, Region: region, OneTime: new(true)}))
	if err != nil {
		return "", "", err
	}

	return name, created.JSON201.Token, nil
}

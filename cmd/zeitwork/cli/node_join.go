package cli

import (
	"context"

	"github.com/samber/lo"
	"github.com/spf13/cobra"

	"github.com/zeitwork/zeitwork/client"
)

const joinNodeHelp = `Make a node, and print the command that makes a machine this node. The machine is one with Debian or Ubuntu and systemd; the command is
run there as root. The one-time token in it is good for an hour, for one machine. Without a name the node gets the next one that is free: node-1, node-2.

For a node that is there it prints a command with another one-time token: for a machine that was installed anew, or where the command is over. While
another machine is that node and in touch, the command is refused.

Arguments for ` + "`zeitwork node join`" + ` may follow behind the printed command, as in … sh -s -- --conformance ZEITWORK_VM_NAMESERVERS=9.9.9.9.`

// joinCommand is the command that makes a machine a node.
type joinCommand struct {
	Node    string `json:"node"`
	Command string `json:"command"`
}

func (a *app) joinNodeCommand() *cobra.Command {
	var (
		given          newNode
		region, apiURL string
	)

	command := &cobra.Command{
		Use: "join [NAME]", Short: "Print the command that makes a machine a node, with a one-time token", Long: joinNodeHelp,
		Example: "  zeitwork nodes join\n  zeitwork nodes join node-2 --region eu --memory 64GiB\n  zeitwork nodes join --api-url http://10.0.0.5:8000",
		Args:    cobra.MaximumNArgs(1), ValidArgsFunction: first(a.completeNodes),
	}
	command.Flags().StringVar(&region, "region", "local", "region that it stands in")
	command.Flags().StringVar(&apiURL, "api-url", "", "where the machine reaches the API, if not where browsers do")
	given.flags(command.Flags())

	command.RunE = a.run(func(ctx context.Context, api *API, args []string) error {
		name, token, err := oneTimeToken(ctx, api, args, func(name string) client.CreateNodeInputBody { return given.body(name, region) })
		if err != nil {
			return err
		}

		install, err := installCommand(ctx, api, "node", apiURL, token)
		if err != nil {
			return err
		}

		return a.printJoin(joinCommand{Node: name, Command: install}, name, install)
	})

	return command
}

// oneTimeToken returns a one-time token of the node with that name, or of the next one, which it makes where there is none.
func oneTimeToken(ctx context.Context, api *API, args []string, body func(name string) client.CreateNodeInputBody) (name, token string, err error) {
	nodes, err := allNodes(ctx, api)
	if err != nil {
		return "", "", err
	}

	if len(args) == 0 {
		args = []string{nextName("node", nodes, func(n client.Node) string { return n.Name })}
	}

	name = args[0]

	if node, ok := lo.Find(nodes, func(n client.Node) bool { return n.Name == name }); ok {
		made, err := checked(api.CreateJoinTokenWithResponse(ctx, node.ID))
		if err != nil {
			return "", "", err
		}

		return name, made.JSON201.Token, nil
	}

	wanted := body(name)
	wanted.OneTime = new(true)

	created, err := checked(api.CreateNodeWithResponse(ctx, wanted))
	if err != nil {
		return "", "", err
	}

	return name, created.JSON201.Token, nil
}

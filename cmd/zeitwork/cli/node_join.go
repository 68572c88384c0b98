package cli

import (
	"context"
	"fmt"
	"io"
	"strings"

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

		settings, err := checked(api.GetMachineSettingsWithResponse(ctx))
		if err != nil {
			return err
		}

		printed := joinCommand{Node: name, Command: installCommand(settings.JSON200.APIURL, apiURL, token)}

		return a.print(printed, func(w io.Writer) {
			a.sayf("Run this as root on the machine that is to be %s, within an hour:", name)
			_, _ = fmt.Fprintln(w, printed.Command)
		})
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
		args = []string{nextNodeName(nodes)}
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

// nextNodeName returns the first of node-1, node-2 and so on that no node has.
func nextNodeName(nodes []client.Node) string {
	taken := lo.SliceToMap(nodes, func(n client.Node) (string, bool) { return n.Name, true })

	for number := 1; ; number++ {
		if name := fmt.Sprintf("node-%d", number); !taken[name] {
			return name
		}
	}
}

// installCommand is what an operator runs on the machine. The token stands in no argument, which everybody on the machine would see.
func installCommand(publicURL, apiURL, token string) string {
	command := "curl -fsSL " + strings.TrimSuffix(lo.CoalesceOrEmpty(apiURL, publicURL), "/") + "/install/node | ZEITWORK_JOIN_TOKEN=" + token + " sh"
	if apiURL != "" {
		command += " -s -- ZEITWORK_API_URL=" + strings.TrimSuffix(apiURL, "/")
	}

	return command
}

package main

import (
	"time"

	"github.com/spf13/cobra"

	"github.com/zeitwork/zeitwork/edgeproxy"
	"github.com/zeitwork/zeitwork/edgeproxy/service"
	"github.com/zeitwork/zeitwork/internal/systemservice"
)

const edgeJoinHelp = `Make this machine an edge: it makes a key that stays on this machine and without which the edge's token is of no use, copies this
binary to ` + systemservice.Program + `, writes the settings to /etc/zeitwork/edgeproxy.env, which only root reads, starts the systemd service
` + service.Name + `, and ends when the edge has the route table. It needs root, and Debian or Ubuntu with systemd.

` + "`zeitwork edges join`" + ` prints a command that fetches this program and runs it, with a one-time token in ` + oneTimeVariable + `. Without that
variable the token is asked for, or read from standard input: a one-time token, or one that ` + "`zeitwork edges create`" + ` shows.

The settings are those of edgeproxy in ` + "`zeitwork help config`" + `. The API names the region. A machine that becomes an edge answers requests at the ports
80 and 443, unless ZEITWORK_EDGE_LISTEN and ZEITWORK_EDGE_TLS_LISTEN say otherwise; the service has a user of its own, which may use these ports and write the
edge's data, and nothing else.

To join again is safe. It keeps the settings, the key and the token that are there, changes settings that are named (NAME= takes one away), installs this
binary, and restarts the service where one of them has changed. Requests that are under way then have their time to end.

Tailscale is not installed: do that before. With --tailscale-auth-key-file the machine signs in to its tailnet, if it has not yet, and takes the routes of
nodes.`

const edgeJoinExample = `  zeitwork edge join ZEITWORK_API_URL=https://api.example.com
  zeitwork edge join ZEITWORK_EDGE_PROXY_PROTOCOL=10.0.0.0/8     # another setting for an edge`

// edgeToJoin is an edge that this machine is to become, or is.
func edgeToJoin() joinable[edgeproxyConfig] {
	return joinable[edgeproxyConfig]{service: service.Service(), kind: "edge", program: "edgeproxy", tokenSetting: "ZEITWORK_EDGE_TOKEN"} //nolint:gosec // A name.
}

func edgeJoinCommand() *cobra.Command {
	const defaultWait = 2 * time.Minute

	var (
		options service.Options
		asked   bool
		signIn  signInFlags
	)

	signIn.with.AcceptsRoutes = true // VMs are reached by the routes of their nodes.
	edge := edgeToJoin()

	command := &cobra.Command{
		Use: "join [NAME=VALUE]...", Short: "Make this machine an edge, as a service of systemd", Long: edgeJoinHelp, Example: edgeJoinExample,
		RunE: func(command *cobra.Command, args []string) error {
			var err error
			if options.Settings, err = edge.settings(args); err != nil {
				return err
			}

			if options.Tailnet, err = signIn.read(); err != nil {
				return err
			}

			token, err := edge.chooseToken(command.Context(), options.Settings, asked)
			if err != nil {
				return err
			}

			options.OneTimeToken = token.oneTime
			if options.NewToken = token.own != ""; options.NewToken {
				options.Settings[edge.tokenSetting] = token.own
			}

			options.Say, options.Configure = sayStep, func(settings map[string]string) (edgeproxy.Config, error) {
				config, err := edge.configure(settings)

				return config.Edge, err
			}

			if err := service.Join(command.Context(), options); err != nil {
				return err
			}

			sayStep("This machine is an edge.")

			if found := edgeFinding(command.Context()); !found.OK {
				sayStep("It may reach no VMs: " + found.Detail + ". To mend it, " + found.Advice + ".")
			}

			return nil
		},
	}
	command.Flags().DurationVar(&options.Wait, "wait", defaultWait, "how long the service may take until the API has seen it")
	command.Flags().BoolVar(&asked, "new-token", false, "ask for a token though there is one")
	signIn.flags(command.Flags(), "tag:zeitwork-edge")

	return command
}

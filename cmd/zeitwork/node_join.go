package main

import (
	"errors"
	"time"

	"github.com/spf13/cobra"

	"github.com/zeitwork/zeitwork/cmd/zeitwork/cli"
	"github.com/zeitwork/zeitwork/internal/systemservice"
	"github.com/zeitwork/zeitwork/internal/tailscaled"
	"github.com/zeitwork/zeitwork/nodeagent"
	"github.com/zeitwork/zeitwork/nodeagent/service"
)

const tailscaledSetting = "ZEITWORK_NODE_TAILSCALED"

// nodeToJoin is a node that this machine is to become, or is.
func nodeToJoin() joinable[nodeagentConfig] {
	return joinable[nodeagentConfig]{service: service.Service(), kind: "node", program: "nodeagent", tokenSetting: "ZEITWORK_NODE_TOKEN"} //nolint:gosec // A name.
}

const joinHelp = `Make this machine a node: it installs containerd, catatonit and e2fsprogs by apt where they are missing, makes a key that stays on this
machine and without which the node's token is of no use, copies this binary to ` + systemservice.Program + `, writes the settings to
` + service.SettingsFile + `, which only root reads, starts the systemd service ` + service.Name + `, and ends when the API has seen the node. It
needs root, and Debian or Ubuntu with systemd.

` + "`zeitwork nodes join`" + ` prints a command that fetches this program and runs it, with a one-time token in ` + oneTimeVariable + `. Without that
variable the token is asked for, or read from standard input: a one-time token, or one that ` + "`zeitwork nodes create`" + ` shows.

The settings are those of nodeagent in ` + "`zeitwork help config`" + `. With a one-time token the API names the registry.

To join again is safe. It keeps the settings and the token that are there, changes those that are named (NAME= takes one away), installs this binary, and
restarts the service where one of them has changed. That stops no VM.

Kata Containers are installed from a release that is named (--kata-archive, --kata-sha256) where there is no /opt/kata. Tailscale is not installed: do that
before. With --tailscale-auth-key-file the machine signs in to its tailnet, if it has not yet, and the agent advertises the node's prefix there and says when
edges cannot reach it.`

const joinExample = `  zeitwork node join ZEITWORK_API_URL=https://api.example.com
  zeitwork node join ZEITWORK_VM_NAMESERVERS=9.9.9.9     # another setting for a node
  zeitwork node join --new-key                           # another key and token for a node
  zeitwork node join --conformance ZEITWORK_API_URL=https://api.example.com`

func nodeJoinCommand() *cobra.Command {
	const defaultWait = 2 * time.Minute

	var (
		options           service.Options
		asked, conforming bool
		signIn            signInFlags
	)

	node := nodeToJoin()

	command := &cobra.Command{
		Use: "join [NAME=VALUE]...", Short: "Make this machine a node, as a service of systemd", Long: joinHelp, Example: joinExample,
		RunE: func(command *cobra.Command, args []string) error {
			var err error
			if options.Settings, err = node.settings(args); err != nil {
				return err
			}

			if options.Tailnet, err = signIn.read(); err != nil {
				return err
			}

			if options.Tailnet.AuthKey != "" && options.Settings[tailscaledSetting] == "" {
				options.Settings[tailscaledSetting] = string(tailscaled.DefaultSocket)
			}

			token, err := node.chooseToken(command.Context(), options.Settings, asked)
			if err != nil {
				return err
			}

			options.OneTimeToken = token.oneTime
			if options.NewToken = token.own != ""; options.NewToken {
				options.Settings[node.tokenSetting] = token.own
			}

			if (options.Kata.URL == "") != (options.Kata.SHA256 == "") {
				return cli.UsageError(errors.New("--kata-archive and --kata-sha256 go together: the checksum says which archive is meant"))
			}

			options.Say, options.Configure = sayStep, func(settings map[string]string) (nodeagent.Config, error) {
				config, err := node.configure(settings)

				return config.Node, err
			}

			if conforming {
				options.Verify = verifyConformance
			}

			if err := service.Join(command.Context(), options); err != nil {
				return err
			}

			if !conforming {
				sayStep("This machine is a node. Before it runs code of strangers, see whether `zeitwork node conformance` passes.")
			}

			return nil
		},
	}
	command.Flags().DurationVar(&options.Wait, "wait", defaultWait, "how long the service may take until the API has seen it")
	command.Flags().BoolVar(&asked, "new-token", false, "ask for a token though there is one")
	command.Flags().BoolVar(&options.NewKey, "new-key", false, "make another key, and get another token with it; those before stay valid for ten minutes")
	command.Flags().StringVar(&options.Kata.URL, "kata-archive", "",
		"`URL` of a release of Kata Containers (kata-static-….tar.zst), which is installed where none is")
	command.Flags().StringVar(&options.Kata.SHA256, "kata-sha256", "", "SHA-256 of that archive")
	signIn.flags(command.Flags(), "tag:zeitwork-node")
	command.Flags().BoolVar(&conforming, "conformance", false, "run `zeitwork node conformance` before the machine becomes a node, and stop where a check fails")

	return command
}

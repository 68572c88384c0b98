package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"reflect"
	"strings"
	"time"

	"github.com/caarlos0/env/v11"
	"github.com/samber/lo"
	"github.com/spf13/cobra"

	"github.com/zeitwork/zeitwork/cmd/zeitwork/cli"
	"github.com/zeitwork/zeitwork/internal/tailscaled"
	"github.com/zeitwork/zeitwork/nodeagent/service"
)

const (
	tokenSetting      = "ZEITWORK_NODE_TOKEN" //nolint:gosec // It is the name of one.
	tailscaledSetting = "ZEITWORK_NODE_TAILSCALED"
	authKeyVariable   = "ZEITWORK_TAILSCALE_AUTH_KEY"
)

const joinHelp = `Make this machine a node: it installs containerd, catatonit and e2fsprogs by apt where they are missing, copies this binary to
` + service.Program + `, writes the settings to ` + service.SettingsFile + `, which only root reads, starts the systemd service ` + service.Name + `, and
ends when the API has seen the node. It needs root, and Debian or Ubuntu with systemd.

The settings are those of nodeagent in ` + "`zeitwork help config`" + `. The token is asked for, or read from standard input:
` + "`zeitwork nodes create`" + ` shows it.

To join again is safe. It keeps the settings and the token that are there, changes those that are named (NAME= takes one away), installs this binary, and
restarts the service where one of them has changed. That stops no VM.

Kata Containers and tailscale are not installed: do that before. With --tailscale-auth-key-file the machine signs in to its tailnet, if it has not yet, and
the agent advertises the node's prefix there and says when edges cannot reach it.`

const joinExample = `  zeitwork node join ZEITWORK_API_URL=https://api.example.com ZEITWORK_REGISTRY_HOST=registry.example.com
  zeitwork node join ZEITWORK_VM_NAMESERVERS=9.9.9.9     # another setting for a node
  zeitwork node join --new-token                         # another token for a node`

func nodeJoinCommand() *cobra.Command {
	const defaultWait = 2 * time.Minute

	var (
		wait     time.Duration
		newToken bool
		tailnet  service.Tailnet
		keyFile  string
	)

	command := &cobra.Command{
		Use: "join [NAME=VALUE]...", Short: "Make this machine a node, as a service of systemd", Long: joinHelp, Example: joinExample,
		RunE: func(command *cobra.Command, args []string) error {
			settings, err := joinSettings(args)
			if err != nil {
				return err
			}

			if settings[tokenSetting] == "" || newToken {
				if settings[tokenSetting], err = readToken(command.Context()); err != nil {
					return err
				}
			}

			if tailnet.AuthKey, err = readAuthKey(keyFile); err != nil {
				return err
			}

			if tailnet.AuthKey != "" && settings[tailscaledSetting] == "" {
				settings[tailscaledSetting] = string(tailscaled.DefaultSocket)
			}

			config, err := env.ParseAsWithOptions[nodeagentConfig](env.Options{Environment: settings})
			if err != nil {
				return cli.UsageError(fmt.Errorf("%w (`zeitwork help config` explains the settings of nodeagent)", err))
			}

			return service.Join(command.Context(), service.Options{
				Config: config.Node, Settings: settings, Tailnet: tailnet, Wait: wait, Say: sayStep,
			})
		},
	}
	command.Flags().DurationVar(&wait, "wait", defaultWait, "how long the service may take until the API has seen it")
	command.Flags().BoolVar(&newToken, "new-token", false, "ask for a token though there is one")
	command.Flags().StringVar(&keyFile, "tailscale-auth-key-file", "", "sign in to the tailnet with the key in this `file`, or in "+authKeyVariable)
	command.Flags().StringVar(&tailnet.Tags, "tailscale-tags", "tag:zeitwork-node", "what the tailnet's policy knows nodes by")
	command.Flags().StringVar(&tailnet.LoginServer, "tailscale-login-server", "", "`URL` of another control plane than Tailscale's")

	return command
}

// joinSettings returns the settings that the service has, with the changes.
func joinSettings(changes []string) (map[string]string, error) {
	settings, err := service.ReadSettings()
	if err != nil {
		return nil, err
	}

	known := lo.Map(variables(reflect.TypeFor[nodeagentConfig]()), func(v variable, _ int) string { return v.name })

	for _, change := range changes {
		name, value, ok := strings.Cut(change, "=")

		switch {
		case !ok:
			return nil, cli.UsageError(fmt.Errorf("%q is no setting: write NAME=VALUE", change))
		case name == tokenSetting:
			return nil, cli.UsageError(fmt.Errorf("everybody on the machine sees arguments: leave %s out, and the token is asked for", name))
		case !lo.Contains(known, name) && !strings.HasPrefix(name, "OTEL_"):
			return nil, cli.UsageError(fmt.Errorf("nodeagent has no setting %s: `zeitwork help config` lists them", name))
		case value == "":
			delete(settings, name)
		default:
			settings[name] = value
		}
	}

	return settings, nil
}

func readToken(ctx context.Context) (string, error) {
	token, err := cli.ReadSecret(ctx, terminal(), "Token of the node: ")
	if err != nil {
		return "", err
	}

	if token = strings.TrimSpace(token); token == "" {
		return "", cli.UsageError(errors.New("the node needs its token: `zeitwork nodes create` makes a node and shows it"))
	}

	return token, nil
}

// readAuthKey returns the tailnet's key, which is in a file or in the environment: everybody on the machine sees arguments.
func readAuthKey(file string) (string, error) {
	if file == "" {
		return strings.TrimSpace(os.Getenv(authKeyVariable)), nil
	}

	content, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("read the tailnet's auth key: %w", err)
	}

	key := strings.TrimSpace(string(content))
	if key == "" {
		return "", cli.UsageError(fmt.Errorf("%s has no auth key of a tailnet", file))
	}

	return key, nil
}

func sayStep(step string) { fmt.Fprintln(os.Stderr, step) }

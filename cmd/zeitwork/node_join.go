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
	"github.com/zeitwork/zeitwork/nodeagent"
	"github.com/zeitwork/zeitwork/nodeagent/service"
)

const (
	tokenSetting      = "ZEITWORK_NODE_TOKEN" //nolint:gosec // It is the name of one.
	tailscaledSetting = "ZEITWORK_NODE_TAILSCALED"
	authKeyVariable   = "ZEITWORK_TAILSCALE_AUTH_KEY"
	// oneTimeVariable is where the script that the API serves has the one-time token from: everybody on the machine sees arguments.
	oneTimeVariable = "ZEITWORK_JOIN_TOKEN"
	// oneTimePrefix is how one-time tokens begin.
	oneTimePrefix = "zwj_"
)

const joinHelp = `Make this machine a node: it installs containerd, catatonit and e2fsprogs by apt where they are missing, makes a key that stays on this
machine and without which the node's token is of no use, copies this binary to ` + service.Program + `, writes the settings to
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
		authKeyFile       string
	)

	command := &cobra.Command{
		Use: "join [NAME=VALUE]...", Short: "Make this machine a node, as a service of systemd", Long: joinHelp, Example: joinExample,
		RunE: func(command *cobra.Command, args []string) error {
			var err error
			if options.Settings, err = joinSettings(args); err != nil {
				return err
			}

			if options.Tailnet.AuthKey, err = readAuthKey(authKeyFile); err != nil {
				return err
			}

			if options.Tailnet.AuthKey != "" && options.Settings[tailscaledSetting] == "" {
				options.Settings[tailscaledSetting] = string(tailscaled.DefaultSocket)
			}

			if err := chooseToken(command.Context(), &options, asked); err != nil {
				return err
			}

			if (options.Kata.URL == "") != (options.Kata.SHA256 == "") {
				return cli.UsageError(errors.New("--kata-archive and --kata-sha256 go together: the checksum says which archive is meant"))
			}

			options.Configure, options.Say = joinConfig, sayStep
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
	command.Flags().StringVar(&authKeyFile, "tailscale-auth-key-file", "", "sign in to the tailnet with the key in this `file`, or in "+authKeyVariable)
	command.Flags().StringVar(&options.Tailnet.Tags, "tailscale-tags", "tag:zeitwork-node", "what the tailnet's policy knows nodes by")
	command.Flags().StringVar(&options.Tailnet.LoginServer, "tailscale-login-server", "", "`URL` of another control plane than Tailscale's")
	command.Flags().BoolVar(&conforming, "conformance", false, "run `zeitwork node conformance` before the machine becomes a node, and stop where a check fails")

	return command
}

// chooseToken puts the token to join with into the options: a one-time token of the environment, or what the operator types where there is none yet.
func chooseToken(ctx context.Context, options *service.Options, asked bool) error {
	options.OneTimeToken = strings.TrimSpace(os.Getenv(oneTimeVariable))
	_ = os.Unsetenv(oneTimeVariable) // What this program starts need not have it.

	if options.OneTimeToken != "" || options.Settings[tokenSetting] != "" && !asked {
		return nil
	}

	token, err := readToken(ctx)
	if err != nil {
		return err
	}

	if strings.HasPrefix(token, oneTimePrefix) {
		options.OneTimeToken = token
	} else {
		options.Settings[tokenSetting], options.NewToken = token, true
	}

	return nil
}

// joinConfig reads settings as the service does.
func joinConfig(settings map[string]string) (nodeagent.Config, error) {
	config, err := env.ParseAsWithOptions[nodeagentConfig](env.Options{Environment: settings})
	if err != nil {
		return nodeagent.Config{}, cli.UsageError(fmt.Errorf("%w (`zeitwork help config` explains the settings of nodeagent)", err))
	}

	return config.Node, nil
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
		case name == tokenSetting || name == oneTimeVariable:
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
		return "", cli.UsageError(errors.New("a machine joins with a token: `zeitwork nodes join` prints a command with one"))
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

package main

import (
	"context"
	"fmt"
	"os"
	"reflect"
	"strings"

	"github.com/caarlos0/env/v11"
	"github.com/samber/lo"
	"github.com/spf13/pflag"

	"github.com/zeitwork/zeitwork/cmd/zeitwork/cli"
	"github.com/zeitwork/zeitwork/internal/systemservice"
	"github.com/zeitwork/zeitwork/internal/tailscaled"
)

const (
	authKeyVariable = "ZEITWORK_TAILSCALE_AUTH_KEY"
	// oneTimeVariable is where the script that the API serves has the one-time token from: everybody on the machine sees arguments.
	oneTimeVariable = "ZEITWORK_JOIN_TOKEN"
	// oneTimePrefix is how one-time tokens begin.
	oneTimePrefix = "zwj_"
)

// joinable is what a machine can become: C is the configuration of its service.
type joinable[C any] struct {
	service systemservice.Service
	// kind is what the machine becomes, and program the command that its service runs.
	kind, program string
	tokenSetting  string
}

// joinToken is what a machine joins with: a one-time token, or one of the node or edge itself. Both are empty where it keeps the token that it has.
type joinToken struct {
	oneTime, own string
}

// chooseToken returns the token to join with: a one-time token of the environment, or what the operator types where there is none yet.
func (j joinable[C]) chooseToken(ctx context.Context, settings map[string]string, asked bool) (joinToken, error) {
	oneTime := strings.TrimSpace(os.Getenv(oneTimeVariable))
	_ = os.Unsetenv(oneTimeVariable) // What this program starts need not have it.

	if oneTime != "" || settings[j.tokenSetting] != "" && !asked {
		return joinToken{oneTime: oneTime}, nil
	}

	token, err := cli.ReadSecret(ctx, terminal(), "Token of the "+j.kind+": ")
	if err != nil {
		return joinToken{}, err
	}

	token = strings.TrimSpace(token)

	switch {
	case token == "":
		return joinToken{}, cli.UsageError(fmt.Errorf("a machine joins with a token: `zeitwork %ss join` prints a command with one", j.kind))
	case strings.HasPrefix(token, oneTimePrefix):
		return joinToken{oneTime: token}, nil
	default:
		return joinToken{own: token}, nil
	}
}

// settings returns the settings that the service has, with the changes.
func (j joinable[C]) settings(changes []string) (map[string]string, error) {
	settings, err := j.service.ReadSettings()
	if err != nil {
		return nil, err
	}

	known := lo.Map(variables(reflect.TypeFor[C]()), func(v variable, _ int) string { return v.name })

	for _, change := range changes {
		name, value, ok := strings.Cut(change, "=")

		switch {
		case !ok:
			return nil, cli.UsageError(fmt.Errorf("%q is no setting: write NAME=VALUE", change))
		case name == j.tokenSetting || name == oneTimeVariable:
			return nil, cli.UsageError(fmt.Errorf("everybody on the machine sees arguments: leave %s out, and the token is asked for", name))
		case !lo.Contains(known, name) && !strings.HasPrefix(name, "OTEL_"):
			return nil, cli.UsageError(fmt.Errorf("%s has no setting %s: `zeitwork help config` lists them", j.program, name))
		case value == "":
			delete(settings, name)
		default:
			settings[name] = value
		}
	}

	return settings, nil
}

// configure reads settings as the service does.
func (j joinable[C]) configure(settings map[string]string) (C, error) {
	config, err := env.ParseAsWithOptions[C](env.Options{Environment: settings})
	if err != nil {
		return config, cli.UsageError(fmt.Errorf("%w (`zeitwork help config` explains the settings of %s)", err, j.program))
	}

	return config, nil
}

// installed is the configuration that the service has. Where a leave was cut off, the token and what else is required may be gone.
func (j joinable[C]) installed() (C, error) {
	var none C

	settings, err := j.service.ReadSettings()
	if err != nil {
		return none, err
	}

	for _, v := range variables(reflect.TypeFor[C]()) {
		if v.required && settings[v.name] == "" {
			settings[v.name] = "-"
		}
	}

	config, err := env.ParseAsWithOptions[C](env.Options{Environment: settings})
	if err != nil {
		return none, fmt.Errorf("read %s: %w", j.service.SettingsFile, err)
	}

	return config, nil
}

// signInFlags are how a machine that joins signs in to its tailnet.
type signInFlags struct {
	with        tailscaled.SignIn
	authKeyFile string
}

func (f *signInFlags) flags(flags *pflag.FlagSet, tag string) {
	flags.StringVar(&f.authKeyFile, "tailscale-auth-key-file", "", "sign in to the tailnet with the key in this `file`, or in "+authKeyVariable)
	flags.StringVar(&f.with.Tags, "tailscale-tags", tag, "what the tailnet's policy knows the machine by")
	flags.StringVar(&f.with.LoginServer, "tailscale-login-server", "", "`URL` of another control plane than Tailscale's")
}

// read returns how to sign in, with the tailnet's key, which is in a file or in the environment: everybody on the machine sees arguments.
func (f *signInFlags) read() (tailscaled.SignIn, error) {
	with := f.with

	if f.authKeyFile == "" {
		with.AuthKey = strings.TrimSpace(os.Getenv(authKeyVariable))

		return with, nil
	}

	content, err := os.ReadFile(f.authKeyFile)
	if err != nil {
		return with, fmt.Errorf("read the tailnet's auth key: %w", err)
	}

	if with.AuthKey = strings.TrimSpace(string(content)); with.AuthKey == "" {
		return with, cli.UsageError(fmt.Errorf("%s has no auth key of a tailnet", f.authKeyFile))
	}

	return with, nil
}

func sayStep(step string) { fmt.Fprintln(os.Stderr, step) }

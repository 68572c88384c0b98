package cli

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

	"github.com/caarlos0/env/v11"
)

// Environment is what users' commands read from the environment. It takes precedence over what login has kept.
type Environment struct {
	APIURL  string `doc:"Where the platform's API answers, such as https://api.example.com."                             env:"ZEITWORK_API_URL"`
	Token   string `doc:"The user's token for the platform at ZEITWORK_API_URL, which has to be set with it."            env:"ZEITWORK_TOKEN"`
	Context string `doc:"The context that users' commands use, as zeitwork contexts lists them; empty: the current one." env:"ZEITWORK_CONTEXT"`
}

func (a *app) environment() (Environment, error) {
	found, err := env.ParseAsWithOptions[Environment](env.Options{Environment: a.Environ})
	if err != nil {
		return found, UsageError(fmt.Errorf("read the environment: %w", err))
	}

	return found, nil
}

// signedIn returns the platform that commands use: that of --context, else of the environment, else the current context. A token of one
// platform is never paired with the address of another one.
func (a *app) signedIn() (signIn, error) {
	environment, err := a.environment()
	if err != nil {
		return signIn{}, err
	}

	if a.context == "" && environment.Token != "" {
		if environment.APIURL == "" {
			return signIn{}, UsageError(errors.New("ZEITWORK_TOKEN is set, but not for which platform: set ZEITWORK_API_URL as well"))
		}

		api, err := platformURL(environment.APIURL)

		return signIn{API: api, Token: environment.Token}, err
	}

	kept, err := a.readCredentials()
	if err != nil {
		return signIn{}, err
	}

	switch {
	case a.context != "":
		return kept.mustHave(a.context)
	case environment.APIURL != "":
		return kept.mustHaveAt(environment.APIURL)
	case cmp.Or(environment.Context, kept.Current) != "":
		return kept.mustHave(cmp.Or(environment.Context, kept.Current))
	case len(kept.Contexts) > 0:
		return signIn{}, signedOut("no context is chosen: `zeitwork contexts use NAME` chooses one of %s", strings.Join(kept.names(), ", "))
	default:
		return signIn{}, signedOut("you are not signed in: run `zeitwork login --api URL`")
	}
}

func (c *credentials) mustHave(name string) (signIn, error) {
	if found, ok := c.named(name); ok {
		return found, nil
	}

	if len(c.Contexts) == 0 {
		return signIn{}, signedOut("there is no context %q, as you are not signed in: run `zeitwork login --api URL --context %s`", name, name)
	}

	return signIn{}, UsageError(fmt.Errorf("there is no context %q, only %s: `zeitwork login --api URL --context %s` makes it",
		name, strings.Join(c.names(), ", "), name))
}

func (c *credentials) mustHaveAt(given string) (signIn, error) {
	api, err := platformURL(given)
	if err != nil {
		return signIn{}, err
	}

	if found, ok := c.at(api); ok {
		return found, nil
	}

	return signIn{}, signedOut("you are not signed in to %s: run `zeitwork login --api %s`, or set ZEITWORK_TOKEN as well as ZEITWORK_API_URL", api, api)
}

func signedOut(format string, args ...any) error {
	return &exitError{code: ExitSignedOut, err: fmt.Errorf(format, args...)}
}

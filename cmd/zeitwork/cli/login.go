package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/spf13/cobra"
)

func (a *app) loginCommand() *cobra.Command {
	var (
		address string
		byToken bool
	)

	command := &cobra.Command{
		Use:   "login --api URL",
		Short: "Sign in to a platform",
		Long: `Sign in to a platform. It prints an address and a code: sign in there with any browser, on any machine, and
let this program in. Where this machine has a browser, and you are not on it by SSH, it is opened.

With --token it signs in with a token instead, which is asked for, or read from standard input, so that it never
appears in the list of processes. A file or a pipe as standard input is read in any case. The token of a local
platform stands in the file user-token of its data directory; zeitwork tokens create makes others.

You may sign in to several platforms: each is a context, named for its host unless --context names it,
and the last one is used until zeitwork contexts use chooses another. They are kept in
$XDG_CONFIG_HOME/zeitwork/credentials.json.

ZEITWORK_API_URL with ZEITWORK_TOKEN sign in without this command, as in CI.`,
		Example: "  zeitwork login --api https://api.example.com\n  zeitwork login --api http://127.0.0.1:8000 < /var/lib/zeitwork/user-token\n" +
			"  zeitwork login --api https://api.example.com --token",
		Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error { return a.login(command.Context(), address, byToken) },
	}
	command.Flags().BoolVar(&byToken, "token", false, "sign in with a token, which is asked for or read from standard input")
	command.Flags().StringVar(&address, "api", "", "URL of the platform (default: $ZEITWORK_API_URL, else that of the current context)")

	return command
}

func (a *app) login(ctx context.Context, address string, byToken bool) error {
	kept, err := a.readCredentials()
	if err != nil {
		return err
	}

	address, err = a.addressToSignInTo(kept, address)
	if err != nil {
		return err
	}

	// Before anybody types a token: it is not to be sent to what is no platform.
	if err := findAPI(ctx, address); err != nil {
		return err
	}

	var token string

	byToken = byToken || a.hasInput()
	if byToken {
		token, err = a.readToken(ctx, address)
	} else {
		token, err = a.loginByBrowser(ctx, address)
	}

	if err != nil {
		return err
	}

	api, err := Connect(address, token)
	if err != nil {
		return err
	}

	me, err := checked(api.GetMeWithResponse(ctx))
	if isRefused(err, http.StatusUnauthorized) {
		return signedOut("%s does not accept this token. It may have been revoked or have expired, or be for another platform", address)
	}

	if err != nil {
		return err
	}

	name := a.context

	before, _ := kept.at(address)
	name = cmp.Or(name, before.Name)

	kept.keep(signIn{Name: cmp.Or(name, contextName(address)), API: address, Token: token, IsOwn: !byToken})

	if err := a.writeCredentials(kept); err != nil {
		return err
	}

	// What nobody has any more is of no use. It ends by itself where this fails.
	if before.IsOwn && before.Name == name {
		_ = revokeOwn(ctx, before)
	}

	if a.Environ["ZEITWORK_TOKEN"] != "" {
		a.sayf("Warning: ZEITWORK_TOKEN is set, and is used in place of this token until it is unset.")
	}

	return a.print(me.JSON200, func(w io.Writer) {
		_, _ = fmt.Fprintf(w, "Signed in to %s as %s.\n", address, me.JSON200.User.Email)
	})
}

// readToken asks for a token, or reads it from standard input.
func (a *app) readToken(ctx context.Context, address string) (string, error) {
	token, err := a.readSecret(ctx, "Token for "+address+": ")
	if err != nil {
		return "", err
	}

	if token = strings.TrimSpace(token); token == "" {
		return "", UsageError(errors.New("no token was given"))
	}

	return token, nil
}

// addressToSignInTo returns the address of the platform that was meant.
func (a *app) addressToSignInTo(kept credentials, given string) (string, error) {
	environment, err := a.environment()
	if err != nil {
		return "", err
	}

	before, _ := kept.named(cmp.Or(a.context, environment.Context, kept.Current))

	given = cmp.Or(given, environment.APIURL, before.API)
	if given == "" {
		return "", UsageError(errors.New("say where the platform is: zeitwork login --api URL"))
	}

	return platformURL(given)
}

// findAPI returns nil where a platform's API answers, and an error that says what else may be there.
func findAPI(ctx context.Context, address string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address+"/v1/me", nil)
	if err != nil {
		return UsageError(fmt.Errorf("%q is not the URL of a platform: %w", address, err))
	}

	response, err := newHTTPClient().Do(request)
	if redirect, ok := errors.AsType[*url.Error](err); ok && response != nil {
		if other, err := platformURL(redirect.URL); err == nil {
			return UsageError(fmt.Errorf("%s leads to %s: sign in there, with --api %s", address, other, other))
		}
	}

	if err != nil {
		return unreachable(err)
	}

	_ = response.Body.Close()

	if isTemporary(response.StatusCode) {
		return refusal(response.StatusCode, nil)
	}

	if response.StatusCode != http.StatusUnauthorized || !strings.Contains(response.Header.Get("Content-Type"), "json") {
		return UsageError(fmt.Errorf(
			"%s answers, but is no platform's API. Is it an edge, where apps answer, or a dashboard? A local platform's API is http://127.0.0.1:8000", address))
	}

	return nil
}

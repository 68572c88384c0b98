package cli

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"
)

func (a *app) loginCommand() *cobra.Command {
	var url string

	command := &cobra.Command{
		Use:   "login --api URL",
		Short: "Sign in with a token, which is read from standard input",
		Long: `Sign in with a token. It is asked for, or read from standard input, so that it never appears in the list of processes.

The credentials are kept in $XDG_CONFIG_HOME/zeitwork/credentials.json. ZEITWORK_API_URL and ZEITWORK_TOKEN take precedence.`,
		Example: "  zeitwork login --api https://zeitwork.example.com\n  zeitwork login --api http://127.0.0.1:8000 < token",
		Args:    cobra.NoArgs,
		RunE:    func(command *cobra.Command, _ []string) error { return a.login(command.Context(), url) },
	}
	command.Flags().StringVar(&url, "api", "", "URL of the platform (default: $ZEITWORK_API_URL, else the one of the last login)")

	return command
}

func (a *app) login(ctx context.Context, url string) error {
	path, err := a.credentialsPath()
	if err != nil {
		return err
	}

	environment, err := a.environment()
	if err != nil {
		return err
	}

	url = cmp.Or(url, environment.APIURL)
	if url == "" {
		before, err := readCredentials(path)
		if err != nil || before.API == "" {
			return UsageError(errors.New("say where the platform is: zeitwork login --api URL"))
		}

		url = before.API
	}

	token, err := a.readSecret("Token: ")
	if err != nil {
		return err
	}

	api, err := Connect(url, strings.TrimSpace(token))
	if err != nil {
		return err
	}

	me, err := checked(api.GetMeWithResponse(ctx))
	if err != nil {
		return err
	}

	if err := (credentials{API: url, Token: strings.TrimSpace(token)}).write(path); err != nil {
		return err
	}

	return a.print(me.JSON200, func(w io.Writer) {
		_, _ = fmt.Fprintf(w, "Signed in to %s as %s.\n", url, me.JSON200.User.Email)
	})
}

func (a *app) logoutCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "logout",
		Short: "Forget the token",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			path, err := a.credentialsPath()
			if err != nil {
				return err
			}

			if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return fmt.Errorf("remove the credentials: %w", err)
			}

			a.sayf("Signed out.")

			return nil
		},
	}
}

// readSecret asks at a terminal without echo, or reads all of standard input.
func (a *app) readSecret(prompt string) (string, error) {
	if file, ok := a.In.(*os.File); ok && isTerminal(file) {
		_, _ = fmt.Fprint(a.Err, prompt)
		value, err := term.ReadPassword(int(file.Fd()))
		_, _ = fmt.Fprintln(a.Err)

		if err != nil {
			return "", fmt.Errorf("read what you typed: %w", err)
		}

		return string(value), nil
	}

	value, err := io.ReadAll(a.In)
	if err != nil {
		return "", fmt.Errorf("read standard input: %w", err)
	}

	return string(value), nil
}

// confirm asks a yes-or-no question at a terminal. Without a terminal the answer is no.
func (a *app) confirm(question string) bool {
	if !isTerminal(a.In) {
		return false
	}

	_, _ = fmt.Fprint(a.Err, question+" [y/N] ")

	line, err := bufio.NewReader(a.In).ReadString('\n')

	return err == nil && strings.EqualFold(strings.TrimSpace(line), "y")
}

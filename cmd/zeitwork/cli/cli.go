// Package cli holds the commands for users. They know the platform only through /v1; detect needs no platform at all.
package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// Terminal is the terminal, and the environment, that a command runs in.
type Terminal struct {
	In      io.Reader
	Out     io.Writer // Results, and nothing else when --json is given.
	Err     io.Writer // What is going on, questions and warnings.
	Environ map[string]string
}

// app is the state that all commands share.
type app struct {
	Terminal

	json    bool
	project string // The slug of --project; empty: found by the directory.
}

// Commands returns the commands for the root command.
func Commands(terminal Terminal) []*cobra.Command {
	a := &app{Terminal: terminal}

	commands := []*cobra.Command{
		a.loginCommand(), a.logoutCommand(),
		a.deployCommand(), a.deploymentsCommand(), a.redeployCommand(), a.rollbackCommand(), a.unpinCommand(), a.cancelCommand(),
		a.logsCommand(), a.eventsCommand(), a.projectsCommand(), a.environmentCommand(), a.domainsCommand(),
		a.nodesCommand(), a.edgesCommand(), a.detectCommand(),
	}

	for _, command := range commands {
		command.PersistentFlags().BoolVar(&a.json, "json", false, "write JSON in the shapes of the API")
	}

	return commands
}

// projectFlag adds the flag --project to a command.
func (a *app) projectFlag(command *cobra.Command) *cobra.Command {
	command.PersistentFlags().StringVarP(&a.project, "project", "p", "", "slug of the project (default: the one of this directory's git repository)")

	return command
}

// print writes value as JSON with --json, and calls text to write it otherwise.
func (a *app) print(value any, text func(w io.Writer)) error {
	if !a.json {
		text(a.Out)

		return nil
	}

	encoder := json.NewEncoder(a.Out)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)

	if err := encoder.Encode(value); err != nil {
		return fmt.Errorf("write the answer: %w", err)
	}

	return nil
}

// sayf writes a line to standard error: it is for people and no part of the result.
func (a *app) sayf(format string, args ...any) {
	_, _ = fmt.Fprintf(a.Err, format+"\n", args...)
}

// listing is the command `list` of a group.
func listing(short string, run func(*cobra.Command, []string) error) *cobra.Command {
	return &cobra.Command{Use: "list", Short: short, Args: cobra.NoArgs, RunE: run}
}

// isTerminal tells whether the stream is a terminal.
func isTerminal(stream any) bool {
	file, ok := stream.(interface{ Fd() uintptr })

	return ok && term.IsTerminal(int(file.Fd()))
}

// run makes a cobra function of one that needs the API.
func (a *app) run(f func(ctx context.Context, api *API, args []string) error) func(*cobra.Command, []string) error {
	return func(command *cobra.Command, args []string) error {
		api, err := a.connect()
		if err != nil {
			return err
		}

		return f(command.Context(), api, args)
	}
}

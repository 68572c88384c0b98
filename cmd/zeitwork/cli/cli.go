// Package cli holds the commands for users. They know the platform only through /v1; detect needs no platform at all.
package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/zeitwork/zeitwork/internal/visible"
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

	terminal bool // Whether results are read by a person at a terminal.
	json     bool
	context  string // The name of --context; empty: chosen by the environment, else the current one.
	project  string // The slug of --project; empty: found by the directory.
	// environmentSlug is that of --environment; empty: what the command takes by itself.
	environmentSlug string
	// organisation is the slug of --organisation, where a project is looked for and made, and that commands are about; empty: any,
	// and the only one.
	organisation string
}

// The groups of commands in the help.
const (
	groupDeploy  = "deploy"
	groupProject = "project"
	groupAccount = "account"
	GroupOperate = "operate" // Commands of other packages may be in it, too.
)

// Groups returns the groups of the commands, in the order of the help.
func Groups() []*cobra.Group {
	return []*cobra.Group{
		{ID: groupDeploy, Title: "Deploy and look:"},
		{ID: groupProject, Title: "Projects and their settings:"},
		{ID: groupAccount, Title: "Platforms and accounts:"},
		{ID: GroupOperate, Title: "For operators:"},
	}
}

// Commands returns the commands for the root command, which has the Groups.
func Commands(terminal Terminal) []*cobra.Command {
	a := &app{Terminal: terminal, terminal: isTerminal(terminal.Out)}
	// Most of what is shown was written by somebody else: apps, builds, committers.
	a.Out = visible.Writer(terminal.Out)

	var commands []*cobra.Command

	for _, group := range []struct {
		id       string
		commands []*cobra.Command
	}{
		{groupDeploy, []*cobra.Command{
			a.deployCommand(), a.checkCommand(), a.statusCommand(), a.openCommand(), a.logsCommand(), a.deploymentsCommand(), a.redeployCommand(),
			a.rollbackCommand(), a.promoteCommand(), a.unpinCommand(), a.cancelCommand(), a.restartCommand(), a.detectCommand(),
		}},
		{groupProject, []*cobra.Command{
			a.initCommand(), a.linkCommand(), a.projectsCommand(), a.environmentsCommand(), a.environmentCommand(),
			a.domainsCommand(), a.accessCommand(), a.scaleCommand(), a.sleepCommand(), a.skewProtectionCommand(),
			a.regionsCommand(), a.eventsCommand(), a.auditCommand(),
		}},
		{groupAccount, []*cobra.Command{
			a.loginCommand(), a.logoutCommand(), a.whoamiCommand(), a.contextsCommand(), a.organisationsCommand(), a.membersCommand(), a.githubCommand(),
			a.invitationsCommand(), a.tokensCommand(), a.notificationsCommand(),
		}},
		{GroupOperate, []*cobra.Command{
			a.nodesCommand(), a.buildersCommand(), a.edgesCommand(), a.queueCommand(), a.leaksCommand(), a.alertsCommand(), a.usersCommand(), a.quotasCommand(),
			a.upgradePlatformCommand(),
		}},
	} {
		for _, command := range group.commands {
			command.GroupID = group.id
			commands = append(commands, command)
		}
	}

	for _, command := range commands {
		command.PersistentFlags().BoolVar(&a.json, "json", false, "write JSON in the shapes of the API")
		command.PersistentFlags().StringVar(&a.context, "context", "", "name of the platform to use (default: the one of zeitwork contexts use)")
		a.completeFlag(command, "context", a.completeContexts)
		completeNoFiles(command)
	}

	return commands
}

// projectFlag adds the flag --project to a command.
func (a *app) projectFlag(command *cobra.Command) *cobra.Command {
	command.PersistentFlags().StringVarP(&a.project, "project", "p", "", "slug of the project (default: the one that deploys this directory)")
	a.completeFlag(command, "project", a.completeProjects)

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
	_, _ = fmt.Fprintln(a.Err, visible.Text(fmt.Sprintf(format, args...)))
}

// listing is the command `list` of a group.
func listing(short, example string, run func(*cobra.Command, []string) error) *cobra.Command {
	return &cobra.Command{Use: "list", Short: short, Example: example, Args: cobra.NoArgs, RunE: run}
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

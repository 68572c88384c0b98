package cli

import (
	"context"
	"time"

	"github.com/samber/lo"
	"github.com/spf13/cobra"
)

// completionTime bounds how long a shell waits for the platform when somebody presses the tab key.
const completionTime = 3 * time.Second

// completer lists what may stand in a place of the command line, each with a description behind a tab.
type completer func(ctx context.Context) ([]cobra.Completion, error)

// each completes every argument of a command. A platform that does not answer completes nothing, since a shell shows no errors.
func each(list completer) cobra.CompletionFunc {
	return func(command *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
		ctx, cancel := context.WithTimeout(command.Context(), completionTime)
		defer cancel()

		found, err := list(ctx)
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}

		return lo.Reject(found, func(c cobra.Completion, _ int) bool { return lo.Contains(args, wordOf(c)) }), cobra.ShellCompDirectiveNoFileComp
	}
}

// first completes the first argument alone.
func first(list completer) cobra.CompletionFunc {
	all := each(list)

	return func(command *cobra.Command, args []string, toComplete string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}

		return all(command, args, toComplete)
	}
}

func directories(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveFilterDirs
}

// completeNoFiles has a command, and those below it, complete no files where nothing else is said: shells offer files by default.
func completeNoFiles(command *cobra.Command) {
	if command.ValidArgsFunction == nil && command.RunE != nil {
		command.ValidArgsFunction = cobra.NoFileCompletions
	}

	for _, below := range command.Commands() {
		completeNoFiles(below)
	}
}

func files(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveDefault
}

// wordOf returns a completion without its description.
func wordOf(completion cobra.Completion) string {
	for i, r := range completion {
		if r == '\t' {
			return completion[:i]
		}
	}

	return completion
}

// completeFlag completes the value of a flag.
func (a *app) completeFlag(command *cobra.Command, flag string, list completer) {
	all := each(list)

	cobra.CheckErr(command.RegisterFlagCompletionFunc(flag,
		func(command *cobra.Command, _ []string, toComplete string) ([]cobra.Completion, cobra.ShellCompDirective) {
			return all(command, nil, toComplete)
		}))
}

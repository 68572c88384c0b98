package cli

import (
	"context"
	"io"

	"github.com/spf13/cobra"
)

func (a *app) contextsCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "contexts",
		Short: "The platforms that you are signed in to",
		Long: "The platforms that you are signed in to. `zeitwork login` adds one; commands use the current one, or\n" +
			"that of --context. The token of each is sent to that platform alone.",
		Example: "  zeitwork contexts\n  zeitwork contexts use api.example.com\n  zeitwork status --context api.example.com",
		Args:    cobra.NoArgs,
		RunE:    a.listContexts,
	}
	command.AddCommand(
		&cobra.Command{Use: "list", Short: "List them", Example: "  zeitwork contexts list", Args: cobra.NoArgs, RunE: a.listContexts},
		a.useContextCommand(),
	)

	return command
}

func (a *app) listContexts(*cobra.Command, []string) error {
	kept, err := a.readCredentials()
	if err != nil {
		return err
	}

	type shown struct {
		Name    string `json:"name"`
		API     string `json:"api"`
		Current bool   `json:"current"`
	}

	list := make([]shown, 0, len(kept.Contexts))
	for _, c := range kept.Contexts {
		list = append(list, shown{c.Name, c.API, c.Name == kept.Current})
	}

	return a.print(items(list), func(w io.Writer) {
		t := newTable(w, "", "CONTEXT", "PLATFORM")
		for _, c := range list {
			mark := ""
			if c.Current {
				mark = "*"
			}

			t.row(mark, c.Name, c.API)
		}

		t.flush()
	})
}

func (a *app) useContextCommand() *cobra.Command {
	return &cobra.Command{
		Use:               "use NAME",
		Short:             "Choose the one that commands use",
		Example:           "  zeitwork contexts use api.example.com",
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: first(a.completeContexts),
		RunE: func(_ *cobra.Command, args []string) error {
			kept, err := a.readCredentials()
			if err != nil {
				return err
			}

			chosen, err := kept.mustHave(args[0])
			if err != nil {
				return err
			}

			kept.Current = chosen.Name
			if err := a.writeCredentials(kept); err != nil {
				return err
			}

			a.sayf("Commands use %s now.", chosen.API)

			return nil
		},
	}
}

func (a *app) completeContexts(context.Context) ([]cobra.Completion, error) {
	kept, err := a.readCredentials()

	return kept.names(), err
}

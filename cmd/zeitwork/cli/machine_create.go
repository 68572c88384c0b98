package cli

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"
)

// create is the command that makes a node or an edge: issue returns the API's answer and the token in it.
func (a *app) create(group, short string, issue func(ctx context.Context, api *API, name, region string) (any, string, error)) *cobra.Command {
	var region string

	command := &cobra.Command{
		Use: "create NAME", Short: short, Example: "  zeitwork " + group + " create " + group[:len(group)-1] + "-1 --region eu > token",
		Args: cobra.ExactArgs(1),
	}
	command.Flags().StringVar(&region, "region", "local", "region that it stands in")

	command.RunE = a.run(func(ctx context.Context, api *API, args []string) error {
		created, token, err := issue(ctx, api, args[0], region)
		if err != nil {
			return err
		}

		return a.print(created, func(w io.Writer) { _, _ = fmt.Fprintln(w, token) })
	})

	return command
}

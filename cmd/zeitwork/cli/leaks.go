package cli

import (
	"context"
	"fmt"
	"io"
	"strconv"

	"github.com/samber/lo"
	"github.com/spf13/cobra"

	"github.com/zeitwork/zeitwork/client"
)

func (a *app) leaksCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "leaks",
		Short: "What is there that nothing needs",
		Long: "List VMs, addresses, images and snapshots that are there although nothing needs them: normally none.\n" +
			"Nodes look on their machine every minute, workers in the registry and in the database every ten minutes. What was found for less than\n" +
			"five minutes is not listed: whoever found it is about to remove it.",
		Example: "  zeitwork leaks\n  zeitwork leaks --json",
		Args:    cobra.NoArgs, RunE: a.run(a.listLeaks),
	}
}

func (a *app) listLeaks(ctx context.Context, api *API, _ []string) error {
	kinds := []client.LeakSummary{}

	leaks, err := collect(func(cursor *string) ([]client.Leak, *string, error) {
		page, err := checked(api.ListLeaksWithResponse(ctx, &client.ListLeaksParams{Cursor: cursor, Limit: new(pageSize)}))
		if err != nil {
			return nil, nil, err
		}

		kinds = page.JSON200.Kinds

		return page.JSON200.Items, page.JSON200.NextCursor, nil
	})
	if err != nil {
		return err
	}

	return a.print(client.LeakPage{Items: append([]client.Leak{}, leaks...), Kinds: kinds}, func(w io.Writer) {
		if len(leaks) > 0 {
			t := newTable(w, "KIND", "WHERE", "NAME", "SINCE", "WHAT IS LEFT")

			for _, leak := range leaks {
				t.row(string(leak.Kind), lo.FromPtrOr(leak.NodeName, "platform"), leak.Name, ago(leak.FirstSeenAt), leak.Detail)
			}

			t.flush()

			_, _ = fmt.Fprintln(w)
		}

		t := newTable(w, "KIND", "FOUND", "LOOKED", "PLACES", "DO NOT TELL")

		for _, kind := range kinds {
			found := lo.CountBy(leaks, func(leak client.Leak) bool { return string(leak.Kind) == string(kind.Kind) })

			looked := never
			if kind.LookedAt != nil {
				looked = ago(*kind.LookedAt)
			}

			t.row(string(kind.Kind), strconv.Itoa(found), looked, strconv.FormatInt(kind.Places, 10), strconv.FormatInt(kind.Untold, 10))
		}

		t.flush()
	})
}

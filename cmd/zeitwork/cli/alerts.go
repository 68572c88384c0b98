package cli

import (
	"context"
	"fmt"
	"io"

	"github.com/samber/lo"
	"github.com/spf13/cobra"

	"github.com/zeitwork/zeitwork/client"
)

func (a *app) alertsCommand() *cobra.Command {
	all := false
	command := &cobra.Command{
		Use:   "alerts",
		Short: "What is wrong with the platform, and where operators are told of it",
		Long: "What is wrong with the platform, as a worker finds every minute that looks at what `zeitwork doctor --platform` tells, and where\n" +
			"operators are told of it: once when two looks in turn find it, and once when it is over.",
		Example: "  zeitwork alerts\n  zeitwork alerts --all\n  zeitwork alerts channels add oncall --email oncall@example.com",
		Args:    cobra.NoArgs,
	}
	command.Flags().BoolVar(&all, "all", false, "also what is over")
	command.RunE = a.run(func(ctx context.Context, api *API, _ []string) error { return a.listAlerts(ctx, api, all) })
	command.AddCommand(a.alertChannelsCommand())

	return command
}

func (a *app) listAlerts(ctx context.Context, api *API, all bool) error {
	alerts, err := collect(func(cursor *string) ([]client.PlatformAlert, *string, error) {
		page, err := checked(api.ListPlatformAlertsWithResponse(ctx, &client.ListPlatformAlertsParams{Cursor: cursor, Limit: new(pageSize)}))
		if err != nil {
			return nil, nil, err
		}

		return page.JSON200.Items, page.JSON200.NextCursor, nil
	})
	if err != nil {
		return err
	}

	if !all {
		alerts = lo.Filter(alerts, func(alert client.PlatformAlert, _ int) bool { return alert.EndedAt == nil })
	}

	return a.print(items(alerts), func(w io.Writer) {
		if len(alerts) == 0 {
			_, _ = fmt.Fprintln(w, "Nothing is wrong that operators were told of.")

			return
		}

		t := newTable(w, "SINCE", "STATE", "PART", "ABOUT", "WHAT IS WRONG, AND WHAT TO DO")

		for _, alert := range alerts {
			t.row(ago(alert.BeganAt), alertState(alert), alert.Part, value(alert.About), alert.Detail)

			if advice := value(alert.Advice); advice != "" {
				t.row("", "", "", "", "→ "+advice)
			}
		}

		t.flush()
	})
}

// alertState says what operators were told.
func alertState(alert client.PlatformAlert) string {
	switch {
	case alert.EndedAt != nil:
		return "over since " + ago(*alert.WellSince)
	case alert.WellSince != nil:
		return "well since " + ago(*alert.WellSince)
	case alert.ToldAt != nil:
		return "told " + ago(*alert.ToldAt)
	default:
		return "new"
	}
}

package cli

import (
	"context"
	"fmt"
	"io"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/zeitwork/zeitwork/client"
)

func (a *app) notificationHistoryCommand() *cobra.Command {
	var all bool

	command := &cobra.Command{
		Use:   "history NAME",
		Short: "What a channel was told, and how each message was delivered, newest first",
		Long: "What a channel was told, newest first: when, what of, whether the message was delivered, after how many attempts, and\n" +
			"why the last attempt failed.",
		Example: "  zeitwork notifications history team\n  zeitwork notifications history team --all --json",
		Args:    cobra.ExactArgs(1), ValidArgsFunction: first(a.completeChannels),
	}
	command.Flags().BoolVar(&all, "all", false, "list all of them, and not only the newest 50")
	command.RunE = a.run(func(ctx context.Context, api *API, args []string) error {
		return a.listDeliveries(ctx, api, args[0], all)
	})

	return command
}

func (a *app) listDeliveries(ctx context.Context, api *API, name string, all bool) error {
	organisation, channel, err := a.channelNamed(ctx, api, name)
	if err != nil {
		return err
	}

	listed, more, err := atMost(shortList, all, rows(func(cursor *string) ([]client.NotificationDelivery, *string, error) {
		page, err := checked(api.ListNotificationDeliveriesWithResponse(ctx, organisation.ID, channel.ID,
			&client.ListNotificationDeliveriesParams{Cursor: cursor}))
		if err != nil {
			return nil, nil, err
		}

		return page.JSON200.Items, page.JSON200.NextCursor, nil
	}))
	if err != nil {
		return err
	}

	err = a.print(items(listed), func(w io.Writer) {
		t := newTable(w, "WHEN", "WHAT", "STATE", "ATTEMPTS", "PROBLEM")
		for _, delivery := range listed {
			t.row(ago(delivery.CreatedAt), told(delivery), string(delivery.State), strconv.Itoa(int(delivery.Attempts)), value(delivery.Problem))
		}

		t.flush()
	})
	if err == nil && more {
		a.sayf("There are older ones: --all lists them, too.")
	}

	return err
}

// told is what a message is about, such as "shop/production failed".
func told(delivery client.NotificationDelivery) string {
	if delivery.Project == nil {
		return string(delivery.Event)
	}

	return fmt.Sprintf("%s/%s %s", value(delivery.Project), value(delivery.Environment), delivery.Event)
}

package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/zeitwork/zeitwork/client"
)

func (a *app) alertChannelsCommand() *cobra.Command {
	command := &cobra.Command{
		Use:     "channels",
		Short:   "Where operators are told of what is wrong with the platform",
		Example: "  zeitwork alerts channels\n  zeitwork alerts channels add oncall --email oncall@example.com\n  zeitwork alerts channels test oncall",
		Args:    cobra.NoArgs,
		RunE:    a.run(a.listAlertChannels),
	}
	command.AddCommand(
		listing("List the channels, and whether they take messages", "  zeitwork alerts channels list --json", a.run(a.listAlertChannels)),
		a.addAlertChannelCommand(),
		&cobra.Command{
			Use: "remove NAME", Short: "Remove a channel, by its name or its id", Example: "  zeitwork alerts channels remove oncall",
			Args: cobra.ExactArgs(1), ValidArgsFunction: first(a.completeAlertChannels), RunE: a.run(a.removeAlertChannel),
		},
		&cobra.Command{
			Use: "test NAME", Short: "Send a test message to a channel, and wait until it is taken", Example: "  zeitwork alerts channels test oncall",
			Args: cobra.ExactArgs(1), ValidArgsFunction: first(a.completeAlertChannels), RunE: a.run(a.testAlertChannel),
		},
	)

	return command
}

func (a *app) addAlertChannelCommand() *cobra.Command {
	given := channelFlags{}
	command := &cobra.Command{
		Use:   "add NAME",
		Short: "Have operators told in another place: an e-mail address, a channel of Slack or a webhook",
		Long: "Have operators told in another place: an e-mail address, the incoming webhook of a channel of Slack, or a webhook of your own.\n" +
			"Slack's URL and the key of a webhook are secrets, as with zeitwork notifications add.",
		Example: "  zeitwork alerts channels add oncall --email oncall@example.com\n  zeitwork alerts channels add pager --webhook https://example.com/hook > key",
		Args:    cobra.ExactArgs(1),
	}
	given.register(command)

	command.RunE = a.run(func(ctx context.Context, api *API, args []string) error {
		kind, address, err := given.place(ctx, a)
		if err != nil {
			return err
		}

		created, err := checked(api.CreatePlatformChannelWithResponse(ctx, client.CreatePlatformChannelInputBody{
			Name: args[0], Kind: client.CreatePlatformChannelInputBodyKind(kind), Address: address,
		}))
		if err != nil {
			return err
		}

		if !a.json {
			a.sayf("Added %s. `zeitwork alerts channels test` sends it a test message.", args[0])
		}

		return a.printNewChannel(created.JSON201)
	})

	return command
}

func alertChannels(ctx context.Context, api *API) ([]client.NotificationChannel, error) {
	return collect(func(cursor *string) ([]client.NotificationChannel, *string, error) {
		page, err := checked(api.ListPlatformChannelsWithResponse(ctx, &client.ListPlatformChannelsParams{Cursor: cursor, Limit: new(pageSize)}))
		if err != nil {
			return nil, nil, err
		}

		return page.JSON200.Items, page.JSON200.NextCursor, nil
	})
}

func (a *app) listAlertChannels(ctx context.Context, api *API, _ []string) error {
	channels, err := alertChannels(ctx, api)
	if err != nil {
		return err
	}

	return a.printChannels(channels)
}

// alertChannelNamed returns the operators' channel with that name or id.
func alertChannelNamed(ctx context.Context, api *API, given string) (client.NotificationChannel, error) {
	channels, err := alertChannels(ctx, api)
	if err != nil {
		return client.NotificationChannel{}, err
	}

	found, ok := findChannel(channels, given)
	if !ok {
		err = UsageError(fmt.Errorf("operators have no notification channel %q: `zeitwork alerts channels` lists them", given))
	}

	return found, err
}

func (a *app) removeAlertChannel(ctx context.Context, api *API, args []string) error {
	channel, err := alertChannelNamed(ctx, api, args[0])
	if err != nil {
		return err
	}

	if _, err := checked(api.DeletePlatformChannelWithResponse(ctx, channel.ID)); err != nil {
		return err
	}

	a.sayf("Nothing is sent to %s any more.", channel.Name)

	return nil
}

func (a *app) testAlertChannel(ctx context.Context, api *API, args []string) error {
	channel, err := alertChannelNamed(ctx, api, args[0])
	if err != nil {
		return err
	}

	sent, err := checked(api.TestPlatformChannelWithResponse(ctx, channel.ID))
	if err != nil {
		return err
	}

	delivery, err := awaitDelivery(ctx, *sent.JSON202, "zeitwork alerts channels", func(ctx context.Context) ([]client.NotificationDelivery, error) {
		page, err := checked(api.ListPlatformDeliveriesWithResponse(ctx, channel.ID, &client.ListPlatformDeliveriesParams{Limit: new(pageSize)}))
		if err != nil {
			return nil, err
		}

		return page.JSON200.Items, nil
	})
	if err != nil {
		return err
	}

	return a.printTest(channel, delivery)
}

func (a *app) completeAlertChannels(ctx context.Context) ([]cobra.Completion, error) {
	return a.withAPI(func(ctx context.Context, api *API) ([]cobra.Completion, error) {
		channels, err := alertChannels(ctx, api)

		return channelCompletions(channels), err
	})(ctx)
}

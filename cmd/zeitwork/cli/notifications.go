package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/zeitwork/zeitwork/client"
)

func (a *app) notificationsCommand() *cobra.Command {
	command := a.organisationFlag(&cobra.Command{
		Use:   "notifications",
		Short: "Where an organisation is told of deployments that fail, and of environments that work again",
		Long: "Where an organisation is told of deployments that fail, and of the next one that goes live in the same\n" +
			"environment: by e-mail, in a channel of Slack, or by a signed webhook.",
		Example: "  zeitwork notifications\n  zeitwork notifications add team --email team@example.com\n  zeitwork notifications test team\n" +
			"  zeitwork notifications history team",
		Args: cobra.NoArgs,
		RunE: a.run(a.listNotifications),
	})
	command.AddCommand(
		listing("List the channels, and whether they take messages", "  zeitwork notifications list --organisation acme", a.run(a.listNotifications)),
		a.addNotificationsCommand(),
		&cobra.Command{
			Use: "remove NAME", Short: "Remove a channel, by its name or its id", Example: "  zeitwork notifications remove team",
			Args: cobra.ExactArgs(1), ValidArgsFunction: first(a.completeChannels), RunE: a.run(a.removeNotifications),
		},
		&cobra.Command{
			Use: "test NAME", Short: "Send a test message to a channel, and wait until it is taken", Example: "  zeitwork notifications test team",
			Args: cobra.ExactArgs(1), ValidArgsFunction: first(a.completeChannels), RunE: a.run(a.testNotifications),
		},
		a.notificationHistoryCommand(),
		&cobra.Command{
			Use: "resend NAME", Short: "Ask the owner of an e-mail address once more whether it wants messages",
			Long: "Ask the owner of an e-mail address once more whether it wants messages: another message with a link, which is valid for\n" +
				"7 days. An address is asked 3 times a day at most, and no more once its owner had the messages stopped.",
			Example: "  zeitwork notifications resend team",
			Args:    cobra.ExactArgs(1), ValidArgsFunction: first(a.completeChannels), RunE: a.run(a.resendConfirmation),
		},
		&cobra.Command{
			Use: "rotate-key NAME", Short: "Replace the key that a webhook's messages are signed with",
			Long: "Replace the key that a webhook's messages are signed with. The new key is written to standard output, and never shown\n" +
				"again. For 24 hours messages carry two signatures, of the new key and of the one before: give your program the new one\n" +
				"within that time, and it loses no message.",
			Example: "  zeitwork notifications rotate-key pager > key",
			Args:    cobra.ExactArgs(1), ValidArgsFunction: first(a.completeChannels), RunE: a.run(a.rotateNotificationKey),
		},
	)
	command.AddCommand(a.notificationSwitchCommands()...)

	return command
}

func (a *app) addNotificationsCommand() *cobra.Command {
	given := channelFlags{}
	command := &cobra.Command{
		Use:   "add NAME",
		Short: "Add a channel: an e-mail address, a channel of Slack or a webhook",
		Long: "Add a channel: an e-mail address, the incoming webhook of a channel of Slack, or a webhook of your own. Slack's URL\n" +
			"is a secret, and read from standard input or asked for. The key that a webhook's messages are signed with is\n" +
			"written to standard output, and never shown again. An e-mail address that is not the verified one of a member gets one\n" +
			"message with a link, and nothing else until its owner has confirmed by it.",
		Example: "  zeitwork notifications add team --email team@example.com\n  zeitwork notifications add deploys --slack < url\n" +
			"  zeitwork notifications add pager --webhook https://example.com/hooks/zeitwork > key",
		Args: cobra.ExactArgs(1),
	}
	given.register(command)

	command.RunE = a.run(func(ctx context.Context, api *API, args []string) error {
		kind, address, err := given.place(ctx, a)
		if err != nil {
			return err
		}

		return a.addNotifications(ctx, api, client.CreateNotificationChannelInputBody{
			Name: args[0], Kind: client.CreateNotificationChannelInputBodyKind(kind), Address: address,
		})
	})

	return command
}

func (a *app) addNotifications(ctx context.Context, api *API, body client.CreateNotificationChannelInputBody) error {
	organisation, err := chooseOrganisation(ctx, api, a.organisation)
	if err != nil {
		return err
	}

	created, err := checked(api.CreateNotificationChannelWithResponse(ctx, organisation.ID, body))
	if err != nil {
		return err
	}

	switch {
	case a.json:
	case created.JSON201.UnconfirmedSince != nil:
		a.sayf("Added %s. A message to %s asks whether its owner wants this: nothing else is sent there before that is confirmed.", body.Name, body.Address)
	default:
		a.sayf("Added %s. `zeitwork notifications test` sends it a test message.", body.Name)
	}

	return a.printNewChannel(created.JSON201)
}

// channels returns the channels of the chosen organisation.
func (a *app) channels(ctx context.Context, api *API) (client.Organisation, []client.NotificationChannel, error) {
	organisation, err := chooseOrganisation(ctx, api, a.organisation)
	if err != nil {
		return organisation, nil, err
	}

	channels, err := collect(func(cursor *string) ([]client.NotificationChannel, *string, error) {
		page, err := checked(api.ListNotificationChannelsWithResponse(ctx, organisation.ID,
			&client.ListNotificationChannelsParams{Cursor: cursor, Limit: new(pageSize)}))
		if err != nil {
			return nil, nil, err
		}

		return page.JSON200.Items, page.JSON200.NextCursor, nil
	})

	return organisation, channels, err
}

func (a *app) listNotifications(ctx context.Context, api *API, _ []string) error {
	_, channels, err := a.channels(ctx, api)
	if err != nil {
		return err
	}

	return a.printChannels(channels)
}

// channelState says whether a channel takes messages.
func channelState(channel client.NotificationChannel) string {
	switch {
	case channel.StoppedAt != nil:
		return "stopped by the owner of the address " + ago(*channel.StoppedAt)
	case channel.UnconfirmedSince != nil:
		return "waits for confirmation since " + ago(*channel.UnconfirmedSince)
	case !channel.Enabled:
		return "off"
	case channel.BrokenAt != nil:
		return fmt.Sprintf("broken since %s: %s", ago(*channel.BrokenAt), value(channel.BrokenReason))
	default:
		return "on"
	}
}

// channelNamed returns the channel with that name or id, and its organisation.
func (a *app) channelNamed(ctx context.Context, api *API, given string) (client.Organisation, client.NotificationChannel, error) {
	organisation, channels, err := a.channels(ctx, api)
	if err != nil {
		return organisation, client.NotificationChannel{}, err
	}

	found, ok := findChannel(channels, given)
	if !ok {
		err = UsageError(fmt.Errorf("%s has no notification channel %q: `zeitwork notifications` lists them", organisation.Slug, given))
	}

	return organisation, found, err
}

func (a *app) removeNotifications(ctx context.Context, api *API, args []string) error {
	organisation, channel, err := a.channelNamed(ctx, api, args[0])
	if err != nil {
		return err
	}

	if _, err := checked(api.DeleteNotificationChannelWithResponse(ctx, organisation.ID, channel.ID)); err != nil {
		return err
	}

	a.sayf("Nothing is sent to %s any more.", channel.Name)

	return nil
}

func (a *app) testNotifications(ctx context.Context, api *API, args []string) error {
	organisation, channel, err := a.channelNamed(ctx, api, args[0])
	if err != nil {
		return err
	}

	sent, err := checked(api.TestNotificationChannelWithResponse(ctx, organisation.ID, channel.ID))
	if err != nil {
		return err
	}

	delivery, err := awaitDelivery(ctx, *sent.JSON202, "zeitwork notifications", func(ctx context.Context) ([]client.NotificationDelivery, error) {
		page, err := checked(api.ListNotificationDeliveriesWithResponse(ctx, organisation.ID, channel.ID,
			&client.ListNotificationDeliveriesParams{Limit: new(pageSize)}))
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

func (a *app) completeChannels(ctx context.Context) ([]cobra.Completion, error) {
	return a.withAPI(func(ctx context.Context, api *API) ([]cobra.Completion, error) {
		_, channels, err := a.channels(ctx, api)

		return channelCompletions(channels), err
	})(ctx)
}

package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/samber/lo"
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
	var (
		email, webhook string
		slack          bool
	)

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
	command.Flags().StringVar(&email, "email", "", "e-mail address")
	command.Flags().BoolVar(&slack, "slack", false, "a channel of Slack, by the URL of an incoming webhook")
	command.Flags().StringVar(&webhook, "webhook", "", "URL that signed messages are posted to")
	command.MarkFlagsMutuallyExclusive("email", "slack", "webhook")
	command.MarkFlagsOneRequired("email", "slack", "webhook")

	command.RunE = a.run(func(ctx context.Context, api *API, args []string) error {
		body := client.CreateNotificationChannelInputBody{Name: args[0], Address: email + webhook}

		switch {
		case slack:
			body.Kind = client.CreateNotificationChannelInputBodyKindSlack

			url, err := a.readSecret(ctx, "URL of the incoming webhook: ")
			if err != nil {
				return err
			}

			body.Address = strings.TrimSpace(url)
		case webhook != "":
			body.Kind = client.CreateNotificationChannelInputBodyKindWebhook
		default:
			body.Kind = client.CreateNotificationChannelInputBodyKindEmail
		}

		return a.addNotifications(ctx, api, body)
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

	return a.print(created.JSON201, func(w io.Writer) {
		if key := value(created.JSON201.SigningKey); key != "" {
			_, _ = fmt.Fprintln(w, key)
		}
	})
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

	return a.print(items(channels), func(w io.Writer) {
		t := newTable(w, "NAME", "KIND", "ADDRESS", "LAST MESSAGE", "STATE")

		for _, channel := range channels {
			delivered := never
			if channel.DeliveredAt != nil {
				delivered = ago(*channel.DeliveredAt)
			}

			t.row(channel.Name, string(channel.Kind), channel.Address, delivered, channelState(channel))
		}

		t.flush()
	})
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

	found, ok := lo.Find(channels, func(c client.NotificationChannel) bool { return c.Name == given || c.ID.String() == given })
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

	delivery, err := awaitDelivery(ctx, api, organisation, channel, *sent.JSON202)
	if err != nil {
		return err
	}

	if delivery.State == client.NotificationDeliveryStateFailed {
		return errors.New(value(delivery.Problem))
	}

	return a.print(delivery, func(w io.Writer) { _, _ = fmt.Fprintf(w, "%s has taken the test message.\n", channel.Name) })
}

func (a *app) completeChannels(ctx context.Context) ([]cobra.Completion, error) {
	return a.withAPI(func(ctx context.Context, api *API) ([]cobra.Completion, error) {
		_, channels, err := a.channels(ctx, api)

		return lo.Map(channels, func(c client.NotificationChannel, _ int) cobra.Completion {
			return cobra.CompletionWithDesc(c.Name, string(c.Kind))
		}), err
	})(ctx)
}

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

// channelFlags say where a new channel leads.
type channelFlags struct {
	email, webhook string
	slack          bool
}

func (f *channelFlags) register(command *cobra.Command) {
	command.Flags().StringVar(&f.email, "email", "", "e-mail address")
	command.Flags().BoolVar(&f.slack, "slack", false, "a channel of Slack, by the URL of an incoming webhook")
	command.Flags().StringVar(&f.webhook, "webhook", "", "URL that signed messages are posted to")
	command.MarkFlagsMutuallyExclusive("email", "slack", "webhook")
	command.MarkFlagsOneRequired("email", "slack", "webhook")
}

// place returns the kind of the channel and its address, for which it asks where that is a secret.
func (f *channelFlags) place(ctx context.Context, a *app) (kind, address string, err error) {
	switch {
	case f.slack:
		url, err := a.readSecret(ctx, "URL of the incoming webhook: ")

		return string(client.NotificationChannelKindSlack), strings.TrimSpace(url), err
	case f.webhook != "":
		return string(client.NotificationChannelKindWebhook), f.webhook, nil
	default:
		return string(client.NotificationChannelKindEmail), f.email, nil
	}
}

// findChannel returns the channel with that name or id.
func findChannel(channels []client.NotificationChannel, given string) (client.NotificationChannel, bool) {
	return lo.Find(channels, func(c client.NotificationChannel) bool { return c.Name == given || c.ID.String() == given })
}

func channelCompletions(channels []client.NotificationChannel) []cobra.Completion {
	return lo.Map(channels, func(c client.NotificationChannel, _ int) cobra.Completion {
		return cobra.CompletionWithDesc(c.Name, string(c.Kind))
	})
}

// printNewChannel writes the key of a webhook, which is shown this once.
func (a *app) printNewChannel(channel *client.NewNotificationChannel) error {
	return a.print(channel, func(w io.Writer) {
		if key := value(channel.SigningKey); key != "" {
			_, _ = fmt.Fprintln(w, key)
		}
	})
}

func (a *app) printChannels(channels []client.NotificationChannel) error {
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

// printTest says whether a channel has taken a test message. One that has not is an error.
func (a *app) printTest(channel client.NotificationChannel, delivery client.NotificationDelivery) error {
	if delivery.State == client.NotificationDeliveryStateFailed {
		return errors.New(value(delivery.Problem))
	}

	return a.print(delivery, func(w io.Writer) { _, _ = fmt.Fprintf(w, "%s has taken the test message.\n", channel.Name) })
}

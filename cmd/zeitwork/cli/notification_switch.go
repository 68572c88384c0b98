package cli

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/zeitwork/zeitwork/client"
)

func (a *app) notificationSwitchCommands() []*cobra.Command {
	return []*cobra.Command{
		{
			Use: "on NAME", Short: "Send messages to a channel again", Example: "  zeitwork notifications on team",
			Args: cobra.ExactArgs(1), ValidArgsFunction: first(a.completeChannels), RunE: a.run(a.switchNotifications(true)),
		},
		{
			Use: "off NAME", Short: "Send nothing to a channel until it is on again",
			Long:    "Send nothing to a channel until it is on again, nor what waits to be delivered. A test message is sent all the same.",
			Example: "  zeitwork notifications off team",
			Args:    cobra.ExactArgs(1), ValidArgsFunction: first(a.completeChannels), RunE: a.run(a.switchNotifications(false)),
		},
	}
}

func (a *app) switchNotifications(enabled bool) func(context.Context, *API, []string) error {
	return func(ctx context.Context, api *API, args []string) error {
		organisation, channel, err := a.channelNamed(ctx, api, args[0])
		if err != nil {
			return err
		}

		_, err = checked(api.UpdateNotificationChannelWithResponse(ctx, organisation.ID, channel.ID,
			client.UpdateNotificationChannelInputBody{Enabled: &enabled}))
		if err != nil {
			return err
		}

		if enabled {
			a.sayf("%s is on: deployments that fail from now on are told there.", channel.Name)
		} else {
			a.sayf("%s is off: nothing is sent there.", channel.Name)
		}

		return nil
	}
}

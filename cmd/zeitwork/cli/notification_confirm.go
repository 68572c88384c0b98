package cli

import "context"

func (a *app) resendConfirmation(ctx context.Context, api *API, args []string) error {
	organisation, channel, err := a.channelNamed(ctx, api, args[0])
	if err != nil {
		return err
	}

	if _, err := checked(api.ResendNotificationConfirmationWithResponse(ctx, organisation.ID, channel.ID)); err != nil {
		return err
	}

	a.sayf("Another message to %s asks whether its owner wants this.", channel.Address)

	return nil
}

package cli

import (
	"context"
	"fmt"
	"io"
)

func (a *app) rotateNotificationKey(ctx context.Context, api *API, args []string) error {
	organisation, channel, err := a.channelNamed(ctx, api, args[0])
	if err != nil {
		return err
	}

	rotated, err := checked(api.RotateNotificationChannelKeyWithResponse(ctx, organisation.ID, channel.ID))
	if err != nil {
		return err
	}

	if until := rotated.JSON201.FormerKeyUntil; until != nil && !a.json {
		a.sayf("Messages to %s are signed with this key, and until %s with the one before, too.", channel.Name, until.UTC().Format("2006-01-02 15:04 UTC"))
	}

	return a.print(rotated.JSON201, func(w io.Writer) { _, _ = fmt.Fprintln(w, value(rotated.JSON201.SigningKey)) })
}

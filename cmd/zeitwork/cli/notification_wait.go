package cli

import (
	"context"
	"errors"
	"time"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/client"
)

const (
	// deliveryPatience is how long a test message may be on its way: longer than the platform gives a server to take it.
	deliveryPatience = 45 * time.Second
	// deliveryPoll is how often the platform is asked whether it was taken.
	deliveryPoll = 500 * time.Millisecond
)

// awaitDelivery waits until a message to a channel is delivered, or is not.
func awaitDelivery(
	ctx context.Context, api *API, organisation client.Organisation, channel client.NotificationChannel, sent client.NotificationDelivery,
) (client.NotificationDelivery, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, deliveryPatience,
		errors.New("the message is still on its way: `zeitwork notifications` tells later whether the channel takes messages"))
	defer cancel()

	ticker := time.NewTicker(deliveryPoll)
	defer ticker.Stop()

	for sent.State == client.NotificationDeliveryStatePending {
		select {
		case <-ctx.Done():
			return sent, context.Cause(ctx)
		case <-ticker.C:
		}

		page, err := checked(api.ListNotificationDeliveriesWithResponse(ctx, organisation.ID, channel.ID,
			&client.ListNotificationDeliveriesParams{Limit: new(pageSize)}))
		if err != nil {
			return sent, err
		}

		found, ok := lo.Find(page.JSON200.Items, func(d client.NotificationDelivery) bool { return d.ID == sent.ID })
		if !ok {
			return sent, errors.New("the channel, or its message, is gone")
		}

		sent = found
	}

	return sent, nil
}

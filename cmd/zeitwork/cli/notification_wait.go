package cli

import (
	"context"
	"errors"
	"fmt"
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

// awaitDelivery waits until a message to a channel is delivered, or is not. List returns the newest messages to the channel, and command is the one that shows
// how the channel is.
func awaitDelivery(
	ctx context.Context, sent client.NotificationDelivery, command string, list func(context.Context) ([]client.NotificationDelivery, error),
) (client.NotificationDelivery, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, deliveryPatience,
		fmt.Errorf("the message is still on its way: `%s` tells later whether the channel takes messages", command))
	defer cancel()

	ticker := time.NewTicker(deliveryPoll)
	defer ticker.Stop()

	for sent.State == client.NotificationDeliveryStatePending {
		select {
		case <-ctx.Done():
			return sent, context.Cause(ctx)
		case <-ticker.C:
		}

		messages, err := list(ctx)
		if err != nil {
			return sent, err
		}

		found, ok := lo.Find(messages, func(d client.NotificationDelivery) bool { return d.ID == sent.ID })
		if !ok {
			return sent, errors.New("the channel, or its message, is gone")
		}

		sent = found
	}

	return sent, nil
}

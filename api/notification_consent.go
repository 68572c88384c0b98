package api

import (
	"context"
	"fmt"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// needsConfirmation tells whether the owner of a channel's address is to be asked first: it is an e-mail address, and none of a member's that is known to be
// the member's, or one whose owner wants no messages.
func needsConfirmation(ctx context.Context, queries *database.Queries, kind, address string) (bool, error) {
	if kind != channelEmail {
		return false, nil
	}

	organisation := organisationOf(ctx)

	isMember, err := queries.IsMemberAddress(ctx, organisation, address)
	if err != nil {
		return false, fmt.Errorf("look whose an address is: %w", err)
	}

	isStopped, err := queries.IsStoppedAddress(ctx, organisation, address)
	if err != nil {
		return false, fmt.Errorf("look whether an address wants messages: %w", err)
	}

	return !isMember || isStopped, nil
}

// asked returns the channel whose address is asked; nil where it is not.
func asked(channel database.NotificationChannel, isAsked bool) *database.NotificationChannel {
	if !isAsked {
		return nil
	}

	return &channel
}

// resendConfirmation has the owner of an address asked once more.
func (s *service) resendConfirmation(ctx context.Context, input *NotificationChannelPath) (*NotificationDeliveryOutput, error) {
	delivery, err := s.deployments.AskAddress(ctx, func(ctx context.Context, queries *database.Queries) (*database.NotificationChannel, error) {
		channel, err := queries.LockNotificationChannel(ctx, input.ChannelID, organisationOf(ctx))
		if channel, err = found(channel, err, "notification channel"); err != nil {
			return nil, err
		}

		if channel.UnconfirmedSince == nil {
			return nil, problem.New(problem.Conflict, "%s waits for no confirmation: messages are sent there.", channel.Name)
		}

		return &channel, audit(ctx, queries, channelEvent("notification_channel.resend_confirmation", channel.ID, channel.Name, channel.Kind))
	})
	if err != nil {
		return nil, err
	}

	return &NotificationDeliveryOutput{Body: newNotificationDelivery(delivery)}, nil
}

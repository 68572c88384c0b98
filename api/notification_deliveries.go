package api

import (
	"context"

	"github.com/google/uuid"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
)

func (s *service) listNotificationDeliveries(ctx context.Context, input *ListNotificationDeliveriesInput) (*PageOutput[NotificationDelivery], error) {
	before, err := input.before()
	if err != nil {
		return nil, err
	}

	organisation := organisationOf(ctx)

	channel, err := s.queries.GetNotificationChannel(ctx, input.ChannelID, organisation)
	if channel, err = found(channel, err, "notification channel"); err != nil {
		return nil, err
	}

	rows, err := s.queries.ListNotificationDeliveries(ctx, database.ListNotificationDeliveriesParams{
		ChannelID: channel.ID, OrganisationID: organisation, Before: before, MaxRows: input.rows(),
	})
	if err != nil {
		return nil, err
	}

	return page(input.PageInput, rows,
		func(r database.ListNotificationDeliveriesRow) NotificationDelivery {
			delivery := newNotificationDelivery(r.NotificationDelivery)
			delivery.Project, delivery.Environment = lo.FromPtr(r.ProjectSlug), lo.FromPtr(r.EnvironmentSlug)

			return delivery
		},
		func(d NotificationDelivery) uuid.UUID { return d.ID }), nil
}

// testNotificationChannel has a test message sent, also to a channel that is turned off.
func (s *service) testNotificationChannel(ctx context.Context, input *NotificationChannelPath) (*NotificationDeliveryOutput, error) {
	channel, err := s.queries.GetNotificationChannel(ctx, input.ChannelID, organisationOf(ctx))
	if channel, err = found(channel, err, "notification channel"); err != nil {
		return nil, err
	}

	delivery, err := s.deployments.TestChannel(ctx, organisationOf(ctx), channel.ID, func(ctx context.Context, queries *database.Queries, _ uuid.UUID) error {
		return audit(ctx, queries, channelEvent("notification_channel.test", channel.ID, channel.Name, channel.Kind))
	})
	if err != nil {
		return nil, err
	}

	return &NotificationDeliveryOutput{Body: newNotificationDelivery(delivery)}, nil
}

func newNotificationDelivery(row database.NotificationDelivery) NotificationDelivery {
	return NotificationDelivery{
		ID: row.ID, Event: row.Event, State: row.State, Attempts: row.Attempts, Problem: lo.FromPtr(row.Problem), DeploymentID: row.DeploymentID,
		AlertID: row.AlertID, CreatedAt: row.CreatedAt, EndedAt: row.EndedAt,
	}
}

package api

import (
	"context"

	"github.com/google/uuid"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/problem"
)

func (s *service) listPlatformAlerts(ctx context.Context, input *PageInput) (*PageOutput[PlatformAlert], error) {
	before, err := input.before()
	if err != nil {
		return nil, err
	}

	rows, err := s.queries.ListPlatformAlerts(ctx, before, input.rows())
	if err != nil {
		return nil, err
	}

	return page(*input, rows, newPlatformAlert, func(a PlatformAlert) uuid.UUID { return a.ID }), nil
}

func newPlatformAlert(row database.PlatformAlert) PlatformAlert {
	return PlatformAlert{
		ID: row.ID, Part: row.Part, About: row.About, Detail: row.Detail, Advice: row.Advice,
		BeganAt: row.BeganAt, ToldAt: row.ToldAt, WellSince: row.WellSince, EndedAt: row.EndedAt,
	}
}

func (s *service) listPlatformChannels(ctx context.Context, input *PageInput) (*PageOutput[NotificationChannel], error) {
	before, err := input.before()
	if err != nil {
		return nil, err
	}

	rows, err := s.queries.ListPlatformChannels(ctx, before, input.rows())
	if err != nil {
		return nil, err
	}

	return page(*input, rows, newNotificationChannel, func(c NotificationChannel) uuid.UUID { return c.ID }), nil
}

func (s *service) createPlatformChannel(ctx context.Context, input *CreatePlatformChannelInput) (*NewNotificationChannelOutput, error) {
	shown, err := s.config.shownAddress(input.Body.Kind, input.Body.Address)
	if err != nil {
		return nil, err
	}

	output := &NewNotificationChannelOutput{}

	return output, s.inTx(ctx, func(queries *database.Queries) error {
		if err := queries.LockPlatformAlerts(ctx); err != nil {
			return err
		}

		channels, err := queries.CountPlatformChannels(ctx)
		if err != nil {
			return err
		}

		if channels >= maxNotificationChannels {
			return problem.New(problem.Conflict, "Operators can have %d notification channels. Remove one first.", maxNotificationChannels)
		}

		row, err := queries.CreateNotificationChannel(ctx, database.CreateNotificationChannelParams{
			ID: id.New(), Kind: input.Body.Kind, Name: input.Body.Name, Address: shown, CreatedBy: new(callerOf(ctx).userID),
		})
		if err != nil {
			return taken(err, problem.New(problem.Conflict, "Operators have a notification channel called %q already. Choose another name.", input.Body.Name))
		}

		output.Body, err = s.completeChannel(ctx, queries, row, input.Body.Address)

		return err
	})
}

func (s *service) deletePlatformChannel(ctx context.Context, input *PlatformChannelPath) (*struct{}, error) {
	return nil, s.inTx(ctx, func(queries *database.Queries) error {
		deleted, err := queries.DeletePlatformChannel(ctx, input.ChannelID)
		if deleted, err = found(deleted, err, "notification channel"); err != nil {
			return err
		}

		return audit(ctx, queries, channelEvent("notification_channel.delete", deleted.ID, deleted.Name, deleted.Kind))
	})
}

// testPlatformChannel has a test message sent to operators.
func (s *service) testPlatformChannel(ctx context.Context, input *PlatformChannelPath) (*NotificationDeliveryOutput, error) {
	also := func(ctx context.Context, queries *database.Queries, channel database.NotificationChannel) error {
		return audit(ctx, queries, channelEvent("notification_channel.test", channel.ID, channel.Name, channel.Kind))
	}

	delivery, err := s.deployments.TestPlatformChannel(ctx, input.ChannelID, also)
	if err != nil {
		return nil, err
	}

	return &NotificationDeliveryOutput{Body: newNotificationDelivery(delivery)}, nil
}

func (s *service) listPlatformDeliveries(ctx context.Context, input *ListPlatformDeliveriesInput) (*PageOutput[NotificationDelivery], error) {
	before, err := input.before()
	if err != nil {
		return nil, err
	}

	channel, err := s.queries.GetPlatformChannel(ctx, input.ChannelID)
	if channel, err = found(channel, err, "notification channel"); err != nil {
		return nil, err
	}

	rows, err := s.queries.ListPlatformDeliveries(ctx, channel.ID, before, input.rows())
	if err != nil {
		return nil, err
	}

	return page(input.PageInput, rows, newNotificationDelivery, func(d NotificationDelivery) uuid.UUID { return d.ID }), nil
}

package api

import (
	"context"

	"github.com/google/uuid"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/problem"
	"github.com/zeitwork/zeitwork/workflows"
)

// maxNotificationChannels bounds what one event has sent.
const maxNotificationChannels = 20

func (s *service) listNotificationChannels(ctx context.Context, input *ListNotificationChannelsInput) (*PageOutput[NotificationChannel], error) {
	before, err := input.before()
	if err != nil {
		return nil, err
	}

	rows, err := s.queries.ListNotificationChannels(ctx, organisationOf(ctx), before, input.rows())
	if err != nil {
		return nil, err
	}

	return page(input.PageInput, rows, newNotificationChannel, func(c NotificationChannel) uuid.UUID { return c.ID }), nil
}

func (s *service) createNotificationChannel(ctx context.Context, input *CreateNotificationChannelInput) (*NewNotificationChannelOutput, error) {
	shown, err := s.config.shownAddress(input.Body.Kind, input.Body.Address)
	if err != nil {
		return nil, err
	}

	params := database.CreateNotificationChannelParams{
		ID: id.New(), OrganisationID: new(organisationOf(ctx)), Kind: input.Body.Kind, Name: input.Body.Name, Address: shown, CreatedBy: new(callerOf(ctx).userID),
	}
	output := &NewNotificationChannelOutput{}

	_, err = s.deployments.AskAddress(ctx, func(ctx context.Context, queries *database.Queries) (*database.NotificationChannel, error) {
		if err := holdRoomForChannel(ctx, queries); err != nil {
			return nil, err
		}

		if params.Unconfirmed, err = needsConfirmation(ctx, queries, params.Kind, params.Address); err != nil {
			return nil, err
		}

		row, err := queries.CreateNotificationChannel(ctx, params)
		if err != nil {
			return nil, taken(err, channelNameTaken(params.Name))
		}

		output.Body, err = s.completeChannel(ctx, queries, row, input.Body.Address)

		return asked(row, params.Unconfirmed), err
	})

	return output, err
}

// completeChannel seals the secret of a channel that has just been made, and records who made it.
func (s *service) completeChannel(
	ctx context.Context, queries *database.Queries, row database.NotificationChannel, secret string,
) (NewNotificationChannel, error) {
	made := NewNotificationChannel{NotificationChannel: newNotificationChannel(row)}

	switch row.Kind {
	case channelWebhook:
		secret = newSigningKey()
		made.SigningKey = secret
	case channelEmail:
		secret = workflows.NewStopToken()
	}

	if err := s.putChannelSecret(ctx, queries, row, secret); err != nil {
		return made, err
	}

	return made, audit(ctx, queries, channelEvent("notification_channel.create", row.ID, row.Name, row.Kind))
}

// holdRoomForChannel locks the operation's organisation, so that it cannot get more channels than it may have.
func holdRoomForChannel(ctx context.Context, queries *database.Queries) error {
	organisation, err := queries.LockOrganisation(ctx, organisationOf(ctx))
	if organisation, err = found(organisation, err, "organisation"); err != nil {
		return err
	}

	if _, err := hold(ctx, queries); err != nil {
		return err
	}

	channels, err := queries.CountNotificationChannels(ctx, organisation.ID)
	if err == nil && channels >= maxNotificationChannels {
		err = problem.New(problem.Conflict, "An organisation can have %d notification channels. Remove one first.", maxNotificationChannels)
	}

	return err
}

// putChannelSecret seals the secret of a channel of a kind that has one.
func (s *service) putChannelSecret(ctx context.Context, queries *database.Queries, channel database.NotificationChannel, secret string) error {
	about, ok := workflows.ChannelSecret(channel)
	if !ok {
		return nil
	}

	return s.keyring.PutSecret(ctx, queries, about, secret)
}

func (s *service) updateNotificationChannel(ctx context.Context, input *UpdateNotificationChannelInput) (*NotificationChannelOutput, error) {
	output := &NotificationChannelOutput{}

	_, err := s.deployments.AskAddress(ctx, func(ctx context.Context, queries *database.Queries) (*database.NotificationChannel, error) {
		before, err := queries.LockNotificationChannel(ctx, input.ChannelID, organisationOf(ctx))
		if before, err = found(before, err, "notification channel"); err != nil {
			return nil, err
		}

		params := database.UpdateNotificationChannelParams{
			ID: before.ID, OrganisationID: organisationOf(ctx), Name: lo.FromPtrOr(input.Body.Name, before.Name), Address: before.Address,
			Enabled: lo.FromPtrOr(input.Body.Enabled, before.Enabled), LeadsElsewhere: input.Body.Address != nil,
		}

		if input.Body.Address != nil {
			if err := s.lead(ctx, queries, before, *input.Body.Address, &params); err != nil {
				return nil, err
			}
		}

		row, err := queries.UpdateNotificationChannel(ctx, params)
		if err != nil {
			return nil, taken(err, channelNameTaken(params.Name))
		}

		output.Body = newNotificationChannel(row)

		return asked(row, params.LeadsElsewhere && params.Unconfirmed),
			audit(ctx, queries, channelEvent("notification_channel.update", row.ID, row.Name, row.Kind))
	})

	return output, err
}

// lead has a channel lead to another address.
func (s *service) lead(
	ctx context.Context, queries *database.Queries, channel database.NotificationChannel, address string, params *database.UpdateNotificationChannelParams,
) (err error) {
	if params.Address, err = s.config.shownAddress(channel.Kind, address); err != nil {
		return err
	}

	switch channel.Kind {
	case channelSlack:
		return s.putChannelSecret(ctx, queries, channel, address)
	case channelEmail:
		// The owner of the address that it had agreed to messages there, and cannot stop those to another one.
		if params.LeadsElsewhere = params.Address != channel.Address; !params.LeadsElsewhere {
			return nil
		}

		if params.Unconfirmed, err = needsConfirmation(ctx, queries, channel.Kind, params.Address); err != nil {
			return err
		}

		return s.putChannelSecret(ctx, queries, channel, workflows.NewStopToken())
	default:
		return nil // The key of a webhook stays.
	}
}

func (s *service) deleteNotificationChannel(ctx context.Context, input *NotificationChannelPath) (*struct{}, error) {
	return nil, s.inTx(ctx, func(queries *database.Queries) error {
		deleted, err := queries.DeleteNotificationChannels(ctx, organisationOf(ctx), &input.ChannelID)
		if err != nil {
			return err
		}

		if len(deleted) == 0 {
			return notFound("notification channel")
		}

		return audit(ctx, queries, channelEvent("notification_channel.delete", input.ChannelID, deleted[0].Name, deleted[0].Kind))
	})
}

func channelNameTaken(name string) error {
	return problem.New(problem.Conflict, "The organisation has a notification channel called %q already. Choose another name.", name)
}

func newNotificationChannel(row database.NotificationChannel) NotificationChannel {
	return NotificationChannel{
		ID: row.ID, Kind: row.Kind, Name: row.Name, Address: row.Address, Enabled: row.Enabled, DeliveredAt: row.DeliveredAt, BrokenAt: row.BrokenAt,
		BrokenReason: lo.FromPtr(row.BrokenReason), FormerKeyUntil: row.FormerKeyUntil, UnconfirmedSince: row.UnconfirmedSince,
		StoppedAt: row.StoppedAt, CreatedAt: row.CreatedAt,
	}
}

func channelEvent(action string, channel uuid.UUID, name, kind string) AuditEvent {
	return AuditEvent{
		Action: action, SubjectType: "notification_channel", SubjectID: channel, Details: map[string]any{detailName: name, "kind": kind},
	}
}

package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/id"
)

// nobody is an address of a webhook that takes no message: nothing listens there.
const nobody = "https://127.0.0.1:1/hook"

// tell has a test message sent to a channel of the project's organisation, and waits until that was tried.
func (h *harness) tell(ctx context.Context, p *project) error {
	const (
		organisationSQL = `SELECT organisation_id FROM projects WHERE id = $1`
		channelSQL      = `SELECT id FROM notification_channels WHERE organisation_id = $1 AND address = $2`
		triedSQL        = `SELECT state <> 'pending' FROM notification_deliveries WHERE id = $1`
	)

	var organisation, channel uuid.UUID
	if err := h.pool.QueryRow(ctx, organisationSQL, p.id).Scan(&organisation); err != nil {
		return fmt.Errorf("look for the organisation of %s: %w", p.sample.name, err)
	}

	err := h.pool.QueryRow(ctx, channelSQL, organisation, nobody).Scan(&channel)
	if errors.Is(err, pgx.ErrNoRows) {
		channel, err = p.addChannel(ctx, organisation)
	}

	if err != nil {
		return fmt.Errorf("look for a channel of %s: %w", p.sample.name, err)
	}

	delivery, err := p.testChannel(ctx, organisation, channel)
	if err != nil {
		return err
	}

	return h.until(ctx, "the message was sent, or refused", triedSQL, delivery)
}

// addChannel adds a webhook that leads to nobody.
func (p *project) addChannel(ctx context.Context, organisation uuid.UUID) (uuid.UUID, error) {
	return ask(ctx, "add a notification channel", func(ctx context.Context) (uuid.UUID, []byte, error) {
		// An answer that was lost leaves a channel, whose name is taken then.
		answer, err := p.api.CreateNotificationChannelWithResponse(ctx, organisation, client.CreateNotificationChannelInputBody{
			Kind: client.CreateNotificationChannelInputBodyKindWebhook, Name: id.New().String(), Address: nobody,
		})

		return lo.FromPtr(lo.FromPtr(answer).JSON201).ID, lo.FromPtr(answer).Body, err
	})
}

// testChannel asks for a test message.
func (p *project) testChannel(ctx context.Context, organisation, channel uuid.UUID) (uuid.UUID, error) {
	return ask(ctx, "send a test message", func(ctx context.Context) (uuid.UUID, []byte, error) {
		answer, err := p.api.TestNotificationChannelWithResponse(ctx, organisation, channel)

		return lo.FromPtr(lo.FromPtr(answer).JSON202).ID, lo.FromPtr(answer).Body, err
	})
}

package workflows

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"github.com/zeitwork/zeitwork/activities/notify"
	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// Organisations are told of deployments that fail, and of environments that work again. What is to be told is written by the transaction in which it comes
// true, together with a job for each channel: a crash neither loses a message nor writes it twice.

// tell has the channels of a deployment's organisation told of its end, where they are to be: of a failure all of them, of a deployment that is live those
// that were told of a failure of its environment last.
func tell(ctx context.Context, inserter *river.Client[pgx.Tx], tx pgx.Tx, organisation uuid.UUID, deployment database.Deployment, event notify.Event) error {
	queries := database.New(tx)

	channels, err := queries.ListChannelsToTell(ctx, organisation, string(event), deployment.EnvironmentID)
	if err != nil {
		return fmt.Errorf("list the channels that are told of deployment %s: %w", deployment.ID, err)
	}

	for _, channel := range channels {
		_, err := insertDelivery(ctx, inserter, tx, database.CreateNotificationDeliveryParams{
			ID: id.New(), ChannelID: channel, Event: string(event), DeploymentID: &deployment.ID, EnvironmentID: &deployment.EnvironmentID,
		})
		if err != nil {
			return err
		}
	}

	return nil
}

// tellLost inserts the jobs of messages that have none any more.
func (w *Worker) tellLost(ctx context.Context) error {
	lost, err := database.New(w.pool).ListLostDeliveries(ctx)
	if err != nil {
		return fmt.Errorf("find the messages that no job sends: %w", err)
	}

	return database.InTx(ctx, w.pool, func(tx pgx.Tx, _ *database.Queries) error {
		for _, delivery := range lost {
			if err := insertJob(ctx, w.inserter, tx, kindNotify, arguments{DeliveryID: delivery}); err != nil {
				return err
			}
		}

		return nil
	})
}

func insertDelivery(
	ctx context.Context, inserter *river.Client[pgx.Tx], tx pgx.Tx, params database.CreateNotificationDeliveryParams,
) (database.NotificationDelivery, error) {
	delivery, err := database.New(tx).CreateNotificationDelivery(ctx, params)
	if err != nil {
		return delivery, fmt.Errorf("write what channel %s is told: %w", params.ChannelID, err)
	}

	return delivery, insertJob(ctx, inserter, tx, kindNotify, arguments{DeliveryID: delivery.ID})
}

// testsPerHour is how many test messages an organisation may ask for in an hour: they go to addresses of its choice.
const testsPerHour = 20

// TestChannel has a test message sent to a channel of an organisation, once. Also runs in the transaction that has it sent.
func (d *Deployments) TestChannel(ctx context.Context, organisation, channel uuid.UUID, also Also) (delivery database.NotificationDelivery, err error) {
	err = database.InTx(ctx, d.pool, func(tx pgx.Tx, queries *database.Queries) error {
		// A channel that is locked is not deleted meanwhile.
		locked, err := queries.LockNotificationChannel(ctx, channel, organisation)

		switch {
		case errors.Is(err, pgx.ErrNoRows):
			return problem.New(problem.NotFound, "There is no such notification channel.")
		case err != nil:
			return fmt.Errorf("lock channel %s: %w", channel, err)
		case locked.UnconfirmedSince != nil:
			return problem.New(problem.Conflict, "The owner of %s has not confirmed that it wants messages: nothing is sent there before.", locked.Address)
		}

		recent, err := queries.CountRecentTests(ctx, organisation, madeBefore(testsWithin))
		if err != nil {
			return fmt.Errorf("count the test messages: %w", err)
		}

		if recent >= testsPerHour {
			return problem.New(problem.TooMany, "The organisation has sent %d test messages within an hour. Try again later.", recent)
		}

		delivery, err = insertDelivery(ctx, d.inserter, tx, database.CreateNotificationDeliveryParams{
			ID: id.New(), ChannelID: channel, Event: string(notify.EventTest),
		})
		if err != nil {
			return err
		}

		return also(ctx, queries, channel)
	})

	return delivery, err
}

package workflows

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/activities/notify"
	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/database/keyring"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// The states of a delivery, as they stand in notification_deliveries.state.
const (
	deliveryPending   = "pending"
	deliveryDelivered = "delivered"
	deliveryFailed    = "failed"
)

const (
	// notifyFor is how long a channel is tried that does not take a message.
	notifyFor = 24 * time.Hour
	// noticedAfter is how many attempts for one message fail before its channel is shown as broken: some are lost to a restart of a server.
	noticedAfter = 4
	// testsWithin is the time in which test messages are counted.
	testsWithin = time.Hour
)

// Notifier sends messages to channels.
type Notifier interface {
	// Send returns an error for which problem.IsUsers is true where the channel refuses messages for good.
	Send(ctx context.Context, channel notify.Channel, message notify.Message) error
}

// notify sends one message to one channel. A worker that dies between the two may send it again, with the same id.
func (w *Worker) notify(ctx context.Context, job *river.Job[arguments]) error {
	queries := database.New(w.pool)

	row, err := queries.GetDeliveryToSend(ctx, job.Args.DeliveryID)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil // The channel is deleted.
	}

	if err != nil {
		return fmt.Errorf("read what is to be told: %w", err)
	}

	if row.NotificationDelivery.State != deliveryPending {
		return nil
	}

	if !w.sendTurns.take(lo.FromPtr(row.NotificationChannel.OrganisationID), max(w.config.NotifySlots/shareOfSlots, 1)) {
		return river.JobSnooze(turnRest)
	}

	defer w.sendTurns.giveBack(lo.FromPtr(row.NotificationChannel.OrganisationID))

	err = w.send(ctx, queries, row)
	if isInterrupted(ctx, err) {
		return err
	}

	return w.recordDelivery(ctx, job, row, err)
}

func (w *Worker) send(ctx context.Context, queries *database.Queries, row database.GetDeliveryToSendRow) error {
	if err := wants(row.NotificationChannel, notify.Event(row.NotificationDelivery.Event)); err != nil {
		return err
	}

	message, err := w.messageOf(ctx, queries, row)
	if err != nil {
		return err
	}

	channel := notify.Channel{Kind: row.NotificationChannel.Kind, Address: row.NotificationChannel.Address}

	// Operators' addresses are asked nothing: an operator has added them, who answers for them.
	if channel.Kind == notify.KindEmail && row.NotificationChannel.OrganisationID != nil {
		if err := w.addLinks(ctx, queries, row, &message); err != nil {
			return err
		}
	} else if about, ok := ChannelSecret(row.NotificationChannel); ok {
		if channel.Secret, err = w.keyring.Secret(ctx, queries, about); err != nil {
			return fmt.Errorf("open the secret of a channel: %w", err)
		}
	}

	if until := row.NotificationChannel.FormerKeyUntil; until != nil && time.Now().Before(*until) {
		if channel.FormerSecret, err = w.keyring.Secret(ctx, queries, FormerSigningKey(row.NotificationChannel)); err != nil {
			return fmt.Errorf("open the former key of a channel: %w", err)
		}
	}

	return w.notifier.Send(ctx, channel, message)
}

// These end a delivery that its channel does not want, which is no fault of the channel.
var (
	errTurnedOff   = problem.New(problem.Conflict, "The channel was turned off before the message could be sent.")
	errUnconfirmed = problem.New(problem.Conflict, "The owner of the address has not confirmed that it wants messages, or has had them stopped.")
	errNotAsked    = problem.New(problem.Conflict, "The confirmation was not needed any more when the message could be sent.")
	errIsOver      = problem.New(problem.Conflict, "It was well again before the message could be sent.")

	unwanted = []error{errTurnedOff, errUnconfirmed, errNotAsked, errIsOver}
)

// wants returns an error where a channel wants no message of an event.
func wants(channel database.NotificationChannel, event notify.Event) error {
	switch {
	case event == notify.EventConfirmation:
		return nil // The token says whether it is asked for.
	case channel.UnconfirmedSince != nil:
		return errUnconfirmed
	case !channel.Enabled && event != notify.EventTest:
		return errTurnedOff
	default:
		return nil
	}
}

// ChannelSecret names the secret of a channel; false where it has none.
func ChannelSecret(channel database.NotificationChannel) (keyring.Secret, bool) {
	kind, ok := map[string]string{
		notify.KindSlack: "slack_webhook_url", notify.KindWebhook: "webhook_signing_key", notify.KindEmail: "mail_stop_token",
	}[channel.Kind]

	if channel.Kind == notify.KindEmail && channel.OrganisationID == nil {
		return keyring.Secret{}, false // Nobody stops messages to operators but operators.
	}

	return keyring.Secret{Kind: kind, OrganisationID: lo.FromPtr(channel.OrganisationID), SubjectID: channel.ID}, ok
}

// formerSigningKeyKind is the key that a webhook was signed with before, as it stands in secrets.kind.
const formerSigningKeyKind = "webhook_former_signing_key"

// FormerSigningKey names the key that a webhook was signed with before.
func FormerSigningKey(channel database.NotificationChannel) keyring.Secret {
	return keyring.Secret{Kind: formerSigningKeyKind, OrganisationID: lo.FromPtr(channel.OrganisationID), SubjectID: channel.ID}
}

func (w *Worker) messageOf(ctx context.Context, queries *database.Queries, row database.GetDeliveryToSendRow) (notify.Message, error) {
	delivery := row.NotificationDelivery
	message := notify.Message{
		ID: delivery.ID, Event: notify.Event(delivery.Event), At: delivery.CreatedAt, Channel: row.NotificationChannel.Name,
		Organisation: notify.Named{ID: lo.FromPtr(row.NotificationChannel.OrganisationID), Slug: row.OrganisationSlug},
	}

	if delivery.AlertID != nil {
		return w.withAlert(ctx, queries, message, *delivery.AlertID)
	}

	if delivery.DeploymentID == nil {
		return message, nil
	}

	found, err := queries.GetDeploymentToTell(ctx, *delivery.DeploymentID)
	if err != nil {
		return message, fmt.Errorf("read the deployment: %w", err)
	}

	d := found.Deployment
	message.Deployment = &notify.Deployment{
		ID: d.ID, URL: w.pageOf(d), Branch: d.Branch, Commit: lo.FromPtr(d.CommitSHA), Subject: lo.FromPtr(d.CommitMessage),
		Project:     notify.Named{ID: found.Project.ID, Slug: found.Project.Slug},
		Environment: notify.Named{ID: found.Environment.ID, Slug: found.Environment.Slug},
	}

	if message.Event == notify.EventFailed {
		message.Deployment.Step, message.Deployment.Code, message.Deployment.Reason = d.Step, lo.FromPtr(d.ErrorCode), lo.FromPtr(d.ErrorMessage)
	}

	return message, nil
}

// recordDelivery writes how an attempt went, and has another one made where that may help. A test is tried once: somebody waits for it.
func (w *Worker) recordDelivery(ctx context.Context, job *river.Job[arguments], row database.GetDeliveryToSendRow, cause error) error {
	delivery, state := row.NotificationDelivery, deliveryPending

	switch {
	case cause == nil:
		state = deliveryDelivered
	case problem.IsUsers(cause), notify.Event(delivery.Event) == notify.EventTest, time.Since(delivery.CreatedAt) > notifyFor:
		state = deliveryFailed
	}

	logger := w.logger.With(slog.Any("channel_id", delivery.ChannelID), slog.Any("delivery_id", delivery.ID), slog.String("state", state))

	var reason *string

	if cause != nil {
		reason = new(storable(problem.MessageOf(cause)))
		logger.WarnContext(ctx, "a channel does not take a message", slog.String("error", cause.Error()))
	}

	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTimeout)
	defer cancel()

	err := database.InTx(ctx, w.pool, func(tx pgx.Tx, queries *database.Queries) error {
		if err := w.ownsJob(ctx, queries, job); err != nil {
			return err
		}

		// The channel comes before what it was told, as where it is deleted: the other way around the two would wait for each other.
		if err := recordAtChannel(ctx, queries, delivery, state, cause); err != nil {
			return err
		}

		if err := queries.RecordDeliveryAttempt(ctx, state, reason, delivery.ID); err != nil {
			return fmt.Errorf("record an attempt to deliver: %w", err)
		}

		if state == deliveryPending {
			return nil
		}

		if _, err := river.JobCompleteTx[*riverpgxv5.Driver](ctx, tx, job); err != nil {
			return fmt.Errorf("complete the job: %w", err)
		}

		return nil
	})
	if err != nil || state != deliveryPending {
		return unlessFenced(err, "record how a message was sent")
	}

	return river.JobSnooze(notifyPause(delivery.Attempts))
}

// recordAtChannel writes how the channel is. One that was turned off is none that is broken.
func recordAtChannel(ctx context.Context, queries *database.Queries, delivery database.NotificationDelivery, state string, cause error) error {
	var err error

	switch {
	case state == deliveryDelivered:
		err = queries.RecordChannelDelivered(ctx, delivery.ChannelID)
	case state == deliveryPending && delivery.Attempts+1 >= noticedAfter:
		err = queries.RecordChannelBroken(ctx, storable(problem.MessageOf(cause)+" It is tried again by itself."), delivery.ChannelID)
	case state == deliveryFailed && !slices.ContainsFunc(unwanted, func(unwanted error) bool { return errors.Is(cause, unwanted) }):
		err = queries.RecordChannelBroken(ctx, storable(problem.MessageOf(cause)), delivery.ChannelID)
	}

	if err != nil {
		return fmt.Errorf("record how a channel is: %w", err)
	}

	return nil
}

// notifyPause is how long a message waits that could not be sent, after as many attempts before that one: from ten seconds to an hour.
func notifyPause(attempts int32) time.Duration {
	const first, doublings = 10 * time.Second, 9

	return min(first<<min(attempts, doublings), time.Hour)
}

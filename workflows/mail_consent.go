package workflows

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/activities/notify"
	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/problem"
	"github.com/zeitwork/zeitwork/internal/secret"
)

// An e-mail address that is no member's own gets one message, which asks whether it wants others, until its owner has said so on a page. The owner of any
// address can have the messages of an organisation stopped, by a link that each of them carries.

// The pages that mails lead to, and their parameters.
const (
	ConfirmMailPath = "/notifications/confirm"
	StopMailPath    = "/notifications/stop"
	TokenParameter  = "token"
	// ChannelParameter is the id of the channel that is stopped.
	ChannelParameter = "channel"
)

const (
	// confirmationValid is how long the link of a confirmation message can be used.
	confirmationValid = 7 * 24 * time.Hour
	// keepConfirmations is how long it is kept that an address was asked: longer than its link is valid.
	keepConfirmations = 10 * 24 * time.Hour
	// confirmationsWithin is the time in which confirmation messages are counted.
	confirmationsWithin = 24 * time.Hour
	// An address is asked so often within that time, by whichever organisation and by one alone, so that none keeps others from asking. An organisation asks
	// so often: what it sends goes to strangers.
	confirmationsPerAddress      = 3
	confirmationsPerBoth         = 2
	confirmationsPerOrganisation = 20
)

// NewStopToken returns a token by which the owner of an address has messages stopped, without an account.
func NewStopToken() string { return secret.NewToken("zws_") }

// AskAddress runs f in a transaction that has the owner of an address asked whether it wants messages of the channel that f returns; nil: nobody is asked.
func (d *Deployments) AskAddress(
	ctx context.Context, f func(ctx context.Context, queries *database.Queries) (*database.NotificationChannel, error),
) (delivery database.NotificationDelivery, err error) {
	err = database.InTx(ctx, d.pool, func(tx pgx.Tx, queries *database.Queries) error {
		channel, err := f(ctx, queries)
		if err != nil || channel == nil {
			return err
		}

		if err := mayAsk(ctx, queries, *channel); err != nil {
			return err
		}

		delivery, err = insertDelivery(ctx, d.inserter, tx, database.CreateNotificationDeliveryParams{
			ID: id.New(), ChannelID: channel.ID, Event: string(notify.EventConfirmation),
		})
		if err != nil {
			return err
		}

		err = queries.CreateConfirmation(ctx, database.CreateConfirmationParams{
			ID: delivery.ID, OrganisationID: lo.FromPtr(channel.OrganisationID), ChannelID: &channel.ID, Address: channel.Address,
		})
		if err != nil {
			return fmt.Errorf("note that an address is asked: %w", err)
		}

		return nil
	})

	return delivery, err
}

func mayAsk(ctx context.Context, queries *database.Queries, channel database.NotificationChannel) error {
	// Others that ask at the same time would not be counted.
	if err := queries.LockConfirmations(ctx, lo.FromPtr(channel.OrganisationID), channel.Address); err != nil {
		return fmt.Errorf("wait for others that ask: %w", err)
	}

	stopped, err := queries.IsStoppedAddress(ctx, lo.FromPtr(channel.OrganisationID), channel.Address)
	if err != nil {
		return fmt.Errorf("look whether an address wants messages: %w", err)
	}

	if stopped {
		return problem.New(problem.Conflict, "The owner of %s wants no messages of this organisation, and is not asked again. "+
			"The link to stop messages, in those that it got before, lets them come again.", channel.Address)
	}

	asked, err := queries.CountConfirmations(ctx, channel.Address, madeBefore(confirmationsWithin), lo.FromPtr(channel.OrganisationID))

	switch {
	case err != nil:
		return fmt.Errorf("count how often an address was asked: %w", err)
	case asked.OfAddress >= confirmationsPerAddress, asked.OfBoth >= confirmationsPerBoth:
		// What others have asked is not told: the sentence is the same for both limits.
		return problem.New(problem.TooMany, "%s cannot be asked for a confirmation again today. Try again tomorrow.", channel.Address)
	case asked.OfOrganisation >= confirmationsPerOrganisation:
		return problem.New(problem.TooMany, "The organisation has sent %d messages that ask for a confirmation within a day. Try again tomorrow.",
			asked.OfOrganisation)
	default:
		return nil
	}
}

// addLinks adds the pages of a mail to it: the one that stops messages, and the one that confirms an address.
func (w *Worker) addLinks(ctx context.Context, queries *database.Queries, row database.GetDeliveryToSendRow, message *notify.Message) error {
	hasPages := w.config.DashboardURL.Host != ""

	if hasPages {
		token, err := w.stopToken(ctx, row.NotificationChannel)
		if err != nil {
			return err
		}

		message.StopURL = w.pageWith(StopMailPath, url.Values{ChannelParameter: {row.NotificationChannel.ID.String()}, TokenParameter: {token}})
	}

	if message.Event != notify.EventConfirmation {
		return nil
	}

	if !hasPages {
		return problem.New(problem.Unavailable, "The platform does not know where its pages are, so that nobody can confirm an address. "+
			"Ask its operators to set ZEITWORK_DASHBOARD_URL.")
	}

	// A token is known to its message alone. Each attempt has one of its own, and is another message: a mail program that has got both shows both.
	token := secret.NewToken("zwc_")
	message.ID = id.New()
	message.ConfirmURL = w.pageWith(ConfirmMailPath, url.Values{TokenParameter: {token}})

	asked, err := queries.PutConfirmationToken(ctx, secret.HashToken(token), confirmationValid, row.NotificationDelivery.ID)

	switch {
	case err != nil:
		return fmt.Errorf("store the token of a confirmation: %w", err)
	case asked == 0:
		return errNotAsked
	default:
		return nil
	}
}

func (w *Worker) pageWith(path string, parameters url.Values) string {
	page := w.config.DashboardURL.JoinPath(path)
	page.RawQuery = parameters.Encode()

	return page.String()
}

// stopToken returns the token by which a channel's messages are stopped. A channel of before there were any gets one.
func (w *Worker) stopToken(ctx context.Context, channel database.NotificationChannel) (token string, err error) {
	about, _ := ChannelSecret(channel)

	token, err = w.keyring.Secret(ctx, database.New(w.pool), about)
	if err == nil {
		return token, nil
	}

	if !errors.Is(err, pgx.ErrNoRows) {
		return "", fmt.Errorf("open the token that stops messages: %w", err)
	}

	return token, database.InTx(ctx, w.pool, func(_ pgx.Tx, queries *database.Queries) error {
		if _, err := queries.LockNotificationChannel(ctx, channel.ID, lo.FromPtr(channel.OrganisationID)); err != nil {
			return fmt.Errorf("lock channel %s: %w", channel.ID, err)
		}

		// Another worker may have made it meanwhile.
		if token, err = w.keyring.Secret(ctx, queries, about); !errors.Is(err, pgx.ErrNoRows) {
			return err
		}

		token = NewStopToken()

		return w.keyring.PutSecret(ctx, queries, about, token)
	})
}

package workflows

import (
	"context"
	"net/url"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/activities/notify"
	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/problem"
	"github.com/zeitwork/zeitwork/internal/secret"
)

// mailbag is a notifier that keeps what it is given.
type mailbag struct {
	mutex    sync.Mutex
	messages []notify.Message
}

func (m *mailbag) Send(_ context.Context, _ notify.Channel, message notify.Message) error {
	m.mutex.Lock()
	defer m.mutex.Unlock()

	m.messages = append(m.messages, message)

	return nil
}

// mailChannel adds a channel of an e-mail address, whose owner is asked first where that is said.
func (b *testBundle) mailChannel(t *testing.T, isAsked bool) database.NotificationChannel {
	t.Helper()

	var channel database.NotificationChannel

	_, err := b.deployments.AskAddress(b.ctx, func(ctx context.Context, queries *database.Queries) (*database.NotificationChannel, error) {
		var err error

		channel, err = queries.CreateNotificationChannel(ctx, database.CreateNotificationChannelParams{
			ID: id.New(), OrganisationID: &b.organisation, Kind: notify.KindEmail, Name: "team", Address: "team@example.org", Unconfirmed: isAsked,
		})
		if !isAsked {
			return nil, err
		}

		return &channel, err
	})
	require.NoError(t, err)

	return channel
}

func TestNotify_AddressThatHasNotConfirmed_GetsOneMessageThatAsks(t *testing.T) {
	t.Parallel()

	b, mails := setup(t), &mailbag{}
	b.notifier = mails
	channel := b.mailChannel(t, true)
	// As a worker of the version before writes it.
	b.exec(t, "INSERT INTO notification_deliveries (id, channel_id, event) VALUES ($1, $2, 'test')", id.New(), channel.ID)

	worker := b.work(t)
	require.NoError(t, worker.reconcile(b.ctx, nil))
	b.outcomes(t, stateFailed)
	require.Equal(t, map[string]int{deliveryDelivered: 1, deliveryFailed: 1}, b.settled(t))

	require.Len(t, mails.messages, 1)
	require.Equal(t, notify.EventConfirmation, mails.messages[0].Event)
	require.Contains(t, mails.messages[0].StopURL, "https://zeitwork.example/notifications/stop?channel="+channel.ID.String()+"&token=zws_")

	page, err := url.Parse(mails.messages[0].ConfirmURL)
	require.NoError(t, err)
	require.Equal(t, ConfirmMailPath, page.Path)
	require.Equal(t, 1, b.count(t, `SELECT count(*) FROM notification_confirmations WHERE token_hash = $1
		AND ends_at BETWEEN now() + interval '6 days' AND now() + interval '7 days'`, secret.HashToken(page.Query().Get(TokenParameter))))
	require.Zero(t, b.count(t, "SELECT count(*) FROM notification_channels WHERE broken_at IS NOT NULL"), "to wait is no fault of the channel")

	_, err = b.deployments.TestChannel(b.ctx, b.organisation, channel.ID, func(context.Context, *database.Queries, uuid.UUID) error { return nil })
	require.Equal(t, problem.Conflict, problem.CodeOf(err))
}

func TestNotify_MailChannelOfBeforeThereWasConsent_IsToldAndGetsTheSameLinkEachTime(t *testing.T) {
	t.Parallel()

	b, mails := setup(t), &mailbag{}
	b.notifier = mails
	b.mailChannel(t, false)
	b.work(t)
	b.outcomes(t, stateFailed, stateFailed)
	require.Equal(t, map[string]int{deliveryDelivered: 2, deliveryFailed: 0}, b.settled(t))

	require.Contains(t, mails.messages[0].StopURL, "&token=zws_")
	require.Equal(t, mails.messages[0].StopURL, mails.messages[1].StopURL)
}

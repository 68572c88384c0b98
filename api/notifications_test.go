package api

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/workflows"
)

const slackURL = "https://hooks.slack.com/services/T0/B0/secret"

// addChannel adds a channel to the owner's organisation, and returns the answer.
func (b *testBundle) addChannel(t *testing.T, kind client.CreateNotificationChannelInputBodyKind, name, address string) *client.CreateNotificationChannelResponse {
	t.Helper()

	made, err := b.owner.CreateNotificationChannelWithResponse(t.Context(), b.organisation(t),
		client.CreateNotificationChannelInputBody{Kind: kind, Name: name, Address: address})
	require.NoError(t, err)

	return made
}

// channelSecret opens the secret of a channel of the owner's organisation.
func (b *testBundle) channelSecret(t *testing.T, channel uuid.UUID) (string, error) {
	t.Helper()

	row, err := b.queries.GetNotificationChannel(t.Context(), channel, b.organisation(t))
	require.NoError(t, err)

	about, ok := workflows.ChannelSecret(row)
	require.True(t, ok)

	return b.parts.Keyring.Secret(t.Context(), b.queries, about)
}

func TestNotificationChannels_OfSlack_ShowTheHostAndSealTheURL(t *testing.T) {
	t.Parallel()

	b := setup(t)

	made := b.addChannel(t, client.CreateNotificationChannelInputBodyKindSlack, "deploys", slackURL)
	require.Equal(t, http.StatusCreated, made.StatusCode(), string(made.Body))
	require.Equal(t, "hooks.slack.com", made.JSON201.Address)
	require.NotContains(t, string(made.Body), "secret")

	secret, err := b.channelSecret(t, made.JSON201.ID)
	require.NoError(t, err)
	require.Equal(t, slackURL, secret)

	changed, err := b.owner.UpdateNotificationChannelWithResponse(t.Context(), b.organisation(t), made.JSON201.ID,
		client.UpdateNotificationChannelInputBody{Address: new("https://hooks.slack-gov.com/services/T0/B0/other"), Enabled: new(false)})
	require.NoError(t, err)
	require.Equal(t, "hooks.slack-gov.com", changed.JSON200.Address)
	require.False(t, changed.JSON200.Enabled)

	secret, err = b.channelSecret(t, made.JSON201.ID)
	require.NoError(t, err)
	require.Equal(t, "https://hooks.slack-gov.com/services/T0/B0/other", secret)
}

func TestNotificationChannels_Webhook_HasAKeyThatIsShownOnceAndGoesWithIt(t *testing.T) {
	t.Parallel()

	b := setup(t)

	made := b.addChannel(t, client.CreateNotificationChannelInputBodyKindWebhook, "pager", "https://example.com/hook")
	require.Equal(t, http.StatusCreated, made.StatusCode(), string(made.Body))
	require.True(t, strings.HasPrefix(*made.JSON201.SigningKey, "whsec_"))

	secret, err := b.channelSecret(t, made.JSON201.ID)
	require.NoError(t, err)
	require.Equal(t, *made.JSON201.SigningKey, secret)

	listed, err := b.owner.ListNotificationChannelsWithResponse(t.Context(), b.organisation(t), nil)
	require.NoError(t, err)
	require.Len(t, listed.JSON200.Items, 1)
	require.NotContains(t, string(listed.Body), "whsec_")

	again := b.addChannel(t, client.CreateNotificationChannelInputBodyKindWebhook, "pager", "https://example.com/other")
	require.Equal(t, http.StatusConflict, again.StatusCode())

	_, err = b.owner.DeleteNotificationChannelWithResponse(t.Context(), b.organisation(t), made.JSON201.ID)
	require.NoError(t, err)
	require.Zero(t, b.count(t, "SELECT count(*) FROM secrets WHERE subject_id = $1", made.JSON201.ID))
	require.Equal(t, 2, b.count(t, "SELECT count(*) FROM audit_events WHERE subject_id = $1 AND subject_type = 'notification_channel'", made.JSON201.ID))
}

func TestNotificationChannels_AddressThatNothingCanBeSentTo_IsRefusedWithWhatToDo(t *testing.T) {
	t.Parallel()

	b := setup(t)

	for _, c := range []struct {
		kind             client.CreateNotificationChannelInputBodyKind
		address, because string
	}{
		{client.CreateNotificationChannelInputBodyKindEmail, "team@example.com", "This platform has no mail server"},
		{client.CreateNotificationChannelInputBodyKindSlack, "http://hooks.slack.com/secret", "The address begins with none of https://."},
		{client.CreateNotificationChannelInputBodyKindWebhook, "hook", "The address is no URL"},
		{client.CreateNotificationChannelInputBodyKindWebhook, "https:///hook", "The address is no URL"},
		{client.CreateNotificationChannelInputBodyKindWebhook, "https://name:secret@example.com", "holds a name or a password"},
	} {
		made := b.addChannel(t, c.kind, "x", c.address)
		require.Equal(t, http.StatusUnprocessableEntity, made.StatusCode(), c.address)
		require.Contains(t, made.ApplicationProblemJSON422.Detail, c.because)
		require.NotContains(t, string(made.Body), "secret")
	}

	b.server.service.config.SMTPHost = "mail.example.com"

	for address, status := range map[string]int{"team": 422, "Team<team@example.com>": 422, "a@example.com,b@example.com": 422, "team@example.com": 201} {
		require.Equal(t, status, b.addChannel(t, client.CreateNotificationChannelInputBodyKindEmail, "x", address).StatusCode(), address)
	}
}

func TestNotificationChannels_MoreThanAnOrganisationCanHave_AreAConflict(t *testing.T) {
	t.Parallel()

	b := setup(t)

	for i := range maxNotificationChannels {
		made := b.addChannel(t, client.CreateNotificationChannelInputBodyKindWebhook, fmt.Sprintf("c%d", i), "https://example.com/hook")
		require.Equal(t, http.StatusCreated, made.StatusCode())
	}

	require.Equal(t, http.StatusConflict, b.addChannel(t, client.CreateNotificationChannelInputBodyKindWebhook, "more", "https://example.com/hook").StatusCode())
}

func TestNotificationChannels_Test_IsAJobAndStandsAmongTheDeliveries(t *testing.T) {
	t.Parallel()

	b := setup(t)
	made := b.addChannel(t, client.CreateNotificationChannelInputBodyKindWebhook, "pager", "https://example.com/hook")

	sent, err := b.owner.TestNotificationChannelWithResponse(t.Context(), b.organisation(t), made.JSON201.ID)
	require.NoError(t, err)
	require.Equal(t, http.StatusAccepted, sent.StatusCode(), string(sent.Body))
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM river.river_job WHERE kind = 'notify' AND args ->> 'delivery_id' = $1", sent.JSON202.ID.String()))

	listed, err := b.owner.ListNotificationDeliveriesWithResponse(t.Context(), b.organisation(t), made.JSON201.ID, nil)
	require.NoError(t, err)
	require.Len(t, listed.JSON200.Items, 1)
	require.Equal(t, client.NotificationDeliveryStatePending, listed.JSON200.Items[0].State)
}

func TestDeleteOrganisation_TakesItsChannelsAlong(t *testing.T) {
	t.Parallel()

	b := setup(t)
	made := b.addChannel(t, client.CreateNotificationChannelInputBodyKindSlack, "deploys", slackURL)
	status, text := b.visit(t, b.stopPage(t, b.mailChannel(t, "team@example.org").ID), url.Values{})
	require.Equal(t, http.StatusOK, status, text)

	_, err := b.owner.DeleteOrganisationWithResponse(t.Context(), b.organisation(t))
	require.NoError(t, err)
	require.Zero(t, b.count(t, "SELECT count(*) FROM secrets WHERE subject_id = $1", made.JSON201.ID))
	require.Zero(t, b.count(t, "SELECT count(*) FROM stopped_addresses"))
}

func TestNotificationChannels_RotatedKey_IsShownOnceAndTheOneBeforeSignsForADay(t *testing.T) {
	t.Parallel()

	b := setup(t)
	made := b.addChannel(t, client.CreateNotificationChannelInputBodyKindWebhook, "pager", "https://example.com/hook")

	rotated, err := b.owner.RotateNotificationChannelKeyWithResponse(t.Context(), b.organisation(t), made.JSON201.ID)
	require.NoError(t, err)
	require.Equal(t, http.StatusCreated, rotated.StatusCode(), string(rotated.Body))
	require.NotEqual(t, *made.JSON201.SigningKey, *rotated.JSON201.SigningKey)
	require.Equal(t, 1, b.count(t, `SELECT count(*) FROM notification_channels
		WHERE id = $1 AND former_key_until BETWEEN now() + interval '23 hours' AND now() + interval '25 hours'`, made.JSON201.ID))

	secret, err := b.channelSecret(t, made.JSON201.ID)
	require.NoError(t, err)
	require.Equal(t, *rotated.JSON201.SigningKey, secret)

	row, err := b.queries.GetNotificationChannel(t.Context(), made.JSON201.ID, b.organisation(t))
	require.NoError(t, err)
	former, err := b.parts.Keyring.Secret(t.Context(), b.queries, workflows.FormerSigningKey(row))
	require.NoError(t, err)
	require.Equal(t, *made.JSON201.SigningKey, former)

	listed, err := b.owner.ListNotificationChannelsWithResponse(t.Context(), b.organisation(t), nil)
	require.NoError(t, err)
	require.NotContains(t, string(listed.Body), "whsec_")
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM audit_events WHERE subject_id = $1 AND action = 'notification_channel.rotate_key'", row.ID))

	slack := b.addChannel(t, client.CreateNotificationChannelInputBodyKindSlack, "deploys", slackURL)
	refused, err := b.owner.RotateNotificationChannelKeyWithResponse(t.Context(), b.organisation(t), slack.JSON201.ID)
	require.NoError(t, err)
	require.Equal(t, http.StatusConflict, refused.StatusCode())

	_, err = b.owner.DeleteNotificationChannelWithResponse(t.Context(), b.organisation(t), made.JSON201.ID)
	require.NoError(t, err)
	require.Zero(t, b.count(t, "SELECT count(*) FROM secrets WHERE subject_id = $1", made.JSON201.ID))
}

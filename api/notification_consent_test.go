package api

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/secret"
	"github.com/zeitwork/zeitwork/workflows"
)

// mailChannel adds a channel of an e-mail address to the owner's organisation.
func (b *testBundle) mailChannel(t *testing.T, address string) client.NewNotificationChannel {
	t.Helper()

	b.server.service.config.SMTPHost = "mail.example.com"
	made := b.addChannel(t, client.CreateNotificationChannelInputBodyKindEmail, address, address)
	require.Equal(t, http.StatusCreated, made.StatusCode(), string(made.Body))

	return *made.JSON201
}

// asked gives the newest message that asks about a channel a token, as the worker does that sends it, and returns the page that it leads to.
func (b *testBundle) asked(t *testing.T, channel uuid.UUID) string {
	t.Helper()

	token := secret.NewToken("zwc_")
	_, err := b.pool.Exec(t.Context(), `UPDATE notification_confirmations SET token_hash = $2, ends_at = now() + interval '7 days'
		WHERE id = (SELECT id FROM notification_confirmations WHERE channel_id = $1 ORDER BY id DESC LIMIT 1)`, channel, secret.HashToken(token))
	require.NoError(t, err)

	return workflows.ConfirmMailPath + "?" + url.Values{workflows.TokenParameter: {token}}.Encode()
}

// stopPage is the page that a mail to a channel leads to for stopping.
func (b *testBundle) stopPage(t *testing.T, channel uuid.UUID) string {
	t.Helper()

	token, err := b.channelSecret(t, channel)
	require.NoError(t, err)

	return workflows.StopMailPath + "?" + url.Values{workflows.ChannelParameter: {channel.String()}, workflows.TokenParameter: {token}}.Encode()
}

// visit sends a request of somebody without an account; with a form it is a POST.
func (b *testBundle) visit(t *testing.T, page string, form url.Values) (int, string) {
	t.Helper()

	method := http.MethodGet
	if form != nil {
		method = http.MethodPost
	}

	request, err := http.NewRequestWithContext(t.Context(), method, b.http.URL+page, strings.NewReader(form.Encode()))
	require.NoError(t, err)
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")

	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)

	defer func() { _ = response.Body.Close() }()

	text, err := io.ReadAll(response.Body)
	require.NoError(t, err)

	return response.StatusCode, string(text)
}

func (b *testBundle) waits(t *testing.T, channel uuid.UUID) bool {
	t.Helper()

	return b.count(t, "SELECT count(*) FROM notification_channels WHERE id = $1 AND unconfirmed_since IS NOT NULL", channel) == 1
}

func TestMailConsent_StrangersAddress_IsAskedAndConfirmedByAPostAlone(t *testing.T) {
	t.Parallel()

	b := setup(t)
	channel := b.mailChannel(t, "team@example.org")
	require.NotNil(t, channel.UnconfirmedSince)
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM notification_deliveries WHERE channel_id = $1 AND event = 'confirmation'", channel.ID))

	sent, err := b.owner.TestNotificationChannelWithResponse(t.Context(), b.organisation(t), channel.ID)
	require.NoError(t, err)
	require.Equal(t, http.StatusConflict, sent.StatusCode())

	page := b.asked(t, channel.ID)
	status, text := b.visit(t, page, nil)
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, text, "Send me these messages")
	require.True(t, b.waits(t, channel.ID), "a program that follows links confirms nothing")

	status, text = b.visit(t, page, url.Values{})
	require.Equal(t, http.StatusOK, status, text)
	require.False(t, b.waits(t, channel.ID))

	status, _ = b.visit(t, page, url.Values{})
	require.Equal(t, http.StatusNotFound, status, "a link is used once")

	again, err := b.owner.ResendNotificationConfirmationWithResponse(t.Context(), b.organisation(t), channel.ID)
	require.NoError(t, err)
	require.Equal(t, http.StatusConflict, again.StatusCode())
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM audit_events WHERE subject_id = $1 AND action = 'notification_channel.confirm'", channel.ID))
}

func TestMailConsent_LinkThatEndedOrLeadsToAnotherAddress_ConfirmsNothing(t *testing.T) {
	t.Parallel()

	b := setup(t)
	channel := b.mailChannel(t, "team@example.org")
	page := b.asked(t, channel.ID)

	_, err := b.pool.Exec(t.Context(), "UPDATE notification_confirmations SET ends_at = now() - interval '1 second'")
	require.NoError(t, err)

	status, _ := b.visit(t, page, url.Values{})
	require.Equal(t, http.StatusNotFound, status)

	page = b.asked(t, channel.ID)
	changed, err := b.owner.UpdateNotificationChannelWithResponse(t.Context(), b.organisation(t), channel.ID,
		client.UpdateNotificationChannelInputBody{Address: new("other@example.org")})
	require.NoError(t, err)
	require.NotNil(t, changed.JSON200.UnconfirmedSince)

	status, _ = b.visit(t, page, url.Values{})
	require.Equal(t, http.StatusNotFound, status)
	require.True(t, b.waits(t, channel.ID))
}

func TestMailConsent_OwnerStoppedBeforeConfirming_OlderLinkConfirmsNothingAndNoMessageAsks(t *testing.T) {
	t.Parallel()

	b := setup(t)
	channel := b.mailChannel(t, "team@example.org")
	page := b.asked(t, channel.ID)

	status, _ := b.visit(t, b.stopPage(t, channel.ID), url.Values{})
	require.Equal(t, http.StatusOK, status)

	status, _ = b.visit(t, page, url.Values{})
	require.Equal(t, http.StatusNotFound, status)
	require.True(t, b.waits(t, channel.ID))

	var pending uuid.UUID
	require.NoError(t, b.pool.QueryRow(t.Context(), "SELECT id FROM notification_confirmations WHERE channel_id = $1", channel.ID).Scan(&pending))

	asked, err := b.queries.PutConfirmationToken(t.Context(), secret.HashToken("x"), time.Hour, pending)
	require.NoError(t, err)
	require.Zero(t, asked, "a worker sends no message without a token")
}

func TestMailConsent_VerifiedAddressOfAMember_IsNotAsked(t *testing.T) {
	t.Parallel()

	b := setup(t)
	require.Nil(t, b.mailChannel(t, "Owner@example.com").UnconfirmedSince)
	require.NotNil(t, b.mailChannel(t, "stranger@example.com").UnconfirmedSince, "a user of another organisation")

	_, err := b.pool.Exec(t.Context(), "UPDATE users SET email_verified_at = NULL")
	require.NoError(t, err)
	require.NotNil(t, b.mailChannel(t, "owner@example.com").UnconfirmedSince, "nobody has shown that it is the member's")
}

func TestMailConsent_AddressIsAskedTwiceADayByAnOrganisation_AlsoByAnotherChannel(t *testing.T) {
	t.Parallel()

	b := setup(t)
	channel := b.mailChannel(t, "team@example.org")

	again, err := b.owner.ResendNotificationConfirmationWithResponse(t.Context(), b.organisation(t), channel.ID)
	require.NoError(t, err)
	require.Equal(t, http.StatusAccepted, again.StatusCode(), string(again.Body))

	again, err = b.owner.ResendNotificationConfirmationWithResponse(t.Context(), b.organisation(t), channel.ID)
	require.NoError(t, err)
	require.Equal(t, http.StatusTooManyRequests, again.StatusCode())

	_, err = b.owner.DeleteNotificationChannelWithResponse(t.Context(), b.organisation(t), channel.ID)
	require.NoError(t, err)
	require.Equal(t, http.StatusTooManyRequests,
		b.addChannel(t, client.CreateNotificationChannelInputBodyKindEmail, "x", "TEAM@example.org").StatusCode())
}

func TestMailConsent_AddressThatOthersAsked_IsAskedThreeTimesADayInAll(t *testing.T) {
	t.Parallel()

	b := setup(t)
	other := id.New()
	b.exec(t, "INSERT INTO organisations (id, slug, name) VALUES ($1, 'other', 'Other')", other)

	for range 2 {
		b.exec(t, "INSERT INTO notification_confirmations (id, organisation_id, address) VALUES ($1, $2, 'team@example.org')", id.New(), other)
	}

	channel := b.mailChannel(t, "team@example.org")

	again, err := b.owner.ResendNotificationConfirmationWithResponse(t.Context(), b.organisation(t), channel.ID)
	require.NoError(t, err)
	require.Equal(t, http.StatusTooManyRequests, again.StatusCode())
	require.Contains(t, string(again.Body), "cannot be asked for a confirmation again today", "it does not tell how often others asked")
}

func TestMailConsent_AddressThatManyChannelsAskAtOnce_IsAskedNoMoreThanTheLimit(t *testing.T) {
	t.Parallel()

	b := setup(t)

	names := []string{"a", "b", "c", "d", "e", "f"}
	channels := make([]uuid.UUID, 0, len(names))

	for _, name := range names {
		channels = append(channels, b.mailChannel(t, name+"@example.org").ID)
	}

	b.exec(t, "UPDATE notification_channels SET address = 'team@example.org'")

	var (
		wait     sync.WaitGroup
		statuses sync.Map
	)

	for _, channel := range channels {
		wait.Go(func() {
			again, err := b.owner.ResendNotificationConfirmationWithResponse(t.Context(), b.organisation(t), channel)
			if assert.NoError(t, err) {
				statuses.Store(channel, again.StatusCode())
			}
		})
	}

	wait.Wait()

	answered := make([]int, 0, len(channels))
	for _, channel := range channels {
		status, _ := statuses.Load(channel)
		answered = append(answered, status.(int))
	}

	require.Equal(t, 2, lo.Count(answered, http.StatusAccepted), answered)
	require.Equal(t, 4, lo.Count(answered, http.StatusTooManyRequests), answered)
}

func TestMailConsent_OwnerStopsMessages_NobodyAsksAgainUntilTheOwnerLetsThemCome(t *testing.T) {
	t.Parallel()

	b := setup(t)
	channel := b.mailChannel(t, "owner@example.com")
	page := b.stopPage(t, channel.ID)

	status, text := b.visit(t, page, nil)
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, text, "Stop the messages")
	require.False(t, b.waits(t, channel.ID), "to look at the page stops nothing")

	status, _ = b.visit(t, page+"x", url.Values{})
	require.Equal(t, http.StatusNotFound, status, "another token")

	// As mail programs send it by themselves, more than once.
	for range 2 {
		status, text = b.visit(t, page, url.Values{"List-Unsubscribe": {"One-Click"}})
		require.Equal(t, http.StatusOK, status, text)
		require.True(t, b.waits(t, channel.ID))
	}

	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM audit_events WHERE subject_id = $1 AND action = 'notification_channel.stop'", channel.ID))

	again, err := b.owner.ResendNotificationConfirmationWithResponse(t.Context(), b.organisation(t), channel.ID)
	require.NoError(t, err)
	require.Equal(t, http.StatusConflict, again.StatusCode())
	require.Equal(t, http.StatusConflict, b.addChannel(t, client.CreateNotificationChannelInputBodyKindEmail, "x", "OWNER@example.com").StatusCode())

	status, text = b.visit(t, page, nil)
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, text, "Let them come again")

	for range 2 {
		status, _ = b.visit(t, page, url.Values{"decision": {"allow"}})
		require.Equal(t, http.StatusOK, status)
		require.False(t, b.waits(t, channel.ID))
	}

	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM audit_events WHERE subject_id = $1 AND action = 'notification_channel.confirm'", channel.ID))
}

func TestMailConsent_StoppedAddressWhoseChannelsAreGone_IsAllowedByTheLinksOfItsMails(t *testing.T) {
	t.Parallel()

	b := setup(t)
	removed, moved := b.mailChannel(t, "team@example.org"), b.mailChannel(t, "other@example.org")
	b.exec(t, "UPDATE notification_channels SET address = 'Team@example.org' WHERE id = $1", moved.ID)

	page, movedPage := b.stopPage(t, removed.ID), b.stopPage(t, moved.ID)
	status, text := b.visit(t, page, url.Values{})
	require.Equal(t, http.StatusOK, status, text)

	_, err := b.owner.DeleteNotificationChannelWithResponse(t.Context(), b.organisation(t), removed.ID)
	require.NoError(t, err)

	changed, err := b.owner.UpdateNotificationChannelWithResponse(t.Context(), b.organisation(t), moved.ID,
		client.UpdateNotificationChannelInputBody{Address: new("owner@example.com")})
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, changed.StatusCode(), string(changed.Body))

	add := func() int {
		return b.addChannel(t, client.CreateNotificationChannelInputBodyKindEmail, "again", "team@example.org").StatusCode()
	}
	require.Equal(t, http.StatusConflict, add())

	status, _ = b.visit(t, strings.Replace(page, removed.ID.String(), moved.ID.String(), 1), url.Values{"decision": {"allow"}})
	require.Equal(t, http.StatusNotFound, status, "the token of another channel")

	for _, link := range []string{page, movedPage} {
		status, text = b.visit(t, link, nil)
		require.Equal(t, http.StatusOK, status)
		require.Contains(t, text, "Let them come again")
		require.Contains(t, text, "team@example.org")
	}

	status, text = b.visit(t, movedPage, url.Values{"decision": {"allow"}})
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, text, "can add the address where it has removed it")
	require.False(t, b.waits(t, moved.ID), "the address that it leads to now was not asked for this")

	status, _ = b.visit(t, page, nil)
	require.Equal(t, http.StatusNotFound, status, "nothing is stopped any more")
	require.Equal(t, http.StatusCreated, add())
}

func TestMailConsent_StopsOfOneAddress_AreBoundedByChannelAndNotBySignIns(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.server.service.addresses = newAddressUse(1)

	one, two := b.stopPage(t, b.mailChannel(t, "one@example.org").ID), b.stopPage(t, b.mailChannel(t, "two@example.org").ID)

	b.server.service.mailPages.stops = newAnonymousUse[uuid.UUID](1)

	status, text := b.visit(t, one, url.Values{"List-Unsubscribe": {"One-Click"}})
	require.Equal(t, http.StatusOK, status, text)

	status, text = b.visit(t, one, url.Values{"List-Unsubscribe": {"One-Click"}})
	require.Equal(t, http.StatusTooManyRequests, status)
	require.Contains(t, text, "This link was used more than")

	status, text = b.visit(t, two, url.Values{"List-Unsubscribe": {"One-Click"}})
	require.Equal(t, http.StatusOK, status, text)
}

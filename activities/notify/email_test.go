package notify_test

import (
	"strings"
	"testing"

	"github.com/emersion/go-smtp"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/activities/notify"
	"github.com/zeitwork/zeitwork/internal/problem"
)

func TestEmail_HasAStableMessageIDAndSaysWhatFailed(t *testing.T) {
	t.Parallel()

	b := setup(t)
	require.NoError(t, b.send(t, notify.Channel{Kind: notify.KindEmail, Address: "team@example.com"}, failure()))

	require.Len(t, b.mails.data, 1)
	mail := b.mails.data[0]

	for _, part := range []string{
		"Message-ID: <" + messageID.String() + "@zeitwork.example>\n", "Subject: Deployment failed: shop/production\n", "To: <team@example.com>\n",
		"From: \"Zeitwork\" <noreply@zeitwork.example>\n", "Auto-Submitted: auto-generated\n",
		"A deployment of shop to production failed at the step build.\n", "RUN npm test failed with exit code 1. Mend it.\n", "https://zeitwork.example/deployments/1\n",
	} {
		require.Contains(t, mail, part)
	}
}

func TestEmail_CarriesAWayToStopMessages_AlsoForMailPrograms(t *testing.T) {
	t.Parallel()

	const stop = "https://zeitwork.example/notifications/stop?channel=1&token=zws_x"

	b := setup(t)
	message := failure()
	message.StopURL = stop
	require.NoError(t, b.send(t, notify.Channel{Kind: notify.KindEmail, Address: "team@example.com"}, message))

	mail := strings.ReplaceAll(strings.ReplaceAll(b.mails.data[0], "=\n", ""), "\n ", " ")
	require.Contains(t, mail, "List-Unsubscribe: <"+stop+">\n")
	require.Contains(t, mail, "List-Unsubscribe-Post: List-Unsubscribe=One-Click\n")
	require.Contains(t, strings.ReplaceAll(mail, "=3D", "="), "Stop these messages, without an account: "+stop+"\n")
}

func TestEmail_Confirmation_LeadsToThePageAndHoldsNoTextOfTheOrganisation(t *testing.T) {
	t.Parallel()

	const confirm = "https://zeitwork.example/notifications/confirm?token=zwc_x"

	b := setup(t)
	require.NoError(t, b.send(t, notify.Channel{Kind: notify.KindEmail, Address: "team@example.com"}, notify.Message{
		ID: messageID, Event: notify.EventConfirmation, Organisation: notify.Named{Slug: "acme"}, Channel: "Buy now at evil.example", ConfirmURL: confirm,
	}))

	mail := strings.ReplaceAll(strings.ReplaceAll(b.mails.data[0], "=\n", ""), "=3D", "=")
	require.Contains(t, mail, "Subject: Do you want messages from acme?\n")
	require.Contains(t, mail, confirm)
	require.NotContains(t, mail, "evil")
}

func TestEmail_RefusedForGoodOrForNow_IsToldApart(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.mails.answers = map[string]*smtp.SMTPError{
		"gone@example.com": {Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such user"},
		"full@example.com": {Code: 452, EnhancedCode: smtp.EnhancedCode{4, 2, 2}, Message: "mailbox full"},
	}

	err := b.send(t, notify.Channel{Kind: notify.KindEmail, Address: "gone@example.com"}, failure())
	require.True(t, problem.IsUsers(err))
	require.Equal(t, "The mail server refuses mail to gone@example.com (550). Give the channel another address.", problem.MessageOf(err))

	err = b.send(t, notify.Channel{Kind: notify.KindEmail, Address: "full@example.com"}, failure())
	require.Equal(t, problem.Unavailable, problem.CodeOf(err))
	require.Empty(t, b.mails.data)
}

func TestEmail_PlatformMayNotSend_IsNoFaultOfTheChannel(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.mails.password, b.config.User, b.config.Password = "right", "zeitwork", "wrong"

	err := b.send(t, notify.Channel{Kind: notify.KindEmail, Address: "team@example.com"}, failure())
	require.Equal(t, problem.Unavailable, problem.CodeOf(err))
	require.NotContains(t, err.Error(), "wrong")

	// A worker that knows no mail server leaves the mail to another one.
	host := b.config.SMTPHost
	b.config.SMTPHost = ""
	err = b.send(t, notify.Channel{Kind: notify.KindEmail, Address: "team@example.com"}, failure())
	require.Equal(t, problem.Unavailable, problem.CodeOf(err))

	b.config.SMTPHost = host
	b.config.Password = "right"
	require.NoError(t, b.send(t, notify.Channel{Kind: notify.KindEmail, Address: "team@example.com"}, failure()))
	require.Len(t, b.mails.data, 1)
}

func TestEmail_ServerWithACertificateOfNobody_GetsNothing(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.roots = nil

	require.Equal(t, problem.Unavailable, problem.CodeOf(b.send(t, notify.Channel{Kind: notify.KindEmail, Address: "team@example.com"}, failure())))
	require.Empty(t, b.mails.data)
}

func TestConfig_ThatCannotSendMail_IsRefused(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.config.From = "nobody"
	_, err := notify.New(b.config, b.roots)
	require.ErrorContains(t, err, "ZEITWORK_SMTP_FROM must be an address")

	b.config.From, b.config.TLS = "a@example.com", "ssl"
	_, err = notify.New(b.config, b.roots)
	require.EqualError(t, err, "ZEITWORK_SMTP_TLS must be starttls, tls or none")

	b.config.TLS, b.config.User = "none", "zeitwork"
	_, err = notify.New(b.config, b.roots)
	require.ErrorContains(t, err, "a password is not sent in the clear")
}

package cli

import (
	"testing"

	"github.com/stretchr/testify/require"
)

const channelID = "01900000-0000-7000-8000-0000000000c1"

// withChannel are the answers of a platform where acme has a channel that its server refuses messages of.
func withChannel(answers map[string]string) map[string]string {
	answers["GET /v1/organisations/"+acmeID+"/notification-channels"] = `{"items":[{"id":"` + channelID + `","kind":"webhook","name":"pager",` +
		`"address":"https://example.com/hook","enabled":true,"created_at":"` + aLongTimeAgo + `","broken_at":"` + aLongTimeAgo + `","broken_reason":"It is gone."}]}`

	return acme(answers)
}

func TestNotifications_AreAddedShownAndRemoved(t *testing.T) {
	t.Parallel()

	const channels = "/v1/organisations/" + acmeID + "/notification-channels"

	f := newFakeAPI(t, withChannel(map[string]string{
		"POST " + channels:                     `{"id":"` + channelID + `","kind":"webhook","name":"pager","address":"https://example.com/hook","enabled":true,"signing_key":"whsec_x"}`,
		"DELETE " + channels + "/" + channelID: "",
	}))
	b := signedInTo(t, f)

	require.Equal(t, ExitOK, b.run(t, "notifications", "add", "pager", "--webhook", "https://example.com/hook"), b.err.String())
	require.Equal(t, "whsec_x\n", b.out.String())
	require.JSONEq(t, `{"kind":"webhook","name":"pager","address":"https://example.com/hook"}`, f.sent("POST " + channels)[0])

	b.in = "https://hooks.slack.com/services/T0/B0/x\n"
	require.Equal(t, ExitOK, b.run(t, "notifications", "add", "deploys", "--slack"), b.err.String())
	require.JSONEq(t, `{"kind":"slack","name":"deploys","address":"https://hooks.slack.com/services/T0/B0/x"}`, f.sent("POST " + channels)[1])

	require.Equal(t, ExitUsage, b.run(t, "notifications", "add", "nothing"))

	require.Equal(t, ExitOK, b.run(t, "notifications"), b.err.String())
	require.Contains(t, b.out.String(), "pager  webhook  https://example.com/hook  never         broken since 2020-05-01: It is gone.\n")

	require.Equal(t, ExitUsage, b.run(t, "notifications", "remove", "other"))
	require.Equal(t, ExitOK, b.run(t, "notifications", "remove", "pager"), b.err.String())
	require.Len(t, f.sent("DELETE "+channels+"/"+channelID), 1)
}

func TestNotificationsTest_SaysWhyAMessageWasNotTaken(t *testing.T) {
	t.Parallel()

	const one = "/v1/organisations/" + acmeID + "/notification-channels/" + channelID

	f := newFakeAPI(t, withChannel(map[string]string{
		"POST " + one + "/test":      `{"id":"` + pushID + `","event":"test","state":"pending","attempts":0,"created_at":"` + aLongTimeAgo + `"}`,
		"GET " + one + "/deliveries": `{"items":[{"id":"` + pushID + `","event":"test","state":"failed","attempts":1,"problem":"It is gone.","created_at":"` + aLongTimeAgo + `"}]}`,
	}))
	b := signedInTo(t, f)

	require.Equal(t, ExitFailure, b.run(t, "notifications", "test", "pager"))
	require.Contains(t, b.err.String(), "It is gone.")
}

func TestNotificationsHistory_TellsHowEachMessageWasDelivered(t *testing.T) {
	t.Parallel()

	const deliveries = "/v1/organisations/" + acmeID + "/notification-channels/" + channelID + "/deliveries"

	f := newFakeAPI(t, withChannel(map[string]string{
		"GET " + deliveries: `{"items":[{"id":"` + pushID + `","event":"failed","state":"failed","attempts":4,"problem":"It is gone.",` +
			`"project":"shop","environment":"production","created_at":"` + aLongTimeAgo + `"},` +
			`{"id":"` + channelID + `","event":"test","state":"delivered","attempts":1,"created_at":"` + aLongTimeAgo + `"}]}`,
	}))
	b := signedInTo(t, f)

	require.Equal(t, ExitOK, b.run(t, "notifications", "history", "pager"), b.err.String())
	require.Equal(t, "WHEN        WHAT                    STATE      ATTEMPTS  PROBLEM\n"+
		"2020-05-01  shop/production failed  failed     4         It is gone.\n"+ //nolint:dupword // What failed, and how.
		"2020-05-01  test                    delivered  1         \n", b.out.String())

	require.Equal(t, ExitOK, b.run(t, "notifications", "history", "pager", "--json"), b.err.String())
	require.Contains(t, b.out.String(), `"problem": "It is gone."`)
}

func TestNotificationsOnAndOff_SwitchTheChannelAlone(t *testing.T) {
	t.Parallel()

	const one = "/v1/organisations/" + acmeID + "/notification-channels/" + channelID

	f := newFakeAPI(t, withChannel(map[string]string{
		"PATCH " + one: `{"id":"` + channelID + `","kind":"webhook","name":"pager","address":"https://example.com/hook","enabled":false}`,
	}))
	b := signedInTo(t, f)

	require.Equal(t, ExitOK, b.run(t, "notifications", "off", "pager"), b.err.String())
	require.Contains(t, b.err.String(), "pager is off")
	require.Equal(t, ExitOK, b.run(t, "notifications", "on", "pager"), b.err.String())
	require.Contains(t, b.err.String(), "pager is on")

	sent := f.sent("PATCH " + one)
	require.Len(t, sent, 2)
	require.JSONEq(t, `{"enabled":false}`, sent[0])
	require.JSONEq(t, `{"enabled":true}`, sent[1])
}

func TestNotificationsRotateKey_WritesTheKeyAloneToStandardOutput(t *testing.T) {
	t.Parallel()

	const rotate = "/v1/organisations/" + acmeID + "/notification-channels/" + channelID + "/rotate-key"

	f := newFakeAPI(t, withChannel(map[string]string{
		"POST " + rotate: `{"id":"` + channelID + `","kind":"webhook","name":"pager","enabled":true,"signing_key":"whsec_y","former_key_until":"` + aLongTimeAgo + `"}`,
	}))
	b := signedInTo(t, f)

	require.Equal(t, ExitOK, b.run(t, "notifications", "rotate-key", "pager"), b.err.String())
	require.Equal(t, "whsec_y\n", b.out.String())
	require.Contains(t, b.err.String(), "with the one before, too")
}

func TestNotifications_AddressThatWaitsForItsOwner_IsShownAsSuch(t *testing.T) {
	t.Parallel()

	const (
		channels = "/v1/organisations/" + acmeID + "/notification-channels"
		waiting  = `{"id":"` + channelID + `","kind":"email","name":"team","address":"team@example.org","enabled":true,` +
			`"created_at":"` + aLongTimeAgo + `","unconfirmed_since":"` + aLongTimeAgo + `"}`
	)

	f := newFakeAPI(t, acme(map[string]string{
		"GET " + channels:  `{"items":[` + waiting + `]}`,
		"POST " + channels: waiting,
	}))
	b := signedInTo(t, f)

	require.Equal(t, ExitOK, b.run(t, "notifications", "add", "team", "--email", "team@example.org"), b.err.String())
	require.Contains(t, b.err.String(), "A message to team@example.org asks whether its owner wants this")

	require.Equal(t, ExitOK, b.run(t, "notifications"), b.err.String())
	require.Contains(t, b.out.String(), "waits for confirmation since 2020-05-01\n")
}

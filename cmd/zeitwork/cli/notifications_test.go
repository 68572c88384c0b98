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

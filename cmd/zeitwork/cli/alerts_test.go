package cli

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAlerts_AreShownWithWhatToDo_ThoseThatAreOverWhenAsked(t *testing.T) {
	t.Parallel()

	f := newFakeAPI(t, acme(map[string]string{"GET /v1/platform/alerts": `{"items":[
		{"id":"` + channelID + `","part":"nodes","about":"node-7","detail":"It has not reported for 3 hours","advice":"look at its machine",
			"began_at":"` + aLongTimeAgo + `","told_at":"` + aLongTimeAgo + `"},
		{"id":"` + pushID + `","part":"backup","detail":"none was ever made","began_at":"` + aLongTimeAgo + `","told_at":"` + aLongTimeAgo + `",
			"well_since":"` + aLongTimeAgo + `","ended_at":"` + aLongTimeAgo + `"}]}`}))
	b := signedInTo(t, f)

	require.Equal(t, ExitOK, b.run(t, "alerts"), b.err.String())
	require.Contains(t, b.out.String(), "2020-05-01  told 2020-05-01  nodes  node-7  It has not reported for 3 hours\n")
	require.Contains(t, b.out.String(), "  → look at its machine\n")
	require.NotContains(t, b.out.String(), "backup")

	require.Equal(t, ExitOK, b.run(t, "alerts", "--all"), b.err.String())
	require.Contains(t, b.out.String(), "over since 2020-05-01  backup")
}

func TestAlertChannels_AreAddedShownTestedAndRemoved(t *testing.T) {
	t.Parallel()

	const channels, one = "/v1/platform/notification-channels", "/v1/platform/notification-channels/" + channelID

	channel := `{"id":"` + channelID + `","kind":"webhook","name":"pager","address":"https://example.com/hook","enabled":true,"created_at":"` + aLongTimeAgo + `"`
	message := `{"id":"` + pushID + `","event":"test","attempts":1,"created_at":"` + aLongTimeAgo + `"`

	f := newFakeAPI(t, acme(map[string]string{
		"GET " + channels: `{"items":[` + channel + `}]}`, "POST " + channels: channel + `,"signing_key":"whsec_x"}`, "DELETE " + one: "",
		"POST " + one + "/test":      message + `,"state":"pending"}`,
		"GET " + one + "/deliveries": `{"items":[` + message + `,"state":"delivered"}]}`,
	}))
	b := signedInTo(t, f)

	require.Equal(t, ExitOK, b.run(t, "alerts", "channels", "add", "pager", "--webhook", "https://example.com/hook"), b.err.String())
	require.Equal(t, "whsec_x\n", b.out.String())
	require.JSONEq(t, `{"kind":"webhook","name":"pager","address":"https://example.com/hook"}`, f.sent("POST " + channels)[0])

	require.Equal(t, ExitOK, b.run(t, "alerts", "channels"), b.err.String())
	require.Contains(t, b.out.String(), "pager  webhook  https://example.com/hook  never         on\n")

	require.Equal(t, ExitOK, b.run(t, "alerts", "channels", "test", "pager"), b.err.String())
	require.Equal(t, "pager has taken the test message.\n", b.out.String())

	require.Equal(t, ExitUsage, b.run(t, "alerts", "channels", "remove", "other"))
	require.Equal(t, ExitOK, b.run(t, "alerts", "channels", "remove", "pager"), b.err.String())
	require.Len(t, f.sent("DELETE "+one), 1)
}

package notify_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/activities/notify"
)

// alert is a message to operators.
func alert(event notify.Event) notify.Message {
	return notify.Message{
		ID: messageID, Event: event, At: time.Date(2026, 1, 2, 3, 34, 5, 0, time.UTC), Channel: "On call",
		Alert: &notify.Alert{
			Part: "edges", About: "edge-7", Detail: "edge-7 has not been heard of for 3 hours", Advice: "look at its machine <b>",
			Since: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), URL: "https://zeitwork.example/platform", Docs: "https://zeitwork.example/docs/operations#it",
		},
	}
}

func TestEmail_ToOperators_SaysWhatIsWrongSinceWhenAndWhatToDo(t *testing.T) {
	t.Parallel()

	b := setup(t)
	require.NoError(t, b.send(t, notify.Channel{Kind: notify.KindEmail, Address: "oncall@example.com"}, alert(notify.EventFiring)))
	require.NoError(t, b.send(t, notify.Channel{Kind: notify.KindEmail, Address: "oncall@example.com"}, alert(notify.EventResolved)))
	require.Len(t, b.mails.data, 2)

	for i, parts := range [][]string{
		{
			"Subject: Platform needs an operator: edges: edge-7\n", "edge-7 has not been heard of for 3 hours.\n", "look at its machine <b>.\n",
			"Since 2026-01-02 03:04 UTC.\n",
		},
		{
			"Subject: Platform is well again: edges: edge-7\n", "This is well again: edge-7 has not been heard of for 3 hours.\n",
			"From 2026-01-02 03:04 UTC until 2026-01-02 03:34 UTC at the latest.\n",
		},
	} {
		for _, part := range append(parts, "https://zeitwork.example/platform\n", "https://zeitwork.example/docs/operations#it\n", "`zeitwork alerts channels`") {
			require.Contains(t, b.mails.data[i], part)
		}
	}
}

func TestWebhook_ToOperators_NamesTheAlertAndNoOrganisation(t *testing.T) {
	t.Parallel()

	b := setup(t)
	require.NoError(t, b.send(t, notify.Channel{Kind: notify.KindWebhook, Address: b.posts.server.URL, Secret: signingKey}, alert(notify.EventFiring)))
	require.JSONEq(t, `{
		"type": "alert.firing", "timestamp": "2026-01-02T03:34:05Z",
		"data": {"alert": {
			"id": "`+none+`", "part": "edges", "about": "edge-7", "detail": "edge-7 has not been heard of for 3 hours", "advice": "look at its machine <b>",
			"since": "2026-01-02T03:04:05Z", "url": "https://zeitwork.example/platform", "docs": "https://zeitwork.example/docs/operations#it"
		}}
	}`, string(b.posts.bodies[0]))
}

func TestSlack_ToOperators_ShowsWhatMachinesWroteAsPlainText(t *testing.T) {
	t.Parallel()

	b := setup(t)
	require.NoError(t, b.send(t, notify.Channel{Kind: notify.KindSlack, Secret: b.posts.server.URL + "/secret"}, alert(notify.EventFiring)))
	require.Contains(t, string(b.posts.bodies[0]), `:red_circle: *\u003chttps://zeitwork.example/platform|Platform needs an operator: edges: edge-7\u003e*`)
	require.Contains(t, string(b.posts.bodies[0]), `{"type":"section","text":{"type":"plain_text","text":"look at its machine \u003cb\u003e."}}`)
}

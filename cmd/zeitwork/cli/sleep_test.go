package cli

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSleep_IsSetShownAndTurnedOff(t *testing.T) {
	t.Parallel()

	const change = "PATCH /v1/environments/" + previewID

	f := withPreview(platformWith(t, projectJSON("shop", "https://git.example.com/shop", "trunk", "")))
	f.answers[change] = `{"id":"` + previewID + `","slug":"feature","sleep_after_minutes":90}`
	f.answers["GET /v1/environments/"+previewID] = `{"id":"` + previewID + `","slug":"feature","sleep_after_minutes":90,"asleep_since":"2026-01-02T03:04:05Z",
		"wake_problem":"No node has room."}`
	b := signedInTo(t, f)

	require.Equal(t, ExitOK, b.run(t, "sleep", "1h30m", "-e", "feature", "-p", "shop"), b.err.String())
	require.JSONEq(t, `{"sleep_after_minutes":90}`, f.sent(change)[0])
	require.Contains(t, b.out.String(), "feature of shop falls asleep after 90 minutes without a request.\n")

	require.Equal(t, ExitOK, b.run(t, "sleep", "-e", "feature", "-p", "shop"), b.err.String())
	require.Regexp(t, `falls asleep after 90 minutes without a request; asleep since 2026-01-0\d \d\d:\d4 \(2026-01-0\d\), wakes with the next request; `+
		`it could not be woken: No node has room\.`, b.out.String())
	require.Len(t, f.sent(change), 1)

	f.answers[change] = `{"id":"` + previewID + `","slug":"feature","sleep_after_minutes":0}`
	require.Equal(t, ExitOK, b.run(t, "sleep", "off", "-e", "feature", "-p", "shop"), b.err.String())
	require.JSONEq(t, `{"sleep_after_minutes":0}`, f.sent(change)[1])
	require.Contains(t, b.out.String(), "feature of shop stays awake.\n")

	for _, wrong := range []string{"30", "90s", "13h", "never"} {
		require.Equal(t, ExitUsage, b.run(t, "sleep", wrong, "-p", "shop"))
		require.Contains(t, b.err.String(), "such as 30m, or off")
	}
}

package cli

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSkewProtection_IsShownAndTurnedOff(t *testing.T) {
	t.Parallel()

	const change = "PATCH /v1/environments/" + previewID

	f := withPreview(platformWith(t, projectJSON("shop", "https://git.example.com/shop", "trunk", "")))
	f.answers[change] = `{"id":"` + previewID + `","slug":"feature","skew_protection":false}`
	f.answers["GET /v1/environments/"+previewID] = `{"id":"` + previewID + `","slug":"feature","skew_protection":true}`
	b := signedInTo(t, f)

	require.Equal(t, ExitOK, b.run(t, "skew-protection", "-e", "feature", "-p", "shop"), b.err.String())
	require.Contains(t, b.out.String(), "feature of shop serves assets of the deployment before while that is warm.\n")
	require.Empty(t, f.sent(change))

	require.Equal(t, ExitOK, b.run(t, "skew-protection", "off", "-e", "feature", "-p", "shop"), b.err.String())
	require.JSONEq(t, `{"skew_protection":false}`, f.sent(change)[0])
	require.Contains(t, b.out.String(), "feature of shop serves no assets of the deployment before.\n")

	require.Equal(t, ExitUsage, b.run(t, "skew-protection", "maybe", "-p", "shop"))
}

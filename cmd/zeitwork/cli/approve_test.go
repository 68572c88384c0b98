package cli

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// withFork has the preview be that of a fork's pull request, of which a commit waits for an approval.
func withFork(f *fakeAPI, commit string) *fakeAPI {
	preview := `{"id":"` + previewID + `","project_id":"` + projectID + `","kind":"preview","slug":"pr-12","branch":"refs/pull/12/head",
		"url":"http://shop-pr-12.example.com","pull_request":{"number":12,"title":"Mend\u001b[2J it\nCommit 0000","author":"eve","head_branch":"main","is_fork":true,
		"awaiting_commit":"` + commit + `"}}`
	list := "GET /v1/projects/" + projectID + "/environments"

	f.answers[list] = `{"items":[` + preview + `]}`
	f.answers[list+"?slug=pr-12"] = `{"items":[` + preview + `]}`
	f.answers["POST /v1/environments/"+previewID+"/approve"] = `{"id":"` + createdID + `","trigger":"manual"}`

	return f
}

func TestApprove_SendsTheCommitThatWasLookedAt(t *testing.T) {
	t.Parallel()

	const approve = "POST /v1/environments/" + previewID + "/approve"

	commit := strings.Repeat("3f2a9c1b", 5)
	f := withFork(platformWith(t, projectJSON("shop", "https://git.example.com/shop", "trunk", "")), commit)
	b := signedInTo(t, f)

	require.Equal(t, ExitOK, b.run(t, "environments", "-p", "shop"), b.err.String())
	require.Contains(t, b.out.String(), "pull request 12 (waits for approval)")

	// Nobody is asked, and nobody has said what they looked at.
	require.Equal(t, ExitUsage, b.run(t, "environments", "approve", "pr-12", "-p", "shop", "-d"))
	require.Contains(t, b.err.String(), `Pull request 12 by eve: "Mend\x1b[2J it\nCommit 0000"`)
	require.Contains(t, b.err.String(), "nothing was approved")

	for _, other := range []string{"0000000", "3f2a", strings.Repeat("0", 40)} {
		require.Equal(t, ExitUsage, b.run(t, "environments", "approve", "pr-12", "-p", "shop", "-d", "--commit", other))
		require.Contains(t, b.err.String(), "commit "+commit+" waits, and not "+other)
	}

	require.Empty(t, f.sent(approve))

	require.Equal(t, ExitOK, b.run(t, "environments", "approve", "pr-12", "-p", "shop", "-d", "--commit", "3F2A9C1"), b.err.String())
	require.JSONEq(t, `{"commit":"`+commit+`"}`, f.sent(approve)[0])
}

func TestApprove_WhereNothingWaits_SaysSo(t *testing.T) {
	t.Parallel()

	b := signedInTo(t, withPreview(platformWith(t, projectJSON("shop", "https://git.example.com/shop", "trunk", ""))))
	require.Equal(t, ExitUsage, b.run(t, "environments", "approve", "feature", "-p", "shop"))
	require.Contains(t, b.err.String(), "nothing waits for an approval in feature")
}

package cli

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const (
	rollbackID = "01900000-0000-7000-8000-000000000001"
	pushID     = "01900000-0000-7000-8000-000000000002"
)

// pinnedProject is how the API lists a project that a rollback has pinned.
func pinnedProject() string {
	return fmt.Sprintf(`{"items":[{"id":"01900000-0000-7000-8000-000000000000","slug":"shop","pinned_by":%q,"held_deployment_id":%q}]}`,
		rollbackID, pushID)
}

func TestUnpin_SaysWhichDeploymentGoesOn(t *testing.T) {
	t.Parallel()

	const unpin = "POST /v1/projects/01900000-0000-7000-8000-000000000000/unpin"

	answers := map[string]string{"GET /v1/projects": pinnedProject(), unpin: `{"resumed_deployment_id":"` + pushID + `"}`}

	code, stdout, _ := runAgainst(t, answers, "unpin", "-p", "shop")
	require.Equal(t, ExitOK, code)
	require.Equal(t, "Unpinned shop. The push that waited goes on: "+pushID+"\n", stdout)

	code, stdout, _ = runAgainst(t, answers, "unpin", "-p", "shop", "--json")
	require.Equal(t, ExitOK, code)
	require.JSONEq(t, `{"resumed_deployment_id":"`+pushID+`"}`, stdout)

	answers[unpin] = `{}`
	code, stdout, _ = runAgainst(t, answers, "unpin", "-p", "shop")
	require.Equal(t, ExitOK, code)
	require.Equal(t, "Unpinned shop. No push waited; the next one is deployed.\n", stdout)
}

func TestProject_ThatIsPinned_ShowsTheRollbackAndThePushThatWaits(t *testing.T) {
	t.Parallel()

	_, stdout, _ := runAgainst(t, map[string]string{"GET /v1/projects": pinnedProject()}, "projects", "show", "shop")
	require.Regexp(t, `Pinned +by rollback `+rollbackID+"; pushes wait for `zeitwork unpin`\n", stdout)
	require.Regexp(t, `Held +push `+pushID+"\n", stdout)
}

func TestEvents_AreATableOfWhenAndWhat(t *testing.T) {
	t.Parallel()

	_, stdout, _ := runAgainst(t, map[string]string{
		"GET /v1/projects": pinnedProject(),
		"GET /v1/projects/01900000-0000-7000-8000-000000000000/events": `{"items":[
			{"id":"01900000-0000-7000-8000-000000000004","kind":"pinned","message":"The project is pinned by a rollback.","created_at":"2026-01-02T03:04:05Z"}]}`,
	}, "events", "-p", "shop")
	require.Regexp(t, `^WHEN +WHAT\n2026-01-02 +The project is pinned by a rollback\.\n$`, stdout)
}

func TestRollback_ThatIsLive_SaysThatItPinsAndHowToUndoThat(t *testing.T) {
	t.Parallel()

	live := `{"id":"` + rollbackID + `","state":"live","step":"flip_route","trigger":"rollback","url":"http://shop.example.com"}`
	answers := map[string]string{
		"POST /v1/deployments/" + pushID + "/rollback":             live,
		"GET /v1/deployments/" + rollbackID + "/events":            "event: deployment\ndata: " + live + "\n\n",
		"GET /v1/deployments/" + rollbackID + "/build-logs/stream": "event: end\ndata: {}\n\n",
	}

	code, stdout, stderr := runAgainst(t, answers, "rollback", pushID)
	require.Equal(t, ExitOK, code)
	require.Equal(t, "http://shop.example.com\n", stdout)
	require.Contains(t, stderr, "`zeitwork unpin`")
	require.Contains(t, stderr, "`zeitwork deploy`")

	failed := strings.Replace(live, `"live"`, `"cancelled"`, 1)
	answers["GET /v1/deployments/"+rollbackID+"/events"] = "event: deployment\ndata: " + failed + "\n\n"

	code, _, stderr = runAgainst(t, answers, "rollback", pushID)
	require.Equal(t, ExitStopped, code)
	require.NotContains(t, stderr, "pinned")
}

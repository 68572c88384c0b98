package cli

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const (
	rollbackID = "01900000-0000-7000-8000-000000000001"
	pushID     = "01900000-0000-7000-8000-000000000002"
)

// runAgainst runs a command against an API that answers each "METHOD path" with the body given, and returns the exit code and what the
// command wrote.
func runAgainst(t *testing.T, answers map[string]string, arguments ...string) (code int, stdout, stderr string) {
	t.Helper()

	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, known := answers[r.Method+" "+r.URL.Path]

		switch {
		case !known:
			w.WriteHeader(http.StatusNotFound)
		case strings.HasPrefix(body, "event:"):
			w.Header().Set("Content-Type", "text/event-stream")
		default:
			w.Header().Set("Content-Type", "application/json")
		}

		if r.Method == http.MethodPost && strings.Contains(body, `"trigger"`) {
			w.WriteHeader(http.StatusCreated)
		}

		_, _ = io.WriteString(w, body)
	}))
	t.Cleanup(server.Close)

	environment := map[string]string{"ZEITWORK_API_URL": server.URL, "ZEITWORK_TOKEN": "zwu_x", "XDG_CONFIG_HOME": t.TempDir()}

	var out, messages bytes.Buffer

	for _, command := range Commands(Terminal{Out: &out, Err: &messages, Environ: environment}) {
		if command.Name() != arguments[0] {
			continue
		}

		command.SetArgs(arguments[1:])
		command.SilenceErrors, command.SilenceUsage = true, true

		err := command.ExecuteContext(t.Context())

		return ExitCode(err), out.String(), messages.String()
	}

	require.Fail(t, "there is no such command", arguments[0])

	return 0, "", ""
}

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
	require.Regexp(t, `^WHEN +WHAT\n[0-9hms]+ ago +The project is pinned by a rollback\.\n$`, stdout)
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

package cli

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const (
	logProject    = "01900000-0000-7000-8000-0000000000a1"
	logDeployment = "01900000-0000-7000-8000-0000000000d1"
	logVM         = "01900000-0000-7000-8000-00005f0c21aa"
)

// runLogs runs `logs` against an API that has one project with one line in its log, and returns the stream that was asked for.
func runLogs(t *testing.T, arguments ...string) (asked string, code int, stdout, message string) {
	t.Helper()

	line := fmt.Sprintf(`{"id":7,"deployment_id":%q,"vm_id":%q,"stream":"stderr","line":"hello","logged_at":"2026-11-29T10:00:00Z"}`, logDeployment, logVM)

	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")

		switch {
		case r.URL.Path == "/v1/projects":
			_, _ = fmt.Fprintf(w, `{"items":[{"id":%q,"slug":"shop","live_deployment_id":%q}]}`, logProject, logDeployment)
		case r.URL.Path == "/v1/projects/"+logProject+"/deployments":
			_, _ = fmt.Fprintf(w, `{"items":[{"id":%q,"state":"live"}]}`, logDeployment)
		case r.URL.Path == "/v1/deployments/"+logDeployment:
			_, _ = fmt.Fprintf(w, `{"id":%q,"project_id":%q,"vms":[{"id":%q,"kind":"app"}]}`, logDeployment, logProject, logVM)
		case strings.HasSuffix(r.URL.Path, "/requests/stream"):
			asked = strings.TrimPrefix(r.URL.Path, "/v1/") + "?" + r.URL.Query().Encode()

			w.Header().Set("Content-Type", "text/event-stream")
			_, _ = fmt.Fprintf(w, "id: 7\nevent: request\ndata: {\"started_at\":\"2026-11-29T10:00:00Z\",\"region\":\"here\",\"status\":502,\"duration_ms\":12.3,"+
				"\"method\":\"GET\",\"path\":\"/api/a%%0Ab\",\"attempts\":2,\"vm_id\":%q}\n\n", logVM)
		case strings.HasSuffix(r.URL.Path, "/stream"):
			asked = strings.TrimPrefix(r.URL.Path, "/v1/") + "?" + r.URL.Query().Encode()

			w.Header().Set("Content-Type", "text/event-stream")
			_, _ = io.WriteString(w, "id: 7\nevent: line\ndata: "+line+"\n\n")
		default:
			w.WriteHeader(http.StatusNotFound)
		}
	}))
	t.Cleanup(server.Close)

	var out bytes.Buffer

	environ := map[string]string{"ZEITWORK_API_URL": server.URL, "ZEITWORK_TOKEN": "zwu_x", "XDG_CONFIG_HOME": t.TempDir()}

	for _, command := range Commands(Terminal{Out: &out, Err: io.Discard, Environ: environ}) {
		if command.Name() == "logs" {
			command.SetArgs(arguments)
			command.SilenceErrors, command.SilenceUsage = true, true

			err := command.ExecuteContext(t.Context())
			if err != nil {
				message = err.Error()
			}

			return asked, ExitCode(err), out.String(), message
		}
	}

	t.Fatal("there is no command logs")

	return "", 0, "", ""
}

func TestLogs_AskTheAPIForWhatTheFlagsSay(t *testing.T) {
	t.Parallel()

	project, one := "projects/"+logProject+"/logs/stream", "deployments/"+logDeployment

	for arguments, want := range map[string]string{
		"":                                     project + "?environment_id=" + logProject + "&follow=false&tail=100",
		"--tail -1":                            project + "?environment_id=" + logProject + "&follow=false&tail=-1",
		"--since 2026-11-29T10:00:00Z":         project + "?environment_id=" + logProject + "&follow=false&since=2026-11-29T10%3A00%3A00Z&tail=-1",
		"--since 2026-11-29T10:00:00Z -n 5":    project + "?environment_id=" + logProject + "&follow=false&since=2026-11-29T10%3A00%3A00Z&tail=5",
		"--grep error --instance 5f0c21aa":     project + "?environment_id=" + logProject + "&follow=false&q=error&tail=100&vm_id=" + logVM,
		"--instance " + logVM:                  project + "?environment_id=" + logProject + "&follow=false&tail=100&vm_id=" + logVM,
		logDeployment + " --instance 5f0c21aa": one + "/runtime-logs/stream?follow=false&tail=100&vm_id=" + logVM,
		"--level error --tail -1":              project + "?environment_id=" + logProject + "&follow=false&level=error%2Cfatal&tail=-1",
		"--build --grep warn":                  one + "/build-logs/stream?follow=false&q=warn&tail=-1",
	} {
		asked, code, stdout, message := runLogs(t, append(strings.Fields(arguments), "-p", "shop")...)
		require.Zero(t, code, "%s: %s", arguments, message)
		require.Equal(t, want, asked, arguments)

		at := time.Date(2026, 11, 29, 10, 0, 0, 0, time.UTC).Local() //nolint:gosmopolitan // As the command does.
		require.Equal(t, at.Format("2006-01-02 15:04:05.000")+" 5f0c21aa stderr hello\n", stdout)
	}
}

func TestLogs_FlagsThatCannotBe_AreTheUsersToMend(t *testing.T) {
	t.Parallel()

	for arguments, says := range map[string]string{
		"--tail -2":                   "from 0 to 5000",
		"--tail 5001":                 "from 0 to 5000",
		"--since yesterday":           "15m, 2h or 3d",
		"--since -1h":                 "15m, 2h or 3d",
		"--instance nope":             "There are 5f0c21aa",
		"--build --instance 5f0c21aa": "a build has no instances",
		"--build --level warn":        "lines of a build have no levels",
		"--level loud":                "trace, debug, info, warn, error, fatal",
	} {
		asked, code, _, message := runLogs(t, append(strings.Fields(arguments), "-p", "shop")...)
		require.Equal(t, ExitUsage, code, arguments)
		require.Contains(t, message, says, arguments)
		require.Empty(t, asked, arguments)
	}
}

func TestTimeOf_ReadsDurationsAndTimes(t *testing.T) {
	t.Parallel()

	now := time.Date(2026, 11, 29, 10, 0, 0, 0, time.UTC)

	for text, want := range map[string]time.Time{
		"15m": now.Add(-15 * time.Minute), "1h30m": now.Add(-90 * time.Minute), "2d": now.AddDate(0, 0, -2), "2026-01-02T03:04:05Z": time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC),
	} {
		at, err := timeOf(text, now)
		require.NoError(t, err, text)
		require.True(t, want.Equal(at), "%s: %s", text, at)
	}
}

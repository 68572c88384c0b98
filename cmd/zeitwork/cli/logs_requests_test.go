package cli

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
)

func TestLogsRequests_AskTheAPIForWhatTheFlagsSay(t *testing.T) {
	t.Parallel()

	const stream = "projects/" + logProject + "/requests/stream"

	for arguments, want := range map[string]string{
		"--requests": stream + "?environment_id=" + logProject + "&follow=false&tail=100",
		"--requests --since 2026-11-29T10:00:00Z":         stream + "?environment_id=" + logProject + "&follow=false&from=2026-11-29T10%3A00%3A00Z&tail=1000",
		"--requests --status 5xx --grep /api":             stream + "?environment_id=" + logProject + "&follow=false&path=%2Fapi&status=5xx&tail=100",
		"--requests " + logDeployment:                     stream + "?deployment_id=" + logDeployment + "&follow=false&tail=100",
		"--requests --instance 5f0c21aa":                  stream + "?environment_id=" + logProject + "&follow=false&tail=100&vm_id=" + logVM,
		logDeployment + " --requests --instance " + logVM: stream + "?deployment_id=" + logDeployment + "&follow=false&tail=100&vm_id=" + logVM,
	} {
		asked, code, stdout, message := runLogs(t, append(strings.Fields(arguments), "-p", "shop")...)
		require.Zero(t, code, "%s: %s", arguments, message)
		require.Equal(t, want, asked, arguments)

		at := time.Date(2026, 11, 29, 10, 0, 0, 0, time.UTC).Local() //nolint:gosmopolitan // As the command does.
		require.Equal(t, at.Format("2006-01-02 15:04:05.000")+" 5f0c21aa here 502 12ms 0B GET /api/a%0Ab (sent to 2 instances)\n", stdout)
	}
}

func TestLogsRequests_FlagsThatCannotBe_AreTheUsersToMend(t *testing.T) {
	t.Parallel()

	for arguments, says := range map[string]string{
		"--requests --build":     "give one of them",
		"--requests --tail 1001": "from 0 to 1000 with --requests",
		"--status 5xx":           "give --requests, too",
	} {
		asked, code, _, message := runLogs(t, append(strings.Fields(arguments), "-p", "shop")...)
		require.Equal(t, ExitUsage, code, arguments)
		require.Contains(t, message, says, arguments)
		require.Empty(t, asked, arguments)
	}
}

func TestRequestLine_SaysWhoAnsweredAndWhatIsMissing(t *testing.T) {
	t.Parallel()

	at := time.Date(2026, 11, 29, 10, 0, 0, 0, time.UTC)
	shown := at.Local().Format("2006-01-02 15:04:05.000") //nolint:gosmopolitan // As the command does.

	require.Equal(t, shown+" edge here 503 1.2ms 0B GET /", requestLine(client.RequestRecord{
		StartedAt: at, Region: "here", Status: new(int64(503)), DurationMs: new(1.234), Method: new("GET"), Path: new("/"),
	}))
	require.Equal(t, shown+" 5f0c21aa here 200 3.5s 5120B GET / (broke off)", requestLine(client.RequestRecord{
		StartedAt: at, Region: "here", Status: new(int64(200)), DurationMs: new(3500.4), Method: new("GET"), Path: new("/"), Interrupted: new(true), BytesOut: new(int64(5120)),
		VMID: new(uuid.MustParse(logVM)),
	}))
	require.Equal(t, shown+" Requests are missing here (7).", requestLine(client.RequestRecord{StartedAt: at, Message: new("Requests are missing here (7).")}))
}

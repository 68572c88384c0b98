package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/id"
)

func (b *testBundle) readProjectLog(t *testing.T, project uuid.UUID, query string) *client.LogPage {
	t.Helper()

	answer, page := b.send(t, http.MethodGet, b.tokens.User, "/v1/projects/"+project.String()+"/logs?"+query, "", nil), &client.LogPage{}
	require.Equal(t, http.StatusOK, answer.StatusCode, answer.text)
	require.NoError(t, json.Unmarshal([]byte(answer.text), page))

	return page
}

func TestProjectLog_IsFilteredByLevelStreamDeploymentAndTime(t *testing.T) {
	t.Parallel()

	b := setup(t)
	project, now := b.project(t), time.Now()
	older, newer := b.logged(t, project.ID), b.logged(t, project.ID)
	one, two := b.appVM(t, older, "10.72.1.2"), b.appVM(t, newer, "10.72.1.3")

	b.wrote(t, one, 1, now.Add(-3*time.Hour), "starting", "ERROR of old")
	b.wrote(t, two, 1, now.Add(-time.Hour), `{"level":50,"msg":"pino failed","user":{"id":7}}`, `level=warn msg="slow query"`, "[debug] x")

	shipped, err := b.node.ShipLogsWithResponse(t.Context(), client.ShipLogsInputBody{VMID: two, Lines: []client.ShippedLogLine{
		{Sequence: 10, Stream: "stderr", Line: "no level at all", LoggedAt: now}, {Sequence: 11, Stream: "system", Line: "Error: the platform says", LoggedAt: now},
	}})
	require.NoError(t, err)
	require.Equal(t, http.StatusNoContent, shipped.StatusCode())

	at := func(ago time.Duration) string { return now.Add(-ago).UTC().Format(time.RFC3339Nano) }

	for query, want := range map[string][]string{
		"level=error":                           {"ERROR of old", `{"level":50,"msg":"pino failed","user":{"id":7}}`},
		"level=warn,debug":                      {`level=warn msg="slow query"`, "[debug] x"},
		"level=none":                            {"starting", "no level at all", "Error: the platform says"},
		"level=error&q=pino":                    {`{"level":50,"msg":"pino failed","user":{"id":7}}`},
		"stream=stderr":                         {"no level at all"},
		"stream=stderr,system":                  {"no level at all", "Error: the platform says"},
		"q=-level%20-error%20-/^.debug/":        {"starting"},
		"deployment_id=" + older.String():       {"starting", "ERROR of old"},
		"vm_id=" + two.String() + "&level=warn": {`level=warn msg="slow query"`},
		"deployment_id=" + older.String() + "&vm_id=" + two.String(): {},
		"deployment_id=" + id.New().String():                         {},
		"until=" + at(2*time.Hour):                                   {"starting", "ERROR of old"},
		"until=" + at(2*time.Hour) + "&tail=1":                       {"ERROR of old"},
		"since=" + at(2*time.Hour) + "&until=" + at(30*time.Minute):  {`{"level":50,"msg":"pino failed","user":{"id":7}}`, `level=warn msg="slow query"`, "[debug] x"},
		"until=" + at(24*time.Hour):                                  {},
	} {
		require.Equal(t, want, texts(b.readProjectLog(t, project.ID, query)), query)
	}

	foreign := b.logged(t, b.project(t).ID)
	require.Empty(t, b.readProjectLog(t, project.ID, "deployment_id="+foreign.String()).Items, "a deployment of another project")

	all := b.readProjectLog(t, project.ID, "")
	require.EqualValues(t, 7, all.Scanned)
	require.Nil(t, all.ScannedTo)
	require.Equal(t, []string{"", "error", "error", "warn", "debug", "", ""}, lo.Map(all.Items, func(l client.LogLine, _ int) string { return string(lo.FromPtr(l.Level)) }))
	require.Equal(t, "pino failed", *all.Items[2].Message)
	require.Equal(t, map[string]any{"level": 50.0, "msg": "pino failed", "user": map[string]any{"id": 7.0}}, *all.Items[2].Fields)
	require.Nil(t, all.Items[3].Fields)

	refused := b.send(t, http.MethodGet, b.tokens.User, "/v1/projects/"+project.ID.String()+"/logs?level=loud", "", nil)
	require.Equal(t, http.StatusUnprocessableEntity, refused.StatusCode)
}

func TestProjectLogStream_SendsWhatItsFilterAccepts_WithFields(t *testing.T) {
	t.Parallel()

	b := setup(t)
	project := b.project(t)
	vm := b.appVM(t, b.logged(t, project.ID), "10.72.1.2")

	stream := b.stream(t, "/v1/projects/"+project.ID.String()+"/logs/stream?level=error,fatal&q=-healthz", "")
	b.wrote(t, vm, 1, time.Now(), "INFO fine", `{"level":"error","msg":"of healthz"}`, `{"level":"error","msg":"broken"}`)

	event, line := stream.next(t), LogLine{}
	require.NoError(t, json.Unmarshal([]byte(event.data), &line))
	require.Equal(t, "broken", line.Message)
	require.Equal(t, "error", line.Level)
	require.Equal(t, map[string]any{"level": "error", "msg": "broken"}, line.Fields)
}

func TestLogContext_ShowsWhatStandsAroundALine(t *testing.T) {
	t.Parallel()

	b := setup(t)
	project := b.project(t)
	deployment := b.logged(t, project.ID)
	one, two := b.appVM(t, deployment, "10.72.1.2"), b.appVM(t, b.logged(t, project.ID), "10.72.1.3")

	for i := range int64(5) {
		b.wrote(t, one, i+1, time.Now(), fmt.Sprintf("one %d", i))
		b.wrote(t, two, i+1, time.Now(), fmt.Sprintf("two %d", i))
	}

	line := b.readProjectLog(t, project.ID, "q=%22one%202%22").Items[0]
	around := func(query string) *client.LogPage {
		return b.readProjectLogAt(t, project.ID, fmt.Sprintf("/context?around=%d%s", line.ID, query))
	}

	part := around("&before=2&after=1")
	require.Equal(t, []string{"one 1", "two 1", "one 2", "two 2"}, texts(part))
	require.Equal(t, []string{"one 0", "two 0"}, texts(b.readProjectLog(t, project.ID, fmt.Sprintf("before=%d", *part.NextBefore))))
	require.Equal(t, "one 3", b.readProjectLog(t, project.ID, fmt.Sprintf("after=%d", *part.NextAfter)).Items[0].Line)

	whole := around("")
	require.Len(t, whole.Items, 10)
	require.Nil(t, whole.NextAfter)
	require.Nil(t, whole.NextBefore)

	require.Equal(t, []string{"one 2"}, texts(around("&before=0&after=0")))
	require.Equal(t, []string{"one 1", "one 2", "one 3"}, texts(around("&before=1&after=1&within=vm")))
	require.Equal(t, []string{"one 1", "one 2", "one 3"}, texts(around("&before=1&after=1&within=deployment")))
	require.Len(t, around("&within=project").Items, 10)

	for path, who := range map[string]string{
		"/v1/projects/" + b.project(t).ID.String() + fmt.Sprintf("/logs/context?around=%d", line.ID): b.tokens.User,
		"/v1/projects/" + project.ID.String() + "/logs/context?around=999999":                        b.tokens.User,
		"/v1/projects/" + project.ID.String() + fmt.Sprintf("/logs/context?around=%d", line.ID):      b.strangerToken,
	} {
		require.Equal(t, http.StatusNotFound, b.send(t, http.MethodGet, who, path, "", nil).StatusCode, path)
	}
}

func (b *testBundle) readProjectLogAt(t *testing.T, project uuid.UUID, path string) *client.LogPage {
	t.Helper()

	answer, page := b.send(t, http.MethodGet, b.tokens.User, "/v1/projects/"+project.String()+"/logs"+path, "", nil), &client.LogPage{}
	require.Equal(t, http.StatusOK, answer.StatusCode, answer.text)
	require.NoError(t, json.Unmarshal([]byte(answer.text), page))

	return page
}

// TestRuntimeLog_OfAnythingThatAnAppWrites_ComesBackHarmless: text stays text, also in fields, and only colours are left of what a terminal obeys.
func TestRuntimeLog_OfAnythingThatAnAppWrites_ComesBackHarmless(t *testing.T) {
	t.Parallel()

	b := setup(t)
	project := b.project(t)
	vm := b.appVM(t, b.logged(t, project.ID), "10.72.1.2")
	long := strings.Repeat("x", 12_000)

	b.wrote(t, vm, 1, time.Now(),
		"<img src=x onerror=alert(1)>", "abc\u202egpj.exe", long, "a\x00b", "a\ufffdb", "\x1b[33mwarn\x1b[0m: \x1b]52;c;eA==\ax\rover",
		`{"msg":"\u001b]0;t\u0007<b>\u0000","`+strings.Repeat("k", 3000)+`":{"a":{"b":{"c":{"d":1}}}}}`,
	)

	page := b.readProjectLog(t, project.ID, "")
	require.Equal(t, []string{"<img src=x onerror=alert(1)>", "abc\u202egpj.exe", long, "a\ufffdb", "a\ufffdb", "\x1b[33mwarn\x1b[0m: x␍over"}, texts(page)[:6])
	require.EqualValues(t, "warn", *page.Items[5].Level)

	object := page.Items[6]
	require.Equal(t, "<b>␀", *object.Message)
	require.True(t, *object.FieldsCut)
	require.Equal(t, map[string]any{"msg": "<b>␀", strings.Repeat("k", 2048) + "…": map[string]any{"a": map[string]any{"b": map[string]any{"c": "…"}}}}, *object.Fields)

	// Bytes that are no UTF-8, which a node replaces: one that did not is refused or has them replaced, and nothing breaks.
	answer := b.post(t, b.tokens.Node, "/v1/node/logs", `{"vm_id":"`+vm.String()+`","lines":[{"sequence":99,"stream":"stdout","line":"a`+"\xff"+`b","logged_at":"2026-01-01T00:00:00Z"}]}`,
		http.Header{"Content-Type": {"application/json"}})
	require.Less(t, answer.StatusCode, http.StatusInternalServerError, answer.text)
}

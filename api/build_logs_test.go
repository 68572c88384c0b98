package api

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/database"
)

// buildLinesOf stores so many lines of the deployment at once: what line returns for each number.
func (b *testBundle) buildLinesOf(t *testing.T, deployment uuid.UUID, count int, line func(number int) string) {
	t.Helper()

	_, err := b.pool.Exec(t.Context(), `INSERT INTO build_logs (deployment_id, step, stream, line, logged_at) SELECT $1, 'build', 'stdout', unnest($2::text[]), now()`,
		deployment, lo.Times(count, func(i int) string { return line(i + 1) }))
	require.NoError(t, err)
}

func (b *testBundle) readBuildLog(t *testing.T, deployment uuid.UUID, params client.ListBuildLogsParams) *client.LogPage {
	t.Helper()

	answer, err := b.owner.ListBuildLogsWithResponse(t.Context(), deployment, &params)
	require.NoError(t, err)
	require.NotNil(t, answer.JSON200, "%s", answer.Body)

	return answer.JSON200
}

func numbersOf(page *client.LogPage) []int32 {
	return lo.Map(page.Items, func(line client.LogLine, _ int) int32 { return lo.FromPtr(line.Number) })
}

func TestBuildLog_IsReadByTheNumbersOfItsLines(t *testing.T) {
	t.Parallel()

	b := setup(t)
	project := b.project(t)
	deployment, other := b.deployment(t, project.ID), b.deployment(t, project.ID)

	for i := range 3 { // Both write at once, so that ids have gaps and numbers have none.
		b.buildLinesOf(t, deployment.ID, 2, func(number int) string { return fmt.Sprintf("line %d", 2*i+number) })
		b.buildLinesOf(t, other.ID, 1, func(int) string { return "of another" })
	}

	all := b.readBuildLog(t, deployment.ID, client.ListBuildLogsParams{})
	require.Equal(t, []int32{1, 2, 3, 4, 5, 6}, numbersOf(all))
	require.Equal(t, client.BuildLogExtent{FirstLine: 1, Total: 6, Missing: []client.MissingLogLines{}}, *all.Log)

	part := b.readBuildLog(t, deployment.ID, client.ListBuildLogsParams{From: new(int32(3)), Limit: new(int64(2))})
	require.Equal(t, []string{"line 3", "line 4"}, texts(part))
	require.Equal(t, []int32{3, 4}, numbersOf(part))
	require.EqualValues(t, 6, part.Log.Total)

	require.Empty(t, b.readBuildLog(t, deployment.ID, client.ListBuildLogsParams{From: new(int32(7))}).Items)
	require.Equal(t, []int32{1, 2, 3}, numbersOf(b.readBuildLog(t, other.ID, client.ListBuildLogsParams{From: new(int32(1))})))

	// Older lines go, and the others keep their numbers.
	b.exec(t, "DELETE FROM build_logs WHERE deployment_id = $1 AND number < 3", deployment.ID)
	b.buildLinesOf(t, deployment.ID, 1, func(int) string { return "line 7" })

	rest := b.readBuildLog(t, deployment.ID, client.ListBuildLogsParams{From: new(int32(1))})
	require.Equal(t, []int32{3, 4, 5, 6, 7}, numbersOf(rest))
	require.Equal(t, client.BuildLogExtent{FirstLine: 3, Total: 7, Missing: []client.MissingLogLines{}}, *rest.Log)
}

func TestBuildLog_ThatIsOlderThanTheNumbers_GetsThemWhenItIsRead(t *testing.T) {
	t.Parallel()

	b := setup(t)
	deployment := b.deployment(t, b.project(t).ID)
	b.exec(t, "ALTER TABLE build_logs DISABLE TRIGGER build_logs_number_line")
	b.buildLinesOf(t, deployment.ID, 3, func(number int) string { return fmt.Sprintf("line %d", number) })

	page := b.readBuildLog(t, deployment.ID, client.ListBuildLogsParams{From: new(int32(2))})
	require.Equal(t, []int32{2, 3}, numbersOf(page))
	require.EqualValues(t, 3, page.Log.Total)
}

func TestBuildLog_WhereLinesWereNotKept_SaysSo(t *testing.T) {
	t.Parallel()

	b := setup(t)
	deployment := b.deployment(t, b.project(t).ID)
	b.buildLinesOf(t, deployment.ID, 3, func(int) string { return "x" })
	b.exec(t, "UPDATE build_logs SET missing = 7, stream = 'system' WHERE number = 2")

	page := b.readBuildLog(t, deployment.ID, client.ListBuildLogsParams{Tail: new(int64(2))})
	require.Equal(t, []client.MissingLogLines{{Number: 2, Lines: 7}}, page.Log.Missing)
	require.EqualValues(t, 7, *page.Items[0].Missing)
	require.Nil(t, page.Items[1].Missing)
}

func TestBuildLogSearch_FindsTheNumbersOfLines(t *testing.T) {
	t.Parallel()

	b := setup(t)
	deployment := b.deployment(t, b.project(t).ID)
	b.buildLinesOf(t, deployment.ID, 2_500, func(number int) string {
		return lo.Ternary(number%1000 == 0, fmt.Sprintf("\x1b[31mERR\x1b[0mOR in step %d", number), "fine")
	})

	search := func(params client.SearchBuildLogParams) client.BuildLogMatches {
		answer, err := b.owner.SearchBuildLogWithResponse(t.Context(), deployment.ID, &params)
		require.NoError(t, err)
		require.NotNil(t, answer.JSON200, "%s", answer.Body)

		return *answer.JSON200
	}

	require.Equal(t, client.BuildLogMatches{Lines: []int32{1000, 2000}, Total: 2, Scanned: 2500}, search(client.SearchBuildLogParams{Q: "error step"}))
	require.Equal(t, []int32{2000}, search(client.SearchBuildLogParams{Q: `"error in" -1000`}).Lines)
	require.Equal(t, []int32{1000}, search(client.SearchBuildLogParams{Q: `/step 1\d+$/`}).Lines)
	require.Equal(t, client.BuildLogMatches{Lines: []int32{2000}, Total: 1, Scanned: 1500}, search(client.SearchBuildLogParams{Q: "error", From: new(int32(1001))}))
	require.Equal(t, client.BuildLogMatches{Lines: []int32{1}, Total: 2498, Scanned: 2500}, search(client.SearchBuildLogParams{Q: "fine", Limit: new(int64(1))}))
	require.Empty(t, search(client.SearchBuildLogParams{Q: "nothing"}).Lines)
}

func TestBuildLogSearch_HoldsFewBytesOfALogOfLongLines(t *testing.T) {
	t.Parallel()

	const longestLine, batches = 16 << 10, 2

	require.LessOrEqual(t, batches*searchBatch*longestLine, 8<<20)
}

func TestLogs_PatternThatCannotBeRead_IsRefusedWithWhatIsWrong(t *testing.T) {
	t.Parallel()

	b := setup(t)
	project := b.project(t)
	deployment := "/v1/deployments/" + b.deployment(t, project.ID).ID.String()

	for _, path := range []string{
		deployment + "/build-logs/search", deployment + "/build-logs", deployment + "/build-logs/stream", deployment + "/runtime-logs", deployment + "/runtime-logs/stream",
		"/v1/projects/" + project.ID.String() + "/logs", "/v1/projects/" + project.ID.String() + "/logs/stream",
	} {
		answer := b.send(t, http.MethodGet, b.tokens.User, path+"?q=/a(/", "", nil)
		require.Equal(t, http.StatusUnprocessableEntity, answer.StatusCode, path)
		require.Contains(t, answer.text, "/a(/ is no regular expression (RE2): error parsing regexp: missing closing ): `a(`. Put the text in double quotes", path)
	}
}

func TestBuildLogGroups_TellHowInstructionsEndedAndWhereTheirLinesAre(t *testing.T) {
	t.Parallel()

	b := setup(t)
	deployment := b.deployment(t, b.project(t).ID)
	began := time.Now().Add(-time.Minute).UTC().Truncate(time.Second)

	attempt := b.attempt(t, deployment.ID)
	groups, err := json.Marshal([]map[string]any{
		{"number": 1, "name": "[1/3] FROM x", "state": "cached", "started_at": began, "ended_at": began},
		{"number": 2, "name": "[2/3] RUN <b>", "state": "failed", "error": "exit code: 1", "started_at": began, "ended_at": began.Add(1500 * time.Millisecond)},
		{"number": 3, "name": "[3/3] RUN y", "state": "running", "started_at": began},
	})
	require.NoError(t, err)
	require.NoError(t, b.queries.PutBuildLogGroups(t.Context(), deployment.ID, attempt, groups))

	of := []int32{0, 1, 2, 2, 3, 2, 0}
	_, err = b.queries.AppendBuildLog(t.Context(), database.AppendBuildLogParams{
		DeploymentID: deployment.ID, AttemptID: attempt, Step: "build", UnlessAbove: 1 << 60, GroupNumbers: of, Missing: make([]int32, len(of)),
		Streams: lo.RepeatBy(len(of), func(int) string { return "stdout" }), Lines: lo.RepeatBy(len(of), func(int) string { return "x" }),
		LoggedAt: lo.RepeatBy(len(of), func(int) time.Time { return began }),
	})
	require.NoError(t, err)

	list := func(params client.ListBuildLogGroupsParams) client.BuildLogGroups {
		answer, err := b.owner.ListBuildLogGroupsWithResponse(t.Context(), deployment.ID, &params)
		require.NoError(t, err)
		require.NotNil(t, answer.JSON200, "%s", answer.Body)

		return *answer.JSON200
	}

	whole := list(client.ListBuildLogGroupsParams{})
	require.Len(t, whole.Items, 3)
	require.Equal(t, client.BuildLogGroup{
		Number: 2, Name: "[2/3] RUN <b>", State: "failed", Error: new("exit code: 1"), Attempt: 1, StartedAt: began, EndedAt: new(began.Add(1500 * time.Millisecond)),
		DurationMs: new(int64(1500)), FirstLine: 3, LastLine: 6, Lines: 3, Ranges: []client.LogLineRange{{First: 3, Last: 4}, {First: 6, Last: 6}},
	}, whole.Items[1])
	require.Equal(t, client.BuildLogGroupState("running"), whole.Items[2].State)
	require.Nil(t, whole.Items[2].EndedAt)
	require.Equal(t, []int32{0, 1, 2, 2, 3, 2, 0}, lo.Map(b.readBuildLog(t, deployment.ID, client.ListBuildLogsParams{}).Items, func(l client.LogLine, _ int) int32 {
		return lo.FromPtr(l.Group)
	}))

	page := list(client.ListBuildLogGroupsParams{Limit: new(int64(1)), After: new(int32(1))})
	require.Len(t, page.Items, 1)
	require.EqualValues(t, 2, *page.NextAfter)

	// The worker dies: nothing of the attempt runs any more, whatever it told last.
	b.exec(t, "UPDATE deployment_steps SET state = 'retrying', ended_at = now() WHERE id = $1", attempt)

	last := list(client.ListBuildLogGroupsParams{After: new(int32(2))}).Items[0]
	require.Equal(t, client.BuildLogGroupState("cancelled"), last.State)
	require.NotNil(t, last.EndedAt)
}

func TestBuildLogDownload_HasAllLines(t *testing.T) {
	t.Parallel()

	b := setup(t)
	deployment := b.deployment(t, b.project(t).ID)
	path := "/v1/deployments/" + deployment.ID.String() + "/build-logs/download"

	require.Empty(t, b.send(t, http.MethodGet, b.tokens.User, path, "", nil).text)

	line := func(number int) string { return fmt.Sprintf("\x1b[32m%d\x1b[0m <b>\x1b[2J", number) }
	b.buildLinesOf(t, deployment.ID, 2_001, line)

	answer := b.send(t, http.MethodGet, b.tokens.User, path, "", nil)
	require.Equal(t, http.StatusOK, answer.StatusCode)
	require.Equal(t, "text/plain; charset=utf-8", answer.Header.Get("Content-Type"))
	require.Equal(t, "nosniff", answer.Header.Get("X-Content-Type-Options"))
	require.Contains(t, answer.Header.Get("Content-Disposition"), "attachment")

	lines := strings.Split(strings.TrimSuffix(answer.text, "\n"), "\n")
	require.Len(t, lines, 2_001)
	require.Equal(t, "\x1b[32m2001\x1b[0m <b>", lines[2_000])

	plain := b.send(t, http.MethodGet, b.tokens.User, path+"?ansi=false", "", nil).text
	require.True(t, strings.HasPrefix(plain, "1 <b>\n2 <b>\n"), plain[:20])
	require.Equal(t, http.StatusNotFound, b.send(t, http.MethodGet, b.strangerToken, path, "", nil).StatusCode)
}

func TestBuildLogDownload_TokenIsRevoked_EndsBeforeItsEnd(t *testing.T) {
	t.Parallel()

	b := setup(t)
	deployment := b.deployment(t, b.project(t).ID)
	token := b.makeToken(t, b.tokens.User, client.CreateTokenInputBody{Name: "download"})

	// At the pace of a stream so much takes several seconds more than the interval in which the token is looked at.
	const lines = 1_700

	b.buildLinesOf(t, deployment.ID, lines, func(int) string { return strings.Repeat("x", 16<<10) })

	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, b.http.URL+"/v1/deployments/"+deployment.ID.String()+"/build-logs/download", nil)
	require.NoError(t, err)
	request.Header.Set("Authorization", "Bearer "+token.Secret)

	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)

	defer func() { require.NoError(t, response.Body.Close()) }()

	require.Equal(t, http.StatusOK, response.StatusCode)
	b.exec(t, "UPDATE api_tokens SET revoked_at = now() WHERE id = $1", token.ID)

	read, err := io.Copy(io.Discard, response.Body)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF, "the reader sees that it is not all")
	require.Less(t, read, int64(lines*16<<10))
}

func TestBuildLogStream_FromALine_GoesOnWithoutAGapOrARepetition(t *testing.T) {
	t.Parallel()

	b := setup(t)
	deployment := b.deployment(t, b.project(t).ID)
	path := "/v1/deployments/" + deployment.ID.String() + "/build-logs/stream"

	b.buildLines(t, deployment.ID, "1", "2", "3", "4")

	stream := b.stream(t, path+"?from=3", "")
	require.Equal(t, "3", stream.line(t))

	seen := stream.next(t)
	stream.stop()
	b.buildLines(t, deployment.ID, "5")

	again := b.stream(t, path+"?from=3", seen.id)
	require.Equal(t, "5", again.line(t))
	b.buildLines(t, deployment.ID, "6")

	event, line := again.next(t), LogLine{}
	require.NoError(t, json.Unmarshal([]byte(event.data), &line))
	require.EqualValues(t, 6, line.Number)

	require.Equal(t, "6", b.stream(t, path+"?from=6&follow=false", "").line(t))
	require.Equal(t, receivedEvent{}, b.stream(t, path+"?from=7&follow=false", "").next(t))
}

// TestBuildLog_OfAnythingThatABuildWrites_ComesBackHarmless: text stays text, and only colours are left of what a terminal obeys.
func TestBuildLog_OfAnythingThatABuildWrites_ComesBackHarmless(t *testing.T) {
	t.Parallel()

	b := setup(t)
	deployment := b.deployment(t, b.project(t).ID)
	lines := []string{
		`<script>alert("x")</script> &amp;`, "abc\u202egpj.exe \u2067x", "\x1b[1;31mred\x1b[0m", "\x1b]0;title\a\x1b[2J\abell", strings.Repeat("é", 10_000), "",
	}
	b.buildLines(t, deployment.ID, lines...)

	page := b.readBuildLog(t, deployment.ID, client.ListBuildLogsParams{})
	require.Equal(t, []string{lines[0], lines[1], lines[2], "␇bell", lines[4], ""}, texts(page))

	raw := b.send(t, http.MethodGet, b.tokens.User, "/v1/deployments/"+deployment.ID.String()+"/build-logs", "", nil)
	require.Equal(t, "application/json", raw.Header.Get("Content-Type"))
	require.NotContains(t, raw.text, "\x1b")
}

package api

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/id"
)

// appVM makes a VM of the deployment with an address of its own.
func (b *testBundle) appVM(t *testing.T, deployment uuid.UUID, address string) uuid.UUID {
	t.Helper()

	vm := id.New()
	require.NoError(t, b.queries.CreateVM(t.Context(), database.CreateVMParams{
		ID: vm, DeploymentID: deployment, NodeID: b.nodeID, Kind: "app", IP: netip.MustParseAddr(address), Port: 8080, CPUMillis: 100, MemoryBytes: 64 << 20,
	}))

	return vm
}

// logged has the deployment at a step at which its log belongs to its project's.
func (b *testBundle) logged(t *testing.T, project uuid.UUID) uuid.UUID {
	t.Helper()

	deployment := b.deployment(t, project).ID
	_, err := b.pool.Exec(t.Context(), "UPDATE deployments SET step = 'health_check' WHERE id = $1", deployment)
	require.NoError(t, err)

	return deployment
}

// wrote ships lines of a VM that were written at that time.
func (b *testBundle) wrote(t *testing.T, vm uuid.UUID, first int64, at time.Time, lines ...string) {
	t.Helper()

	answer, err := b.node.ShipLogsWithResponse(t.Context(), client.ShipLogsInputBody{
		VMID: vm, Lines: lo.Map(lines, func(line string, i int) client.ShippedLogLine {
			return client.ShippedLogLine{Sequence: first + int64(i), Stream: "stdout", Line: line, LoggedAt: at}
		}),
	})
	require.NoError(t, err)
	require.Equal(t, http.StatusNoContent, answer.StatusCode(), "%s", answer.Body)
}

func texts(page *client.LogPage) []string {
	return lo.Map(page.Items, func(line client.LogLine, _ int) string { return line.Line })
}

func TestProjectLog_IsReadFromEitherEnd_AcrossDeployments(t *testing.T) {
	t.Parallel()

	b := setup(t)
	project, now := b.project(t), time.Now()
	older, newer := b.logged(t, project.ID), b.logged(t, project.ID)
	one, two, three := b.appVM(t, older, "10.72.1.2"), b.appVM(t, newer, "10.72.1.3"), b.appVM(t, newer, "10.72.1.4")

	b.wrote(t, one, 1, now.Add(-3*time.Hour), "1 old", "2 old")
	b.wrote(t, two, 1, now.Add(-2*time.Hour), "3 Timeout 100%")
	b.wrote(t, one, 3, now.Add(-2*time.Hour), "4 timeout")
	b.wrote(t, three, 1, now.Add(-time.Minute), "5 new")
	b.wrote(t, two, 2, now, "6 new", "7 new")

	// What another project writes is none of this one's.
	b.wrote(t, b.appVM(t, b.logged(t, b.project(t).ID), "10.72.1.5"), 1, now, "foreign timeout")

	read := func(params client.ListProjectLogsParams) *client.LogPage {
		answer, err := b.owner.ListProjectLogsWithResponse(t.Context(), project.ID, &params)
		require.NoError(t, err)
		require.NotNil(t, answer.JSON200, "%s", answer.Body)

		return answer.JSON200
	}
	number := func(n int64) *int64 { return &n }

	all := read(client.ListProjectLogsParams{})
	require.Equal(t, []string{"1 old", "2 old", "3 Timeout 100%", "4 timeout", "5 new", "6 new", "7 new"}, texts(all))
	require.Nil(t, all.NextAfter)
	require.Equal(t, []uuid.UUID{older, older, newer, older, newer, newer, newer},
		lo.Map(all.Items, func(l client.LogLine, _ int) uuid.UUID { return l.DeploymentID }))

	for name, test := range map[string]struct {
		params client.ListProjectLogsParams
		want   []string
	}{
		"the last":                {client.ListProjectLogsParams{Tail: number(3)}, []string{"5 new", "6 new", "7 new"}},
		"in front of a line":      {client.ListProjectLogsParams{Before: &all.Items[4].ID, Limit: number(2)}, []string{"3 Timeout 100%", "4 timeout"}},
		"behind a line":           {client.ListProjectLogsParams{After: &all.Items[1].ID, Limit: number(2)}, []string{"3 Timeout 100%", "4 timeout"}},
		"between lines":           {client.ListProjectLogsParams{After: &all.Items[1].ID, Before: &all.Items[4].ID}, []string{"3 Timeout 100%", "4 timeout"}},
		"a text":                  {client.ListProjectLogsParams{Q: new("TIMEOUT")}, []string{"3 Timeout 100%", "4 timeout"}},
		"a text, no pattern":      {client.ListProjectLogsParams{Q: new("t 100%")}, []string{"3 Timeout 100%"}},
		"the last with a text":    {client.ListProjectLogsParams{Q: new("timeout"), Tail: number(1)}, []string{"4 timeout"}},
		"since":                   {client.ListProjectLogsParams{Since: new(now.Add(-time.Hour))}, []string{"5 new", "6 new", "7 new"}},
		"since, the last":         {client.ListProjectLogsParams{Since: new(now.Add(-time.Hour)), Tail: number(5)}, []string{"5 new", "6 new", "7 new"}},
		"since before everything": {client.ListProjectLogsParams{Since: new(now.AddDate(-1, 0, 0)), Limit: number(1)}, []string{"1 old"}},
		"since behind everything": {client.ListProjectLogsParams{Since: new(now.Add(time.Hour))}, []string{}},
		"an instance":             {client.ListProjectLogsParams{VMID: &two}, []string{"3 Timeout 100%", "6 new", "7 new"}},
		"an instance and a text":  {client.ListProjectLogsParams{VMID: &one, Q: new("timeout")}, []string{"4 timeout"}},
		"the last of an instance": {client.ListProjectLogsParams{VMID: &one, Tail: number(2)}, []string{"2 old", "4 timeout"}},
		"an instance of no one":   {client.ListProjectLogsParams{VMID: new(id.New())}, []string{}},
	} {
		require.Equal(t, test.want, texts(read(test.params)), name)
	}

	// Page by page, from each end.
	forwards, backwards := []string{}, []string{}

	for params := (client.ListProjectLogsParams{Limit: number(2)}); ; {
		page := read(params)
		forwards = append(forwards, texts(page)...)

		if params.After = page.NextAfter; params.After == nil {
			break
		}
	}

	for params := (client.ListProjectLogsParams{Tail: number(2)}); ; {
		page := read(params)
		backwards = append(texts(page), backwards...)

		if params.Before = page.NextBefore; params.Before == nil {
			break
		}
	}

	require.Equal(t, texts(all), forwards)
	require.Equal(t, texts(all), backwards)

	of := func(params client.ListRuntimeLogsParams) []string {
		answer, err := b.owner.ListRuntimeLogsWithResponse(t.Context(), older, &params)
		require.NoError(t, err)
		require.NotNil(t, answer.JSON200, "%s", answer.Body)

		return texts(answer.JSON200)
	}
	require.Equal(t, []string{"2 old", "4 timeout"}, of(client.ListRuntimeLogsParams{Tail: number(2)}))
	require.Equal(t, []string{"4 timeout"}, of(client.ListRuntimeLogsParams{Since: new(now.Add(-150 * time.Minute))}))
}

func TestVMLog_IsReadFromAnyLine_AndOnlyByThoseWhoseItIs(t *testing.T) {
	t.Parallel()

	b := setup(t)
	project := b.project(t)
	deployment := b.logged(t, project.ID)
	one, other := b.appVM(t, deployment, "10.72.1.2"), b.appVM(t, deployment, "10.72.1.3")

	// Sequences need not begin with 1, nor be without gaps.
	for i := range int64(10) {
		b.wrote(t, one, 5+3*i, time.Now(), fmt.Sprintf("one %d", i))
		b.wrote(t, other, 1+i, time.Now(), fmt.Sprintf("other %d", i))
	}

	service := b.server.service

	ctx := b.admitted(t)

	all, err := service.runtimeLog(deployment)(ctx, wholeLog(100))
	require.NoError(t, err)
	require.Len(t, all, 20)

	// Whatever line a window begins or ends at, and from either end: the log of the VM is what the whole log has of it.
	for _, after := range append([]LogLine{{ID: 0}}, all...) {
		for _, before := range append([]LogLine{{ID: math.MaxInt64}}, all...) {
			for _, newest := range []bool{false, true} {
				window := logWindow{after: after.ID, before: before.ID, newest: newest, limit: 3}

				want := lo.Filter(all, func(l LogLine, _ int) bool { return *l.VMID == one && l.ID > window.after && l.ID < window.before })
				if newest {
					want = oldestFirst(want)
				}

				have, err := service.vmLog(one)(ctx, window)
				require.NoError(t, err)
				require.Equal(t, want[:min(len(want), 3)], append([]LogLine{}, have...), "%+v", window)
			}
		}
	}

	elsewhere := b.logged(t, b.project(t).ID)
	for path, vm := range map[string]uuid.UUID{
		"/v1/projects/" + project.ID.String() + "/logs":                    b.appVM(t, elsewhere, "10.72.1.4"),
		"/v1/deployments/" + elsewhere.String() + "/runtime-logs":          one,
		"/v1/deployments/" + deployment.String() + "/runtime-logs?limit=1": id.New(),
	} {
		answer := b.send(t, http.MethodGet, b.tokens.User, path+lo.Ternary(strings.Contains(path, "?"), "&", "?")+"vm_id="+vm.String(), "", nil)
		require.Equal(t, http.StatusOK, answer.StatusCode, answer.text)
		require.JSONEq(t, `{"items":[],"scanned":0}`, answer.text, path)
	}
}

func TestBuildLog_IsReadFromItsEndAndSearched(t *testing.T) {
	t.Parallel()

	b := setup(t)
	deployment := b.deployment(t, b.project(t).ID)
	b.buildLines(t, deployment.ID, "fetching", "WARN old package", "compiling", "done")

	read := func(params client.ListBuildLogsParams) []string {
		answer, err := b.owner.ListBuildLogsWithResponse(t.Context(), deployment.ID, &params)
		require.NoError(t, err)
		require.NotNil(t, answer.JSON200, "%s", answer.Body)

		return texts(answer.JSON200)
	}

	require.Equal(t, []string{"compiling", "done"}, read(client.ListBuildLogsParams{Tail: new(int64(2))}))
	require.Equal(t, []string{"WARN old package"}, read(client.ListBuildLogsParams{Q: new("warn")}))
	require.Len(t, read(client.ListBuildLogsParams{Since: new(time.Now().Add(-time.Hour))}), 4)
	require.Empty(t, read(client.ListBuildLogsParams{Since: new(time.Now().Add(time.Hour))}))
}

func TestProjectLogStream_GoesOnWithTheNextDeployment(t *testing.T) {
	t.Parallel()

	b := setup(t)
	project := b.project(t)
	first := b.logged(t, project.ID)
	one := b.appVM(t, first, "10.72.1.2")
	b.wrote(t, one, 1, time.Now(), "a", "b", "c")

	path := "/v1/projects/" + project.ID.String() + "/logs/stream"
	stream := b.stream(t, path+"?tail=2", "")
	require.Equal(t, "b", stream.line(t))

	last := stream.next(t)

	two := b.appVM(t, b.logged(t, project.ID), "10.72.1.3")
	b.wrote(t, two, 1, time.Now(), "from the next deployment")
	require.Equal(t, "from the next deployment", stream.line(t))

	// One that comes back goes on behind what it saw, whatever it had begun with.
	again := b.stream(t, path+"?tail=1", last.id)
	require.Equal(t, "from the next deployment", again.line(t))

	filtered := b.stream(t, path+"?tail=0&q=ERROR", "")
	b.wrote(t, one, 4, time.Now(), "fine", "an error")
	require.Equal(t, "an error", filtered.line(t))

	deleted, err := b.owner.DeleteProjectWithResponse(t.Context(), project.ID, nil)
	require.NoError(t, err)
	require.Equal(t, http.StatusNoContent, deleted.StatusCode())
	require.Equal(t, receivedEvent{}, filtered.next(t), "the stream ends with the project")
}

// TestProjectLog_LinesOfTwoDeployments_AreCommittedInTheOrderOfTheirIDs: a reader that goes on behind the greatest id misses none.
func TestProjectLog_LinesOfTwoDeployments_AreCommittedInTheOrderOfTheirIDs(t *testing.T) {
	t.Parallel()

	b := setup(t)
	project := b.project(t)
	one, two := b.logged(t, project.ID), b.logged(t, project.ID)
	vm := b.appVM(t, two, "10.72.1.3")

	// A writer of the first deployment has its ids and has not committed.
	writer, err := b.pool.Begin(t.Context())
	require.NoError(t, err)

	queries := database.New(writer)
	require.NoError(t, queries.LockRuntimeLog(t.Context(), project.ID.String(), one.String()))
	_, err = queries.AppendRuntimeLog(t.Context(), database.AppendRuntimeLogParams{
		DeploymentID: one, VMID: b.appVM(t, one, "10.72.1.2"), Sequences: []int64{1}, Streams: []string{"stdout"}, Lines: []string{"first"}, LoggedAt: []time.Time{time.Now()},
	})
	require.NoError(t, err)

	shipped := make(chan error, 1)

	go func() {
		_, err := b.node.ShipLogsWithResponse(t.Context(), client.ShipLogsInputBody{
			VMID: vm, Lines: []client.ShippedLogLine{{Sequence: 1, Stream: "stdout", Line: "second", LoggedAt: time.Now()}},
		})
		shipped <- err
	}()

	require.Eventually(t, func() bool {
		var waiting int
		require.NoError(t, b.pool.QueryRow(t.Context(), `SELECT count(*) FROM pg_stat_activity
			WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%LockRuntimeLog%'`).Scan(&waiting))

		return waiting == 1
	}, 10*time.Second, 5*time.Millisecond, "the other deployment's writer waits for the first one's end")
	require.NoError(t, writer.Commit(t.Context()))
	require.NoError(t, <-shipped)

	lines, err := b.server.service.projectLog(project.ID, uuid.Nil)(b.admitted(t), wholeLog(10))
	require.NoError(t, err)
	require.Equal(t, []string{"first", "second"}, lo.Map(lines, func(l LogLine, _ int) string { return l.Line }))
}

// numbered is a log of count lines, a second apart, which counts what is read of it.
func numbered(count int, began time.Time, read *int) logReader {
	return func(_ context.Context, window logWindow) ([]LogLine, error) {
		var lines []LogLine

		for i := range count {
			n := int64(i + 1)
			if window.newest {
				n = int64(count - i)
			}

			if n > window.after && n < window.before && len(lines) < window.limit {
				lines = append(lines, LogLine{ID: n, Line: fmt.Sprintf("line %d.", n), LoggedAt: began.Add(time.Duration(n) * time.Second)})
			}
		}

		*read += len(lines)

		return lines, nil
	}
}

func TestSearch_LooksThroughABoundedNumberOfLines_AndSaysWhereToGoOn(t *testing.T) {
	t.Parallel()

	read, began := 0, time.Now()
	log := numbered(3*maxSearched/2, began, &read)
	filter, err := newLogFilter(LogFilterInput{Q: fmt.Sprintf(`"line %d."`, maxSearched+1)}, RuntimeFilterInput{})
	require.NoError(t, err)

	found, err := searchLog(t.Context(), log, wholeLog(10), filter)
	require.NoError(t, err)
	require.Empty(t, found.lines)
	require.EqualValues(t, maxSearched, found.reached)
	require.EqualValues(t, maxSearched, found.scanned)
	require.Equal(t, began.Add(maxSearched*time.Second), *found.scannedTo)
	require.Equal(t, maxSearched, read)

	window := wholeLog(10)
	window.after = found.reached

	found, err = searchLog(t.Context(), log, window, filter)
	require.NoError(t, err)
	require.Len(t, found.lines, 1)
	require.Zero(t, found.reached)
	require.Nil(t, found.scannedTo)
}

func TestStartOf_FindsATimeWithFewReads(t *testing.T) {
	t.Parallel()

	began, read := time.Now(), 0
	log := numbered(100_000, began, &read)

	start, err := startOf(t.Context(), log, began.Add(60_000*time.Second))
	require.NoError(t, err)
	require.EqualValues(t, 60_000-1-latestDelivery/time.Second, start)
	require.Less(t, read, 40)

	for _, since := range []time.Time{{}, began.Add(-time.Hour)} {
		start, err = startOf(t.Context(), log, since)
		require.NoError(t, err)
		require.Zero(t, start)
	}
}

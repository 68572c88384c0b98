package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/samber/lo"
	"github.com/samber/lo/mutable"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/id"
)

// passed is a request that an edge passed to a deployment at that time.
func passed(deployment uuid.UUID, at time.Time, path string) client.ShippedRequest {
	return client.ShippedRequest{
		ID: id.Of(at), DeploymentID: deployment, Method: http.MethodGet, Host: "shop.apps.example.com", Path: path, Status: http.StatusOK,
		DurationUs: 1500, FirstByteUs: 1200, BytesOut: 5, Attempts: 1, RequestID: "r-" + path[:min(len(path), 2)],
	}
}

func dropped(deployment uuid.UUID, at time.Time, count int64) client.DroppedRequests {
	return client.DroppedRequests{ID: id.Of(at), DeploymentID: deployment, Count: count}
}

// pass ships requests.
func (b *testBundle) pass(t *testing.T, requests ...client.ShippedRequest) {
	t.Helper()
	b.passWith(t, client.ShipRequestsInputBody{Requests: requests, Dropped: []client.DroppedRequests{}})
}

func (b *testBundle) passWith(t *testing.T, batch client.ShipRequestsInputBody) {
	t.Helper()

	answer, err := b.edge.ShipRequestsWithResponse(t.Context(), batch)
	require.NoError(t, err)
	require.Equal(t, http.StatusNoContent, answer.StatusCode(), "%s", answer.Body)
}

// requests are those of the project that the query chooses.
func (b *testBundle) requests(t *testing.T, project uuid.UUID, query string) client.PageRequestRecord {
	t.Helper()

	answer := b.send(t, http.MethodGet, b.tokens.User, "/v1/projects/"+project.String()+"/requests?"+query, "", nil)
	require.Equal(t, http.StatusOK, answer.StatusCode, answer.text)

	var page client.PageRequestRecord

	require.NoError(t, json.Unmarshal([]byte(answer.text), &page))

	return page
}

func paths(page client.PageRequestRecord) []string {
	return lo.Map(page.Items, func(r client.RequestRecord, _ int) string { return lo.FromPtr(r.Path) })
}

func TestRequests_AreListedNewestFirst_PageByPage(t *testing.T) {
	t.Parallel()

	b := setup(t)
	project := b.project(t).ID
	deployment, now := b.deployment(t, project).ID, time.Now()

	// They come in another order than that in which they began.
	for _, i := range []int{3, 0, 4, 1, 2} {
		b.pass(t, passed(deployment, now.Add(time.Duration(i)*time.Microsecond-time.Minute), fmt.Sprintf("/%d", i)))
	}

	var all []string

	for next := ""; ; {
		page := b.requests(t, project, "limit=2"+next)
		all = append(all, paths(page)...)

		if page.NextCursor == nil {
			break
		}

		next = "&cursor=" + *page.NextCursor
	}

	require.Equal(t, []string{"/4", "/3", "/2", "/1", "/0"}, all)

	first := b.requests(t, project, "limit=1").Items[0]
	require.Equal(t, client.RequestRecordKind("request"), first.Kind)
	require.Equal(t, project, first.EnvironmentID, "production's")
	require.Equal(t, "here", first.Region, "the edge's")
	require.WithinDuration(t, now.Add(-time.Minute), first.StartedAt, 2*time.Millisecond)
	require.InDelta(t, 1.5, *first.DurationMs, 0)
	require.InDelta(t, 1.2, *first.FirstByteMs, 0)
	require.Equal(t, "r-/4", *first.RequestID)
	require.Nil(t, first.VMID)
}

func TestRequests_AreFound(t *testing.T) {
	t.Parallel()

	b := setup(t)
	project := b.project(t).ID
	deployment, other, now := b.deployment(t, project).ID, b.deployment(t, project).ID, time.Now().Truncate(time.Millisecond)
	vm := id.New()

	one, two, three := passed(deployment, now.Add(-3*time.Hour), "/One%"), passed(deployment, now.Add(-2*time.Hour), "/two"), passed(other, now.Add(-time.Hour), "/three")
	one.Status, one.Method, one.VMID = http.StatusBadGateway, http.MethodPost, &vm
	two.Status, two.DurationUs = http.StatusNotFound, 2_000_000
	three.Status = http.StatusInternalServerError

	b.passWith(t, client.ShipRequestsInputBody{
		Requests: []client.ShippedRequest{one, two, three}, Dropped: []client.DroppedRequests{dropped(other, now.Add(-time.Minute), 7)},
	})

	at := func(hoursAgo int) string {
		return url.QueryEscape(now.Add(time.Duration(-hoursAgo) * time.Hour).Format(time.RFC3339Nano))
	}

	for query, found := range map[string][]string{
		"": {"", "/three", "/two", "/One%"}, "deployment_id=" + deployment.String(): {"/two", "/One%"}, "deployment_id=" + other.String(): {"", "/three"},
		"environment_id=" + project.String(): {"", "/three", "/two", "/One%"}, "environment_id=" + vm.String(): {},
		"vm_id=" + vm.String(): {"/One%"}, "status=5xx": {"/three", "/One%"}, "status=404": {"/two"}, "status=2xx": {},
		"method=POST": {"/One%"}, "method=post": {}, "path=" + url.QueryEscape("e%"): {"/One%"}, "path=t": {"/three", "/two"}, "path=_": {},
		"slower_than_ms=2000": {"/two"}, "slower_than_ms=2001": {}, "slower_than_ms=1&status=5xx&path=three": {"/three"},
		"from=" + at(1): {"", "/three"}, "to=" + at(1): {"/two", "/One%"}, "to=" + at(2): {"/One%"}, "from=" + at(2) + "&to=" + at(1): {"/two"},
	} {
		require.Equal(t, found, paths(b.requests(t, project, query)), query)
	}

	sampled := b.requests(t, project, "limit=1").Items[0]
	require.Equal(t, client.RequestRecordKind("sampled"), sampled.Kind)
	require.EqualValues(t, 7, *sampled.Dropped)
	require.Contains(t, *sampled.Message, "Requests are missing here (7)")

	for _, query := range []string{"status=abc", "status=0xx", "limit=201", "cursor=x", "path=%00"} {
		answer := b.send(t, http.MethodGet, b.tokens.User, "/v1/projects/"+project.String()+"/requests?"+query, "", nil)
		require.GreaterOrEqual(t, answer.StatusCode, http.StatusBadRequest, query)
		require.Less(t, answer.StatusCode, http.StatusInternalServerError, query)
	}
}

func TestRequests_OfAnotherOrganisation_AreNotFound(t *testing.T) {
	t.Parallel()

	b := setup(t)
	project := b.project(t).ID
	b.pass(t, passed(b.deployment(t, project).ID, time.Now(), "/"))

	for _, path := range []string{"/requests", "/requests/stream?follow=false"} {
		require.Equal(t, http.StatusNotFound, b.send(t, http.MethodGet, b.strangerToken, "/v1/projects/"+project.String()+path, "", nil).StatusCode)
	}

	rows, err := b.queries.ListRequestLogs(t.Context(), database.ListRequestLogsParams{
		ProjectID: project, OrganisationID: uuid.New(), Until: time.Now(), BeforeAt: time.Now(), BeforeID: uuid.Max, MaxRows: 10,
	})
	require.NoError(t, err)
	require.Empty(t, rows, "nor would a handler that forgets to ask find them")
}

func TestRequests_ShippedTwice_AreStoredOnce(t *testing.T) {
	t.Parallel()

	b := setup(t)
	project := b.project(t).ID
	deployment := b.deployment(t, project).ID
	one, two := passed(deployment, time.Now().Add(-2*time.Second), "/one"), passed(deployment, time.Now().Add(-time.Second), "/two")
	batch := client.ShipRequestsInputBody{
		Requests: []client.ShippedRequest{one, one, two}, Dropped: []client.DroppedRequests{dropped(deployment, time.Now(), 3)},
	}

	for range 3 {
		b.passWith(t, batch)
	}

	all := b.requests(t, project, "")
	require.Equal(t, []string{"", "/two", "/one"}, paths(all))
	require.EqualValues(t, 3, *all.Items[0].Dropped)
}

func TestRequests_ThatCannotBeKept_DoNotKeepOthersFromBeingStored(t *testing.T) {
	t.Parallel()

	b := setup(t)
	project := b.project(t).ID
	deployment, now := b.deployment(t, project).ID, time.Now()
	random := passed(deployment, now, "/no-time")
	random.ID = uuid.New()

	b.pass(t, passed(deployment, now.Add(-25*time.Hour), "/old"), passed(deployment, now.Add(2*time.Hour), "/ahead"), random,
		passed(id.New(), now, "/no-deployment"), passed(deployment, now, "/good"))

	require.Equal(t, []string{"/good"}, paths(b.requests(t, project, "")))
}

// TestRequests_OfADayWithoutAPartition_MakeIt since there is none where no worker has run for days.
func TestRequests_OfADayWithoutAPartition_MakeIt(t *testing.T) {
	t.Parallel()

	b := setup(t)
	project := b.project(t).ID
	deployment, now := b.deployment(t, project).ID, time.Now().UTC()
	// One day is within what is accepted but for the moment that this takes.
	yesterday := now.Add(-24*time.Hour + time.Minute)

	if yesterday.Day() == now.Day() {
		t.Skip("yesterday is not accepted any more in the last minute of a day")
	}

	b.exec(t, "DROP TABLE request_logs_"+yesterday.Format("20060102"))
	b.exec(t, "DROP TABLE request_logs_"+now.Format("20060102"))
	b.pass(t, passed(deployment, yesterday, "/yesterday"), passed(deployment, now, "/now"))

	require.Equal(t, []string{"/now", "/yesterday"}, paths(b.requests(t, project, "")))
	require.Contains(t, b.log.String(), "no worker has made partitions of requests for days")
}

func TestRequests_HostileText_IsKeptAsText(t *testing.T) {
	t.Parallel()

	b := setup(t)
	project := b.project(t).ID
	deployment := b.deployment(t, project).ID
	hostile := []string{"/<script>alert(1)</script>", "/a\u202eb", "/%00\x00", "/'; DROP TABLE request_logs; --", "/" + strings.Repeat("<", 1_000) + "…", ""}

	for i, path := range hostile {
		b.pass(t, passed(deployment, time.Now().Add(-time.Duration(i)*time.Second), path))
	}

	kept := slices.Clone(hostile)
	kept[2] = "/%00\uFFFD"
	require.Equal(t, kept, paths(b.requests(t, project, "")))

	long, err := b.edge.ShipRequestsWithResponse(t.Context(), client.ShipRequestsInputBody{
		Requests: []client.ShippedRequest{passed(deployment, time.Now(), "/"+strings.Repeat("x", 10_000))}, Dropped: []client.DroppedRequests{},
	})
	require.NoError(t, err)
	require.Equal(t, http.StatusUnprocessableEntity, long.StatusCode())
}

func TestRequests_OrganisationLogsTooMuch_AreDroppedAndTheListSaysHowMany(t *testing.T) {
	t.Parallel()

	b := setup(t)
	project := b.project(t).ID
	deployment := b.deployment(t, project).ID

	// A sixth of it may come at once, of which requests may take a quarter: two of 1,000 bytes.
	b.allow(t, database.SetQuotasParams{OrganisationID: b.organisation(t), LogBytesPerMinute: new(int64(6 * 4 * 2_100))})
	b.freezeLogs(t)
	b.newMinute(t)

	many := lo.Times(5, func(i int) client.ShippedRequest {
		request := passed(deployment, time.Now().Add(time.Duration(i)*time.Millisecond), fmt.Sprintf("/%d/", i))
		request.Path += strings.Repeat("x", 1_000-requestRowSize-len(request.Host)-len(request.Method)-len(request.Path))

		return request
	})
	b.pass(t, many...)
	b.pass(t, passed(deployment, time.Now(), "/later"+strings.Repeat("x", 500)))

	all := b.requests(t, project, "").Items
	told := lo.Filter(all, func(r client.RequestRecord, _ int) bool { return r.Kind == "over_quota" })
	require.Len(t, told, 1, "one for a minute")
	require.EqualValues(t, 4, *told[0].Dropped)
	require.Contains(t, *told[0].Message, "Requests of this minute are missing (4)")
	require.Len(t, all, 3)
	require.Len(t, b.requests(t, project, "method=GET").Items, 2)
}

func TestRequests_AsManyAsVisitorsSend_KeepNoAppFromLogging(t *testing.T) {
	t.Parallel()

	b := setup(t)
	deployment := b.logged(t, b.project(t).ID)
	vm := b.appVM(t, deployment, "10.72.1.2")
	line := strings.Repeat("x", 1023)

	// Four lines may come at once. The requests fill a quarter of that, whatever they would like.
	b.allow(t, database.SetQuotasParams{LogBytesPerMinute: new(int64(6 * 4 * 1024))})
	b.pass(t, lo.Times(100, func(i int) client.ShippedRequest { return passed(deployment, time.Now(), fmt.Sprintf("/%d", i)) })...)
	b.freezeLogs(t)

	b.wrote(t, vm, 1, time.Now(), line, line, line)

	page, err := b.owner.ListRuntimeLogsWithResponse(t.Context(), deployment, nil)
	require.NoError(t, err)
	require.Equal(t, []string{line, line, line}, texts(page.JSON200))
}

func shuffled(ids []uuid.UUID) []uuid.UUID {
	clone := slices.Clone(ids)
	mutable.Shuffle(clone)

	return clone
}

func TestRequests_ManyEdgesAtOnce_WaitForEachOtherInNoCircle(t *testing.T) {
	t.Parallel()

	b := setup(t)
	deployments := lo.Times(6, func(int) uuid.UUID { return b.deployment(t, b.project(t).ID).ID })

	var group errgroup.Group

	for range 8 {
		group.Go(func() error {
			for range 10 {
				answer, err := b.edge.ShipRequestsWithResponse(t.Context(), client.ShipRequestsInputBody{
					Requests: lo.Map(shuffled(deployments), func(of uuid.UUID, _ int) client.ShippedRequest { return passed(of, time.Now(), "/") }),
					Dropped:  []client.DroppedRequests{},
				})
				if err != nil || answer.StatusCode() != http.StatusNoContent {
					return fmt.Errorf("%w: %s", err, answer.Body)
				}
			}

			return nil
		})
	}

	require.NoError(t, group.Wait())

	var rows int

	require.NoError(t, b.pool.QueryRow(t.Context(), "SELECT count(*) FROM request_logs").Scan(&rows))
	require.Equal(t, 8*10*6, rows)
}

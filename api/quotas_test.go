package api

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/id"
)

// allow sets the numbers of the owner's organisation.
func (b *testBundle) allow(t *testing.T, numbers database.SetQuotasParams) {
	t.Helper()

	numbers.ID, numbers.OrganisationID = id.New(), b.organisation(t)
	require.NoError(t, b.queries.SetQuotas(t.Context(), numbers))
}

// conflicts counts the answers that are conflicts among those of concurrent requests, of which the others are as expected.
func conflicts(t *testing.T, count, expected int, send func(i int) answered) (refused int) {
	t.Helper()

	var (
		group   sync.WaitGroup
		answers = make([]answered, count)
	)

	for i := range count {
		group.Go(func() { answers[i] = send(i) })
	}

	group.Wait()

	for _, answer := range answers {
		if answer.StatusCode == http.StatusConflict {
			refused++

			continue
		}

		require.Equal(t, expected, answer.StatusCode, answer.text)
	}

	return refused
}

func TestQuotas_ManyProjectsAtOnce_NoMoreThanMayBe(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.allow(t, database.SetQuotasParams{Projects: new(int32(3))})

	refused := conflicts(t, 10, http.StatusCreated, func(i int) answered {
		return b.post(t, b.tokens.User, "/v1/projects", fmt.Sprintf(`{"name":"app %d","repository_url":"https://git.example.com/a.git"}`, i), nil)
	})
	require.Equal(t, 7, refused)

	answer := b.post(t, b.tokens.User, "/v1/projects", `{"name":"one more","repository_url":"https://git.example.com/a.git"}`, nil)
	require.Contains(t, answer.text, "Your organisation has 3 projects and may have 3. Delete one, or ask an operator of the platform for more.")

	// Another organisation has its own.
	require.Equal(t, http.StatusCreated, b.post(t, b.strangerToken, "/v1/projects", `{"name":"x","repository_url":"https://git.example.com/a.git"}`, nil).StatusCode)

	projects, err := b.owner.ListProjectsWithResponse(t.Context(), nil)
	require.NoError(t, err)

	deleted, err := b.owner.DeleteProjectWithResponse(t.Context(), projects.JSON200.Items[0].ID, nil)
	require.NoError(t, err)
	require.Equal(t, http.StatusNoContent, deleted.StatusCode())
	b.project(t)
}

func TestQuotas_ManyDomainsAtOnce_NoMoreThanMayBe(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.allow(t, database.SetQuotasParams{Domains: new(int32(2))})
	projects := []uuid.UUID{b.project(t).ID, b.project(t).ID}

	refused := conflicts(t, 10, http.StatusCreated, func(i int) answered {
		return b.post(t, b.tokens.User, "/v1/projects/"+projects[i%2].String()+"/domains", fmt.Sprintf(`{"hostname":"www%d.example.org"}`, i), nil)
	})
	require.Equal(t, 8, refused)

	answer := b.post(t, b.tokens.User, "/v1/projects/"+projects[0].String()+"/domains", `{"hostname":"another.example.org"}`, nil)
	require.Contains(t, answer.text, "Your organisation has 2 custom domains and may have 2. Take one away, or ask an operator of the platform for more.")
}

func TestQuotas_SettingsThatNothingCouldRun_AreAConflict(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.allow(t, database.SetQuotasParams{Instances: new(int32(4)), CPUMillis: new(int64(3000)), MemoryBytes: new(int64(2 << 30))})

	for settings, sentence := range map[string]string{
		`"instances":5,"cpu_millis":100`: "This needs 5 instances, and your organisation may use 4 instances at once.",
		`"instances":4`:                  "This needs 4 processors, and your organisation may use 3 processors at once.",
		`"memory_bytes":3221225472`:      "This needs 3 GiB of memory, and your organisation may use 2 GiB of memory at once.",
	} {
		answer := b.post(t, b.tokens.User, "/v1/projects", `{"name":"x","repository_url":"https://git.example.com/a.git",`+settings+`}`, nil)
		require.Equal(t, http.StatusConflict, answer.StatusCode, answer.text)
		require.Contains(t, answer.text, sentence)
	}

	project := b.project(t).ID
	change := func(settings string) answered {
		return b.send(t, http.MethodPatch, b.tokens.User, "/v1/projects/"+project.String(), "{"+settings+"}", http.Header{"Content-Type": {"application/json"}})
	}

	require.Equal(t, http.StatusConflict, change(`"instances":5`).StatusCode)
	require.Equal(t, http.StatusOK, change(`"instances":3`).StatusCode)

	// An operator may lower a quota below what is used. Less may be asked for still, and anything else be changed.
	b.allow(t, database.SetQuotasParams{Instances: new(int32(1))})
	require.Equal(t, http.StatusOK, change(`"instances":2,"branch":"other"`).StatusCode)
	require.Equal(t, http.StatusOK, change(`"branch":"another"`).StatusCode)
	require.Equal(t, http.StatusConflict, change(`"instances":3`).StatusCode)
}

func TestQuotas_LiveProjectsAreScaledAtOnce_NoMoreThanMayBe(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.allow(t, database.SetQuotasParams{Instances: new(int32(6))})

	live := lo.Times(4, func(int) uuid.UUID {
		project := b.project(t).ID
		b.flip(t, project, b.deployment(t, project).ID)

		return project
	})

	// Each runs one instance; two are free, and three of four get none of them.
	refused := conflicts(t, len(live), http.StatusOK, func(i int) answered {
		return b.send(t, http.MethodPatch, b.tokens.User, "/v1/projects/"+live[i].String(), `{"instances":3}`, http.Header{"Content-Type": {"application/json"}})
	})
	require.Equal(t, 3, refused)

	quotas, err := b.owner.GetOrganisationQuotasWithResponse(t.Context(), b.organisation(t))
	require.NoError(t, err)
	require.Equal(t, client.Quota{Limit: 6, Used: 6}, quotas.JSON200.Instances)
	require.Equal(t, client.Quota{Limit: 50_000, Used: 6000}, quotas.JSON200.CPUMillis)
	require.Equal(t, client.Quota{Limit: 100, Used: 4}, quotas.JSON200.Projects)
	require.Zero(t, quotas.JSON200.Builds.Used)
	require.NotZero(t, quotas.JSON200.RequestsPerMinute.Used)

	// What is not live yet may ask for what is free only later.
	b.allow(t, database.SetQuotasParams{Instances: new(int32(7))})

	waiting := b.project(t).ID
	answer := b.send(t, http.MethodPatch, b.tokens.User, "/v1/projects/"+waiting.String(), `{"instances":5}`, http.Header{"Content-Type": {"application/json"}})
	require.Equal(t, http.StatusOK, answer.StatusCode, answer.text)
}

func TestQuotas_AreSetByOperators_WhoAreInTheAuditLog(t *testing.T) {
	t.Parallel()

	b := setup(t)

	platform, err := b.owner.SetPlatformQuotasWithResponse(t.Context(), client.QuotaNumbers{Builds: new(int64(7)), Projects: new(int64(5))})
	require.NoError(t, err)
	require.Equal(t, int64(7), *platform.JSON200.Limits.Builds)
	require.Equal(t, int64(200), *platform.JSON200.Limits.Domains)
	require.Nil(t, platform.JSON200.Set.Domains)

	own, err := b.owner.SetQuotasWithResponse(t.Context(), "first", client.QuotaNumbers{Builds: new(int64(1))})
	require.NoError(t, err)
	require.Equal(t, int64(1), *own.JSON200.Limits.Builds)
	require.Equal(t, int64(5), *own.JSON200.Limits.Projects)

	// What is left out is taken away.
	own, err = b.owner.SetQuotasWithResponse(t.Context(), "first", client.QuotaNumbers{Projects: new(int64(9))})
	require.NoError(t, err)
	require.Equal(t, int64(7), *own.JSON200.Limits.Builds)

	shown, err := b.owner.GetQuotasWithResponse(t.Context(), "first")
	require.NoError(t, err)
	require.Equal(t, own.JSON200, shown.JSON200)

	none, err := b.owner.GetQuotasWithResponse(t.Context(), "nobody")
	require.NoError(t, err)
	require.Equal(t, http.StatusNotFound, none.StatusCode())

	// Members see who has changed what they may use; the platform's numbers are operators' business.
	organisation := b.organisation(t)
	events, err := b.owner.ListAuditEventsWithResponse(t.Context(), organisation, &client.ListAuditEventsParams{SubjectID: &organisation})
	require.NoError(t, err)
	require.Equal(t, map[string]any{"slug": "first", "projects": float64(9)}, events.JSON200.Items[0].Details)
	require.Equal(t, 2, lo.CountBy(events.JSON200.Items, func(e client.AuditEvent) bool { return e.Action == "quota.set" }))
}

func TestRequests_OrganisationAsksTooMuch_429ForAllItsMembersAndTokens(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.allow(t, database.SetQuotasParams{RequestsPerMinute: new(int32(6))})

	one, me := "/v1/organisations/"+b.organisation(t).String(), "/v1/me"
	require.Equal(t, http.StatusOK, b.send(t, http.MethodGet, b.tokens.User, one, "", nil).StatusCode)

	refused := b.send(t, http.MethodGet, b.tokens.User, one, "", nil)
	require.Equal(t, http.StatusTooManyRequests, refused.StatusCode)
	require.Contains(t, refused.text, "Your organisation sends more than 6 requests a minute. Wait for 10 s before you send the next.")
	require.Equal(t, "10", refused.Header.Get("Retry-After"))

	require.Equal(t, http.StatusTooManyRequests,
		b.post(t, b.tokens.User, "/v1/projects", `{"name":"x","repository_url":"https://git.example.com/a.git"}`, nil).StatusCode)
	require.Equal(t, http.StatusOK, b.send(t, http.MethodGet, b.tokens.User, me, "", nil).StatusCode, "it is about no organisation")
	require.Equal(t, http.StatusNotFound, b.send(t, http.MethodGet, b.strangerToken, one, "", nil).StatusCode, "strangers cannot use it up")

	// The limit is read again after a while.
	b.allow(t, database.SetQuotasParams{})
	b.server.service.organisations.organisations[b.organisation(t)].readAt = time.Time{}
	require.Eventually(t, func() bool { return b.send(t, http.MethodGet, b.tokens.User, one, "", nil).StatusCode == http.StatusOK }, 10*time.Second, 10*time.Millisecond)
}

func TestLogs_OrganisationLogsTooMuch_LinesAreDroppedAndTheLogSaysHowMany(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.allow(t, database.SetQuotasParams{LogBytesPerMinute: new(int64(6 * 2048))})

	deployment, other := b.logged(t, b.project(t).ID), b.logged(t, b.project(t).ID)
	vm, quiet := b.appVM(t, deployment, "10.72.1.2"), b.appVM(t, other, "10.72.1.3")
	line := strings.Repeat("x", 1023)

	read := func(of uuid.UUID) []string {
		page, err := b.owner.ListRuntimeLogsWithResponse(t.Context(), of, nil)
		require.NoError(t, err)

		return lo.Map(texts(page.JSON200), func(text string, _ int) string { return strings.ReplaceAll(text, line, "line") })
	}

	const reason = "because your organisation's apps log more than the 12 KiB a minute that they may, of which a sixth may come at once. " +
		"More may be dropped until the minute is over."

	b.newMinute(t)
	b.wrote(t, vm, 1, time.Now(), line, line, line, line, line)
	b.freezeLogs(t)
	require.Equal(t, []string{"line", "line", "Lines of this log were dropped here (3), " + reason}, read(deployment))

	// One line a minute tells of it. All apps of the organisation have one quota.
	b.wrote(t, vm, 6, time.Now(), line, line)
	b.wrote(t, vm, 8, time.Now(), line)
	require.Len(t, read(deployment), 3)
	b.wrote(t, quiet, 1, time.Now(), "short")
	require.Equal(t, []string{"Lines of this log were dropped here (1), " + reason}, read(other))

	// Later lines are stored again, as many as the time since allows, behind what tells of those that were dropped since.
	_, err := b.pool.Exec(t.Context(), "UPDATE log_uses SET level_at = now() - interval '5 seconds'")
	require.NoError(t, err)
	_, err = b.pool.Exec(t.Context(), "UPDATE log_drops SET told_at = told_at - interval '1 minute'")
	require.NoError(t, err)

	b.wrote(t, vm, 9, time.Now(), "again")
	b.freezeLogs(t)
	require.Equal(t, []string{"Lines of this log were dropped here (3), " + reason, "again"}, read(deployment)[3:])
	b.wrote(t, vm, 10, time.Now(), "and again")
	require.Len(t, read(deployment), 6)

	quotas, err := b.owner.GetOrganisationQuotasWithResponse(t.Context(), b.organisation(t))
	require.NoError(t, err)
	require.Equal(t, client.Quota{Limit: 6 * 2048, Used: 2*1024 + 6 + 10}, quotas.JSON200.LogBytesPerMinute)
}

// freezeLogs keeps the buckets of logs from running empty with time.
func (b *testBundle) freezeLogs(t *testing.T) {
	t.Helper()

	_, err := b.pool.Exec(t.Context(), "UPDATE log_uses SET level_at = now() + interval '1 hour'")
	require.NoError(t, err)
}

func TestLogs_WhatThePlatformSays_CountsForNobody(t *testing.T) {
	t.Parallel()

	lines := []ShippedLogLine{
		{Sequence: 1, Stream: "stdout", Line: "1234"}, {Sequence: 2, Stream: "stdout", Line: "1234"}, {Sequence: 3, Stream: "system", Line: "It crashed."},
	}

	b := setup(t)
	b.allow(t, database.SetQuotasParams{LogBytesPerMinute: new(int64(6 * 5))})
	b.newMinute(t)

	taken, err := b.server.service.withinQuota(t.Context(), b.organisation(t), lines)
	require.NoError(t, err)
	require.Equal(t, []ShippedLogLine{lines[0], lines[2]}, taken.kept)
	require.Equal(t, []ShippedLogLine{lines[1]}, taken.dropped)
}

func TestLogs_ManyAtOnce_NoMoreThanMayBe(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.allow(t, database.SetQuotasParams{LogBytesPerMinute: new(int64(6 * 10 * 11))})

	// The bucket has room for ten, whatever time passes.
	said, err := b.server.service.withinQuota(t.Context(), b.organisation(t), []ShippedLogLine{{Sequence: 1, Stream: "system"}})
	require.NoError(t, err)
	require.Len(t, said.kept, 1)
	b.freezeLogs(t)

	var (
		group sync.WaitGroup
		mutex sync.Mutex
		kept  int
	)

	for range 20 {
		group.Go(func() {
			stored, err := b.server.service.withinQuota(t.Context(), b.organisation(t), []ShippedLogLine{{Sequence: 1, Stream: "stdout", Line: "0123456789"}})

			mutex.Lock()
			defer mutex.Unlock()

			require.NoError(t, err)
			kept += len(stored.kept)
		})
	}

	group.Wait()
	require.Equal(t, 10, kept)
}

// newMinute waits where the database's minute is almost over, so that what follows happens in one.
func (b *testBundle) newMinute(t *testing.T) {
	t.Helper()

	_, err := b.pool.Exec(t.Context(), "SELECT pg_sleep(CASE WHEN extract(second FROM now()) > 50 THEN 60.1 - extract(second FROM now()) ELSE 0 END)")
	require.NoError(t, err)
}

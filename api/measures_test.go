package api

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/id"
)

// measured is a deployment that is live, and its VM.
func (b *testBundle) measured(t *testing.T) (client.Deployment, uuid.UUID) {
	t.Helper()

	deployment := b.deployment(t, b.project(t).ID)
	vm := b.vm(t, deployment.ID)
	b.flip(t, deployment.ProjectID, deployment.ID)
	b.exec(t, "UPDATE deployments SET route_version = 1, commit_sha = 'abc' WHERE id = $1", deployment.ID)

	return deployment, vm
}

// minutesAgo is the beginning of a minute.
func minutesAgo(minutes int) time.Time {
	return time.Now().UTC().Truncate(time.Minute).Add(-time.Duration(minutes) * time.Minute)
}

// edgeReport is the first report of a new run.
func edgeReport(traffic ...client.EdgeTraffic) client.EdgeReport {
	return client.EdgeReport{RunID: id.New(), Sequence: 1, SentAt: time.Now(), Traffic: traffic}
}

func (b *testBundle) reportEdge(t *testing.T, report client.EdgeReport) {
	t.Helper()

	answer, err := b.edge.ReportEdgeWithResponse(t.Context(), report)
	require.NoError(t, err)
	require.Equal(t, http.StatusNoContent, answer.StatusCode(), "%s", answer.Body)
}

func (b *testBundle) measures(t *testing.T, project uuid.UUID, asked client.GetMeasuresParams) client.Measures {
	t.Helper()

	answer, err := b.owner.GetMeasuresWithResponse(t.Context(), project, &asked)
	require.NoError(t, err)
	require.NotNil(t, answer.JSON200, "%s", answer.Body)

	return *answer.JSON200
}

// of returns the value of a series at a time.
func of[T any](t *testing.T, measures client.Measures, series []*T, at time.Time) *T {
	t.Helper()
	require.Len(t, series, len(measures.Times))

	point := lo.LastIndexOf(measures.Times, at.Truncate(time.Duration(measures.StepSeconds)*time.Second).Unix())
	require.GreaterOrEqual(t, point, 0, "%s is not in the range", at)

	return series[point]
}

func TestMeasures_WhatEdgesAndNodesReport_IsServedAsSeries(t *testing.T) {
	t.Parallel()

	b := setup(t)
	deployment, vm := b.measured(t)
	at := minutesAgo(5)

	b.reportEdge(t, edgeReport(client.EdgeTraffic{
		DeploymentID: deployment.ID, Minute: at, Successful: new(int64(90)), ServerErrors: new(int64(10)), Aborted: new(int64(2)),
		Latency: &[]int64{0, 0, 0, 50, 0, 50}, BytesIn: new(int64(1000)), BytesOut: new(int64(5000)), InFlight: new(int64(7)),
	}))
	b.reportNode(t, nodeMeasures(client.VMUsage{
		VMID: vm, Minute: at, MeasuredMillis: 60_000, CPUMicros: 15_000_000, MemoryByteSeconds: 60 * 50 << 20, MemoryMaxBytes: 60 << 20,
		ReceivedBytes: 300, SentBytes: 400, Restarts: 1,
	}))

	measures := b.measures(t, deployment.ProjectID, client.GetMeasuresParams{})
	require.EqualValues(t, 60, measures.StepSeconds)
	require.InDelta(t, 60, len(measures.Times), 1)

	require.EqualValues(t, 90, *of(t, measures, measures.Requests.Successful, at))
	require.EqualValues(t, 10, *of(t, measures, measures.Requests.ServerErrors, at))
	require.EqualValues(t, 2, *of(t, measures, measures.Requests.Aborted, at))
	require.Zero(t, *of(t, measures, measures.Requests.ClientErrors, at))
	require.EqualValues(t, 1000, *of(t, measures, measures.Network.BytesIn, at))
	require.EqualValues(t, 5000, *of(t, measures, measures.Network.BytesOut, at))
	require.EqualValues(t, 7, *of(t, measures, measures.InFlight, at))
	require.InDelta(t, 8, *of(t, measures, measures.Latency.P50, at), 0.01)
	require.InDelta(t, 30.4, *of(t, measures, measures.Latency.P95, at), 0.01)
	require.InDelta(t, 31.7, *of(t, measures, measures.Latency.P99, at), 0.05)

	require.InDelta(t, 1, *of(t, measures, measures.Instances.Count, at), 0.01)
	require.InDelta(t, 250, *of(t, measures, measures.Instances.CPUMillis, at), 0.01)
	require.EqualValues(t, 50<<20, *of(t, measures, measures.Instances.MemoryMeanBytes, at))
	require.EqualValues(t, 60<<20, *of(t, measures, measures.Instances.MemoryMaxBytes, at))
	require.EqualValues(t, 300, *of(t, measures, measures.Network.ReceivedBytes, at))
	require.EqualValues(t, 400, *of(t, measures, measures.Network.SentBytes, at))
	require.EqualValues(t, 1, *of(t, measures, measures.Instances.Restarts, at))
	require.Equal(t, &client.InstanceLimits{CPUMillis: 100, MemoryBytes: 64 << 20}, measures.Limits)

	before := at.Add(-time.Minute)
	require.Zero(t, *of(t, measures, measures.Requests.Successful, before), "no edge reported any")
	require.Nil(t, of(t, measures, measures.Latency.P50, before))
	require.Nil(t, of(t, measures, measures.Instances.CPUMillis, before))
	require.Nil(t, measures.Requests.Successful[len(measures.Times)-1], "the minute is not over")

	require.Len(t, measures.Deployments, 1)
	require.Equal(t, deployment.ID, measures.Deployments[0].ID)
	require.Equal(t, "abc", *measures.Deployments[0].CommitSHA)
	require.WithinDuration(t, time.Now(), measures.Deployments[0].LiveAt, time.Minute)
}

func TestMeasures_LongerSteps_AreSums(t *testing.T) {
	t.Parallel()

	b := setup(t)
	deployment, _ := b.measured(t)
	now := time.Now().UTC()

	for _, ago := range []time.Duration{0, 2 * time.Hour, 25 * time.Hour, 40 * 24 * time.Hour} {
		b.reportEdge(t, edgeReport(client.EdgeTraffic{DeploymentID: deployment.ID, Minute: now.Add(-ago), Successful: new(int64(1)), Latency: &[]int64{1}}))
	}

	total := func(days int, step int64) int64 {
		from := now.AddDate(0, 0, -days)
		measures := b.measures(t, deployment.ProjectID, client.GetMeasuresParams{From: &from, Step: &step})

		return lo.SumBy(measures.Requests.Successful, lo.FromPtr)
	}

	require.EqualValues(t, 2, total(2, 300), "minutes are kept for a day")
	require.EqualValues(t, 3, total(31, 3600), "hours are kept for 31 days")
	require.EqualValues(t, 3, total(31, 4*3600))
	require.EqualValues(t, 4, total(300, 86400))
	require.EqualValues(t, 4, total(300, 7*86400))
}

func TestMeasures_EnvironmentAndDeployment_AreFilters(t *testing.T) {
	t.Parallel()

	b := setup(t)
	deployment, _ := b.measured(t)
	at := minutesAgo(3)
	b.reportEdge(t, edgeReport(client.EdgeTraffic{DeploymentID: deployment.ID, Minute: at, Successful: new(int64(1))}))

	for asked, expected := range map[*client.GetMeasuresParams]int64{
		{}:                             0 + 1,
		{DeploymentID: &deployment.ID}: 1,
		{EnvironmentID: &deployment.EnvironmentID}: 1,
		{DeploymentID: new(id.New())}:              0,
		{EnvironmentID: new(id.New())}:             0,
	} {
		measures := b.measures(t, deployment.ProjectID, *asked)
		require.Equal(t, expected, *of(t, measures, measures.Requests.Successful, at))
		require.Len(t, measures.Deployments, int(expected))
	}
}

func TestMeasures_OfAnotherOrganisation_AreNotFound(t *testing.T) {
	t.Parallel()

	b := setup(t)
	deployment, _ := b.measured(t)

	answer, err := b.stranger.GetMeasuresWithResponse(t.Context(), deployment.ProjectID, nil)
	require.NoError(t, err)
	require.Equal(t, http.StatusNotFound, answer.StatusCode())
}

func TestMeasureRange_StepIsChosenByWhatIsKept(t *testing.T) {
	t.Parallel()

	now := time.Date(2026, 11, 29, 12, 34, 56, 0, time.UTC)

	for ago, expected := range map[time.Duration]time.Duration{
		time.Hour: time.Minute, 6 * time.Hour: time.Minute, 12 * time.Hour: 2 * time.Minute, day: 5 * time.Minute,
		25 * time.Hour: time.Hour, 7 * day: time.Hour, 30 * day: 2 * time.Hour, 40 * day: day, 365 * day: 2 * day, 10_000 * day: 2 * day,
	} {
		asked, err := (&MeasuresInput{From: now.Add(-ago)}).measureRange(now)
		require.NoError(t, err)
		require.Equal(t, expected, asked.step, "%s", ago)
		require.LessOrEqual(t, asked.points(), fewPoints+1)
		require.Zero(t, asked.from.Sub(asked.from.Truncate(asked.step)))
	}
}

func TestMeasureRange_NothingInIt_OrTooMuch_SaysWhatToDo(t *testing.T) {
	t.Parallel()

	now := time.Now()

	_, err := (&MeasuresInput{From: now.Add(time.Hour)}).measureRange(now)
	require.ErrorContains(t, err, "give a from that lies before to")

	_, err = (&MeasuresInput{From: now.Add(-2 * day), Step: 60}).measureRange(now)
	require.ErrorContains(t, err, "give a longer step")
}

func TestMeasureSteps_AreKeptAsTheDatabaseSays(t *testing.T) {
	t.Parallel()

	b := setup(t)

	for _, step := range measureSteps() {
		var kept time.Duration

		require.NoError(t, b.pool.QueryRow(t.Context(), "SELECT DISTINCT kept FROM measure_steps() WHERE parent IN ('traffic_' || $1::int, 'usage_' || $1::int)",
			int(step.seconds())).Scan(&kept))
		require.Equal(t, step.kept, kept)
	}
}

// nodeMeasures is the first report of a new run.
func nodeMeasures(usage ...client.VMUsage) client.NodeMeasures {
	return client.NodeMeasures{RunID: id.New(), Sequence: 1, SentAt: time.Now(), VMS: usage}
}

func (b *testBundle) reportNode(t *testing.T, measures client.NodeMeasures) {
	t.Helper()

	answer, err := b.node.ReportNodeWithResponse(t.Context(), client.NodeReport{
		Version: "1", Runtime: "runc", CPUMillis: 2000, MemoryBytes: 1 << 30, VMS: []client.VMReport{}, Measures: &measures,
	})
	require.NoError(t, err)
	require.Equal(t, http.StatusNoContent, answer.StatusCode(), "%s", answer.Body)
}

// successes is what the minutes, hours and days of a deployment have.
func (b *testBundle) successes(t *testing.T, deployment uuid.UUID) []int64 {
	t.Helper()

	return []int64{
		b.sum(t, "successful", "traffic", minuteStep(), deployment), b.sum(t, "successful", "traffic", hourStep(), deployment),
		b.sum(t, "successful", "traffic", dayStep(), deployment),
	}
}

func (b *testBundle) sum(t *testing.T, column, table string, step measureStep, deployment uuid.UUID) int64 {
	t.Helper()

	var sum int64

	require.NoError(t, b.pool.QueryRow(t.Context(),
		"SELECT coalesce(sum("+column+"), 0)::bigint FROM "+table+" WHERE step_seconds = $1 AND deployment_id = $2", step.seconds(), deployment).Scan(&sum))

	return sum
}

func TestReportEdge_Repeated_CountsOnce(t *testing.T) {
	t.Parallel()

	b := setup(t)
	deployment, _ := b.measured(t)
	report := edgeReport(client.EdgeTraffic{DeploymentID: deployment.ID, Minute: minutesAgo(1), Successful: new(int64(3)), Latency: &[]int64{1, 2}})

	// All at once, as when the answers are lost; each waits for the others' locks.
	answers := make(chan int)

	for range 5 {
		go func() {
			answer, err := b.edge.ReportEdgeWithResponse(t.Context(), report)
			if err != nil {
				answers <- 0

				return
			}

			answers <- answer.StatusCode()
		}()
	}

	for range 5 {
		require.Equal(t, http.StatusNoContent, <-answers)
	}

	require.Equal(t, []int64{3, 3, 3}, b.successes(t, deployment.ID))

	report.Sequence++
	b.reportEdge(t, report)
	require.Equal(t, []int64{6, 6, 6}, b.successes(t, deployment.ID))

	report.Sequence--
	b.reportEdge(t, report)
	require.Equal(t, []int64{6, 6, 6}, b.successes(t, deployment.ID))

	report.RunID = id.New()
	b.reportEdge(t, report)
	require.Equal(t, []int64{9, 9, 9}, b.successes(t, deployment.ID), "another run counts from 1 again")
}

func TestReportEdge_SeveralRowsOfOneMinute_AreAddedUp(t *testing.T) {
	t.Parallel()

	b := setup(t)
	deployment, _ := b.measured(t)
	at := minutesAgo(2)
	row := client.EdgeTraffic{DeploymentID: deployment.ID, Minute: at, Successful: new(int64(1)), Latency: &[]int64{1}, InFlight: new(int64(2))}
	other := row
	other.Latency, other.InFlight = &[]int64{0, 0, 5}, new(int64(1))
	b.reportEdge(t, edgeReport(row, other))
	b.reportEdge(t, edgeReport(row))

	var (
		latency  []int64
		inFlight int
	)

	require.NoError(t, b.pool.QueryRow(t.Context(), "SELECT latency, in_flight FROM traffic WHERE step_seconds = 60").Scan(&latency, &inFlight))
	require.Equal(t, []int64{2, 0, 5}, latency)
	require.Equal(t, 2, inFlight)
	require.Equal(t, []int64{3, 3, 3}, b.successes(t, deployment.ID))
}

func TestReportEdge_Late_GoesToItsMinute(t *testing.T) {
	t.Parallel()

	b := setup(t)
	deployment, _ := b.measured(t)
	late := minutesAgo(600)
	b.reportEdge(t, edgeReport(client.EdgeTraffic{DeploymentID: deployment.ID, Minute: late, Successful: new(int64(4))}))

	from := late.Add(-time.Hour)
	measures := b.measures(t, deployment.ProjectID, client.GetMeasuresParams{From: &from, Step: new(int64(60))})
	require.EqualValues(t, 4, *of(t, measures, measures.Requests.Successful, late))

	measures = b.measures(t, deployment.ProjectID, client.GetMeasuresParams{From: &from, Step: new(int64(3600))})
	require.EqualValues(t, 4, *of(t, measures, measures.Requests.Successful, late))
}

func TestReportEdge_ClockIsAnHourOff_CountsWhereItHappened(t *testing.T) {
	t.Parallel()

	for name, off := range map[string]time.Duration{"ahead": time.Hour, "behind": -time.Hour, "a year ahead": 366 * day, "years behind": -2000 * day} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			b := setup(t)
			deployment, _ := b.measured(t)
			at := minutesAgo(3)
			report := edgeReport(client.EdgeTraffic{DeploymentID: deployment.ID, Minute: at.Add(off), Successful: new(int64(4))})
			report.SentAt = report.SentAt.Add(off)
			b.reportEdge(t, report)

			measures := b.measures(t, deployment.ProjectID, client.GetMeasuresParams{})
			require.EqualValues(t, 4, *of(t, measures, measures.Requests.Successful, at))
		})
	}
}

func TestReportEdge_TimesThatNothingIsKeptOf_BreakNothing(t *testing.T) {
	t.Parallel()

	b := setup(t)
	deployment, _ := b.measured(t)

	report := func(at time.Time) {
		b.reportEdge(t, edgeReport(client.EdgeTraffic{DeploymentID: deployment.ID, Minute: at, Successful: new(int64(1))}))
	}

	report(time.Now().Add(400 * day)) // Now, as nothing can be counted later.
	require.Equal(t, []int64{1, 1, 1}, b.successes(t, deployment.ID))
	report(time.Now().Add(-25 * time.Hour))
	require.Equal(t, []int64{1, 2, 2}, b.successes(t, deployment.ID))
	report(time.Now().Add(-40 * day))
	require.Equal(t, []int64{1, 2, 3}, b.successes(t, deployment.ID))
	report(time.Time{}.Add(day))
	require.Equal(t, []int64{1, 2, 3}, b.successes(t, deployment.ID))
}

func TestReportEdge_NoPartitionForNow_IsMade(t *testing.T) {
	t.Parallel()

	b := setup(t)
	deployment, _ := b.measured(t)
	b.dropPartitions(t)
	b.reportEdge(t, edgeReport(client.EdgeTraffic{DeploymentID: deployment.ID, Minute: minutesAgo(1), Successful: new(int64(4))}))
	require.Equal(t, []int64{4, 4, 4}, b.successes(t, deployment.ID))
}

// dropPartitions leaves the tables as if no worker had run for months.
func (b *testBundle) dropPartitions(t *testing.T) {
	t.Helper()

	_, err := b.queries.DropMeasurePartitions(t.Context(), time.Now().Add(1000*day))
	require.NoError(t, err)

	var left int

	require.NoError(t, b.pool.QueryRow(t.Context(), `SELECT count(*) FROM measure_steps() JOIN pg_inherits ON inhparent = to_regclass(parent)`).Scan(&left))
	require.Zero(t, left)
}

func TestReportEdge_DeploymentsThatWereNeverRouted_ArePassedOver(t *testing.T) {
	t.Parallel()

	b := setup(t)
	deployment, _ := b.measured(t)
	other := b.deployment(t, b.project(t).ID)

	b.reportEdge(t, edgeReport(
		client.EdgeTraffic{DeploymentID: other.ID, Minute: minutesAgo(1), Successful: new(int64(1))},
		client.EdgeTraffic{DeploymentID: id.New(), Minute: minutesAgo(1), Successful: new(int64(1))},
		client.EdgeTraffic{DeploymentID: deployment.ID, Minute: minutesAgo(1), Successful: new(int64(1))},
	))
	require.Equal(t, []int64{0, 0, 0}, b.successes(t, other.ID))
	require.Equal(t, []int64{1, 1, 1}, b.successes(t, deployment.ID))
}

func TestReportNode_MeasuresRepeated_CountOnce(t *testing.T) {
	t.Parallel()

	b := setup(t)
	deployment, vm := b.measured(t)
	report := nodeMeasures(client.VMUsage{VMID: vm, Minute: minutesAgo(1), MeasuredMillis: 60_000, CPUMicros: 5})
	b.reportNode(t, report)
	b.reportNode(t, report)

	for _, step := range measureSteps() {
		require.EqualValues(t, 5, b.sum(t, "cpu_micros", "usage", step, deployment.ID))
	}
}

func TestReportNode_VMsOfAnotherNode_ArePassedOver(t *testing.T) {
	t.Parallel()

	b := setup(t)
	deployment, vm := b.measured(t)
	made, err := b.owner.CreateNodeWithResponse(t.Context(), client.CreateNodeInputBody{Name: "node-2", Region: "there"})
	require.NoError(t, err)

	measures := nodeMeasures(client.VMUsage{VMID: vm, Minute: minutesAgo(1), MeasuredMillis: 60_000, CPUMicros: 5})
	answer, err := b.as(t, made.JSON201.Token).ReportNodeWithResponse(t.Context(), client.NodeReport{
		Version: "1", Runtime: "runc", VMS: []client.VMReport{}, Measures: &measures,
	})
	require.NoError(t, err)
	require.Equal(t, http.StatusNoContent, answer.StatusCode())
	require.Zero(t, b.sum(t, "cpu_micros", "usage", minuteStep(), deployment.ID))
}

func TestReportNode_MeasuresThatCannotBeStored_DoNotHideTheNode(t *testing.T) {
	t.Parallel()

	b := setup(t)
	deployment, vm := b.measured(t)
	b.exec(t, "DROP TABLE usage")

	measures := nodeMeasures(client.VMUsage{VMID: vm, Minute: minutesAgo(1)})
	answer, err := b.node.ReportNodeWithResponse(t.Context(), client.NodeReport{
		Version: "1", Runtime: "runc", VMS: []client.VMReport{{ID: vm, State: "healthy"}}, Measures: &measures,
	})
	require.NoError(t, err)
	require.Equal(t, http.StatusInternalServerError, answer.StatusCode())

	shown, err := b.queries.ListDeploymentVMs(t.Context(), time.Minute, deployment.ID)
	require.NoError(t, err)
	require.Equal(t, []string{"healthy"}, lo.Map(shown, func(row database.ListDeploymentVMsRow, _ int) string { return row.VM.State }))
}

// TestReports_MoreThanFits_StaysAtTheMost_AndNobodyElseIsRefused has what hostile edges and nodes may report often enough for no bigint to hold the sum.
func TestReports_MoreThanFits_StaysAtTheMost_AndNobodyElseIsRefused(t *testing.T) {
	t.Parallel()

	b := setup(t)
	deployment, vm := b.measured(t)

	report := func() {
		for _, at := range []time.Time{minutesAgo(3), minutesAgo(2)} {
			b.reportEdge(t, edgeReport(client.EdgeTraffic{
				DeploymentID: deployment.ID, Minute: at, Successful: new(int64(1e12)), Latency: &[]int64{1e12, 1e12}, BytesIn: new(int64(1e15)),
			}))
			b.reportNode(t, nodeMeasures(client.VMUsage{VMID: vm, Minute: at, MeasuredMillis: 60_000, MemoryByteSeconds: 1e15, SentBytes: 1e15}))
		}
	}

	report()
	b.exec(t, "UPDATE traffic SET successful = 9223372036854775807, bytes_in = 9223372036854775807, latency = ARRAY[9223372036854775807, 9223372036854775807]")
	b.exec(t, "UPDATE usage SET memory_byte_seconds = 9223372036854775807, sent_bytes = 9223372036854775807")
	report()

	from, most := time.Now().AddDate(0, 0, -2), int64(9e18)
	for _, measures := range []client.Measures{
		b.measures(t, deployment.ProjectID, client.GetMeasuresParams{}),
		b.measures(t, deployment.ProjectID, client.GetMeasuresParams{From: &from, Step: new(int64(3600))}),
	} {
		for _, series := range [][]*int64{measures.Requests.Successful, measures.Network.BytesIn, measures.Network.SentBytes} {
			require.Equal(t, most, lo.Max(lo.Map(series, func(count *int64, _ int) int64 { return lo.FromPtr(count) })))
		}

		require.Positive(t, lo.CountBy(measures.Latency.P50, func(milliseconds *float64) bool { return milliseconds != nil }))
	}
}

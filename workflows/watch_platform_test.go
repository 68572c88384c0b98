package workflows

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/database"
)

// reportedHealth is what looks at the platform find.
type reportedHealth struct {
	mutex    sync.Mutex
	problems []PlatformProblem
}

func (h *reportedHealth) look(context.Context, string) ([]PlatformProblem, error) {
	h.mutex.Lock()
	defer h.mutex.Unlock()

	return h.problems, nil
}

func (h *reportedHealth) set(problems ...PlatformProblem) {
	h.mutex.Lock()
	defer h.mutex.Unlock()

	h.problems = problems
}

// watched runs a worker that finds what the health says.
func (b *testBundle) watched(t *testing.T) *reportedHealth {
	t.Helper()

	health, worker := &reportedHealth{}, b.newWorker(t)
	worker.health = health.look
	b.runWorker(t, worker)

	return health
}

// look has the platform looked at once more, and returns once that has ended.
func (b *testBundle) look(t *testing.T) {
	t.Helper()

	// The look with which the leader begins goes first.
	unfinished := `SELECT count(*) FROM river.river_job WHERE kind = 'watch_platform' AND state NOT IN ('completed', 'discarded', 'cancelled')`
	idle := func() bool { return b.count(t, unfinished) == 0 }
	require.Eventually(t, idle, patienceOfTests, 5*time.Millisecond, "a look does not end")

	require.NoError(t, database.InTx(b.ctx, b.pool, func(tx pgx.Tx, _ *database.Queries) error {
		return insertJob(b.ctx, b.deployments.inserter, tx, kindWatchPlatform, arguments{})
	}))
	require.Eventually(t, idle, patienceOfTests, 5*time.Millisecond, "a look does not end")
	require.Zero(t, b.count(t, "SELECT count(*) FROM river.river_job WHERE kind = 'watch_platform' AND state = 'discarded'"))
}

// later has all that is known of alerts be older by that much.
func (b *testBundle) later(t *testing.T, by time.Duration) {
	t.Helper()
	b.exec(t, `UPDATE platform_alerts SET began_at = began_at - $1::interval, told_at = told_at - $1::interval, well_since = well_since - $1::interval,
		ended_at = ended_at - $1::interval`, by)
}

// told are the events that a server was told, in order of their arrival.
func (s *messageServer) told() []string {
	return lo.Map(s.received(), func(m receivedMessage, _ int) string { return m.event })
}

var nodeAway = PlatformProblem{Part: "nodes", About: "node-7", Detail: "node-7 has not reported for 3 hours", Advice: "look at its machine"}

func TestWatchPlatform_WhatLasts_IsToldOnceToEachChannelOfOperators_AndOnceWhenItIsOver(t *testing.T) {
	t.Parallel()

	b := setup(t)
	one, other, organisations := b.notified(t), b.notified(t), b.notified(t)
	b.channelOf(t, uuid.Nil, "one", one)
	b.channelOf(t, uuid.Nil, "other", other)
	b.channel(t, "theirs", organisations)

	health := b.watched(t)
	health.set(nodeAway, PlatformProblem{Part: "backup", Detail: "none was ever made"})

	b.look(t)
	b.look(t)
	require.Zero(t, b.count(t, "SELECT count(*) FROM notification_deliveries"), "it may be over before the next look")

	b.later(t, time.Minute)

	for range 3 {
		b.look(t)
		b.later(t, time.Minute)
	}

	require.Equal(t, map[string]int{deliveryDelivered: 4, deliveryFailed: 0}, b.settled(t))

	late := b.notified(t)
	b.channelOf(t, uuid.Nil, "late", late)
	health.set(PlatformProblem{Part: "backup", Detail: "none was ever made"})
	b.look(t)
	b.later(t, time.Hour)

	for range 3 {
		b.look(t)
		b.later(t, time.Hour)
	}

	require.Equal(t, map[string]int{deliveryDelivered: 7, deliveryFailed: 0}, b.settled(t))

	for _, server := range []*messageServer{one, other} {
		require.ElementsMatch(t, []string{"alert.firing", "alert.firing", "alert.resolved"}, server.told())
	}

	require.Empty(t, organisations.told())
	require.Equal(t, []string{"alert.firing"}, late.told(), "it is told of what is wrong still, and who was not told that something is wrong is not told that it is over")
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM platform_alerts WHERE ended_at IS NULL"))
}

func TestWatchPlatform_WhatIsOverBeforeTheNextLook_IsToldToNobody(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.channelOf(t, uuid.Nil, "operators", b.notified(t))
	health := b.watched(t)

	for range 2 {
		health.set(nodeAway)
		b.look(t)
		b.later(t, time.Minute)
		health.set()
		b.look(t)
	}

	require.Zero(t, b.count(t, "SELECT count(*) FROM platform_alerts"))
	require.Zero(t, b.count(t, "SELECT count(*) FROM notification_deliveries"))
}

func TestWatchPlatform_WhatComesAndGoes_IsToldAtMostOnceInAQuarterOfAnHour(t *testing.T) {
	t.Parallel()

	b := setup(t)
	server := b.notified(t)
	b.channelOf(t, uuid.Nil, "operators", server)
	health := b.watched(t)

	const minutes, halfPeriod = 36, 3

	for minute := range minutes {
		if minute/halfPeriod%2 == 0 {
			health.set(nodeAway)
		} else {
			health.set()
		}

		b.look(t)
		b.later(t, time.Minute)
	}

	require.Equal(t, 0, b.settled(t)[deliveryFailed])

	events := server.told()
	require.LessOrEqual(t, len(events), minutes/15+1, "%v", events)
	require.GreaterOrEqual(t, len(events), 2)
}

func TestWatchPlatform_OnesOfAPartAreLeftOut_NoneOfItIsSaidToBeWell(t *testing.T) {
	t.Parallel()

	b := setup(t)
	server := b.notified(t)
	b.channelOf(t, uuid.Nil, "operators", server)
	health := b.watched(t)

	health.set(nodeAway)
	b.look(t)
	b.later(t, time.Minute)
	b.look(t)

	health.set(PlatformProblem{Part: "nodes", About: "…", Detail: "There are more of this part", LeftOut: true})

	for range 3 {
		b.look(t)
		b.later(t, time.Second)
	}

	require.Zero(t, b.count(t, "SELECT count(*) FROM platform_alerts WHERE well_since IS NOT NULL"))

	health.set()
	b.look(t)
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM platform_alerts WHERE well_since IS NOT NULL"))
}

func TestWatchPlatform_WorkerThatWasPresumedDeadEndsItsLook_WritesNothing(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.channelOf(t, uuid.Nil, "operators", b.notified(t))

	health, worker := &reportedHealth{}, b.newWorker(t)
	health.set(nodeAway)
	worker.health = health.look

	// The job is another worker's by now.
	require.NoError(t, database.InTx(b.ctx, b.pool, func(tx pgx.Tx, _ *database.Queries) error {
		return insertJob(b.ctx, b.deployments.inserter, tx, kindWatchPlatform, arguments{})
	}))
	b.exec(t, "UPDATE river.river_job SET state = 'running', attempt = 2, attempted_by = '{first,second}' WHERE kind = 'watch_platform'")

	job := &river.Job[arguments]{JobRow: &rivertype.JobRow{Attempt: 1, AttemptedBy: []string{"first"}}}
	job.ID = int64(b.count(t, "SELECT id FROM river.river_job WHERE kind = 'watch_platform'"))

	_ = worker.watchPlatform(b.ctx, job)
	require.Zero(t, b.count(t, "SELECT count(*) FROM platform_alerts"))

	job.Attempt, job.AttemptedBy = 2, []string{"first", "second"}
	require.NoError(t, worker.watchPlatform(b.ctx, job))
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM platform_alerts"))
}

func TestWatchPlatform_WorkerStopsBeforeItHasWrittenALook_AnotherTellsOnce(t *testing.T) {
	t.Parallel()

	b := setup(t)
	server := b.notified(t)
	b.channelOf(t, uuid.Nil, "operators", server)
	b.exec(t, `INSERT INTO platform_alerts (id, part, about, detail, advice, began_at)
		VALUES (gen_random_uuid(), 'nodes', 'node-7', 'It is away', '', now() - interval '1 hour')`)

	looking := make(chan struct{}, 1)
	stuck := b.newWorker(t)
	stuck.health = func(ctx context.Context, _ string) ([]PlatformProblem, error) {
		looking <- struct{}{}
		<-ctx.Done()

		return nil, ctx.Err()
	}

	ctx, stop := context.WithCancel(b.ctx)
	stopped := make(chan error, 1)

	go func() { stopped <- stuck.Run(ctx) }()

	<-looking // The leader looks as it starts.
	stop()
	require.NoError(t, <-stopped)

	health, worker := &reportedHealth{}, b.newWorker(t)
	health.set(nodeAway)
	worker.health = health.look
	b.runWorker(t, worker)

	b.look(t)
	b.look(t)
	require.Equal(t, map[string]int{deliveryDelivered: 1, deliveryFailed: 0}, b.settled(t))
	require.Equal(t, []string{"alert.firing"}, server.told())
}

func TestWatchPlatform_ChannelThatHadTooMuchWaiting_IsToldOnceItTakesMessages(t *testing.T) {
	t.Parallel()

	b := setup(t)
	server := b.notified(t)
	channel := b.channelOf(t, uuid.Nil, "operators", server)

	// What waits has no job: nothing is sent of it.
	b.exec(t, "INSERT INTO notification_deliveries (id, channel_id, event) SELECT gen_random_uuid(), $1, 'test' FROM generate_series(1, 100)", channel)

	health := b.watched(t)
	health.set(nodeAway)
	b.look(t)
	b.later(t, time.Minute)
	b.look(t)
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM platform_alerts WHERE told_at IS NOT NULL"))
	require.Zero(t, b.count(t, "SELECT count(*) FROM notification_deliveries WHERE event = 'firing'"))

	b.exec(t, "UPDATE notification_deliveries SET state = 'failed', ended_at = now()")
	b.look(t)
	b.look(t)
	require.Equal(t, map[string]int{deliveryDelivered: 1, deliveryFailed: 100}, b.settled(t))
	require.Equal(t, []string{"alert.firing"}, server.told())
}

func TestWatchPlatform_ChannelTakesMessagesOnceItIsOver_IsNotToldThatItIsWrong(t *testing.T) {
	t.Parallel()

	b := setup(t)
	server := b.notified(t)
	server.answers(func(int) int { return http.StatusServiceUnavailable })
	channel := b.channelOf(t, uuid.Nil, "operators", server)

	health := b.watched(t)
	health.set(nodeAway)
	b.look(t)
	b.later(t, time.Minute)
	b.look(t)

	tried := "SELECT count(*) FROM notification_deliveries WHERE event = 'firing' AND state = 'pending' AND attempts > 0"
	require.Eventually(t, func() bool { return b.count(t, tried) == 1 }, patienceOfTests, 5*time.Millisecond, "it is not tried")

	server.answers(func(int) int { return http.StatusOK })
	health.set()
	b.look(t)
	b.later(t, time.Hour)
	b.look(t)
	b.exec(t, "UPDATE river.river_job SET state = 'available', scheduled_at = now() WHERE kind = 'notify' AND state = 'scheduled'")

	require.Equal(t, map[string]int{deliveryDelivered: 1, deliveryFailed: 1}, b.settled(t))
	require.Equal(t, []string{"alert.firing", "alert.resolved"}, server.told(), "the first was refused")
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM notification_channels WHERE id = $1 AND broken_at IS NULL", channel))
}

func TestWatchPlatform_WhatItIsAboutIsLong_IsCut(t *testing.T) {
	t.Parallel()

	b := setup(t)
	health := b.watched(t)
	health.set(PlatformProblem{Part: "builders", About: strings.Repeat("ü", 5000), Detail: "It is away"})
	b.look(t)
	b.look(t)
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM platform_alerts WHERE length(about) = $1", mostAbout))
}

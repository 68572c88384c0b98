package workflows

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/activities"
	"github.com/zeitwork/zeitwork/activities/notify"
	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/problem"
	"github.com/zeitwork/zeitwork/internal/setting"
)

// receivedMessage is what a server of an organisation's was told.
type receivedMessage struct{ id, event, reason string }

// messageServer is a server that channels lead to. It answers with the status that answer returns for the number of the message, from 1.
type messageServer struct {
	*httptest.Server

	mutex    sync.Mutex
	answer   func(number int) int
	messages []receivedMessage
	// signatures are those of each message, with a space between two.
	signatures []string
}

// notified gives the bundle a notifier that reaches loopback, and a server for its channels.
func (b *testBundle) notified(t *testing.T) *messageServer {
	t.Helper()

	var err error

	b.notifier, err = notify.New(notify.Config{
		Webhooks: setting.Webhooks{WebhookProtocols: []string{"http"}}, Internal: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
	}, nil)
	require.NoError(t, err)

	s := &messageServer{answer: func(int) int { return http.StatusOK }}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)

	return s
}

func (s *messageServer) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	var body struct {
		Type string `json:"type"`
		Data struct {
			Deployment struct {
				Reason string `json:"error_message"`
			} `json:"deployment"`
		} `json:"data"`
	}

	text, _ := io.ReadAll(request.Body)
	_ = json.Unmarshal(text, &body)

	s.mutex.Lock()
	s.messages = append(s.messages, receivedMessage{request.Header.Get("Webhook-Id"), body.Type, body.Data.Deployment.Reason})
	s.signatures = append(s.signatures, request.Header.Get("Webhook-Signature"))
	number, answer := len(s.messages), s.answer
	s.mutex.Unlock()

	w.WriteHeader(answer(number))
}

func (s *messageServer) received() []receivedMessage {
	s.mutex.Lock()
	defer s.mutex.Unlock()

	return slices.Clone(s.messages)
}

func (s *messageServer) answers(answer func(number int) int) {
	s.mutex.Lock()
	defer s.mutex.Unlock()

	s.answer = answer
}

// channel adds a webhook of the organisation's that leads to a server.
func (b *testBundle) channel(t *testing.T, name string, to *messageServer) uuid.UUID {
	t.Helper()

	return b.channelOf(t, b.organisation, name, to)
}

func (b *testBundle) channelOf(t *testing.T, organisation uuid.UUID, name string, to *messageServer) uuid.UUID {
	t.Helper()

	row, err := b.queries.CreateNotificationChannel(b.ctx, database.CreateNotificationChannelParams{
		ID: id.New(), OrganisationID: lo.EmptyableToPtr(organisation), Kind: notify.KindWebhook, Name: name, Address: to.URL,
	})
	require.NoError(t, err)

	about, ok := ChannelSecret(row)
	require.True(t, ok)
	require.NoError(t, b.keyring.PutSecret(b.ctx, b.queries, about, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))

	return row.ID
}

// settled waits until nothing is on its way to the channels, and returns how many deliveries there are in each state.
func (b *testBundle) settled(t *testing.T) map[string]int {
	t.Helper()

	require.Eventually(t, func() bool {
		return b.count(t, "SELECT count(*) FROM notification_deliveries WHERE state = 'pending'") == 0
	},
		patienceOfTests, 5*time.Millisecond, "messages are still on their way")

	return map[string]int{
		deliveryDelivered: b.count(t, "SELECT count(*) FROM notification_deliveries WHERE state = 'delivered'"),
		deliveryFailed:    b.count(t, "SELECT count(*) FROM notification_deliveries WHERE state = 'failed'"),
	}
}

// outcomes has the next builds fail, or not.
func (b *testBundle) outcomes(t *testing.T, outcomes ...string) {
	t.Helper()

	for _, outcome := range outcomes {
		b.activities.setBuild(func(context.Context, activities.BuildRequest, func(activities.LogLine)) error {
			if outcome == stateFailed {
				return problem.New(problem.Invalid, "RUN false failed.")
			}

			return nil
		})
		b.await(t, b.create(t).ID, outcome)
	}
}

func TestNotify_FailuresAndTheNextSuccess_AreToldOnceToEachChannelThatIsOn(t *testing.T) {
	t.Parallel()

	b := setup(t)
	server, off := b.notified(t), b.notified(t)
	b.channel(t, "on", server)
	b.exec(t, "UPDATE notification_channels SET enabled = false WHERE id = $1", b.channel(t, "off", off))
	b.work(t)

	b.outcomes(t, stateLive, stateFailed, stateFailed, stateLive, stateLive)
	require.Equal(t, map[string]int{deliveryDelivered: 3, deliveryFailed: 0}, b.settled(t))

	events := map[string]int{}
	ids := map[string]bool{}

	for _, message := range server.received() {
		events[message.event+" "+message.reason]++
		ids[message.id] = true
	}

	require.Equal(t, map[string]int{"deployment.failed RUN false failed.": 2, "deployment.recovered ": 1}, events)
	require.Len(t, ids, 3)
	require.Empty(t, off.received())
}

func TestNotify_ChannelThatWasNotToldOfTheFailure_IsNotToldThatItIsOver(t *testing.T) {
	t.Parallel()

	b := setup(t)
	server := b.notified(t)
	b.work(t)

	b.outcomes(t, stateFailed)
	b.channel(t, "late", server)
	b.outcomes(t, stateLive)
	require.Zero(t, b.count(t, "SELECT count(*) FROM notification_deliveries"))
}

func TestNotify_CancelledAndSuperseded_AreToldToNobody(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.channel(t, "on", b.notified(t))
	b.work(t)

	building := make(chan struct{}, 1)

	b.activities.setBuild(func(ctx context.Context, _ activities.BuildRequest, _ func(activities.LogLine)) error {
		building <- struct{}{}
		<-ctx.Done()

		return ctx.Err()
	})

	first := b.create(t)
	<-building

	second, err := b.deployments.Create(b.ctx, CreateRequest{ProjectID: b.project, Trigger: TriggerManual})
	require.NoError(t, err)

	_, err = b.deployments.Cancel(b.ctx, second.ID, nil)
	require.NoError(t, err)

	_, _ = b.deployments.Cancel(b.ctx, first.ID, nil)

	require.Contains(t, []string{stateCancelled, stateSuperseded}, b.get(t, first.ID).State)
	require.Equal(t, stateCancelled, b.get(t, second.ID).State)
	require.Zero(t, b.count(t, "SELECT count(*) FROM notification_deliveries"))
}

func TestNotify_ChannelThatRefusesForGood_IsBrokenUntilItTakesAMessage(t *testing.T) {
	t.Parallel()

	b := setup(t)
	server := b.notified(t)
	channel := b.channel(t, "on", server)
	server.answers(func(int) int { return http.StatusGone })
	b.work(t)

	b.outcomes(t, stateFailed)
	require.Equal(t, map[string]int{deliveryDelivered: 0, deliveryFailed: 1}, b.settled(t))
	require.Len(t, server.received(), 1)

	found, err := b.queries.GetNotificationChannel(b.ctx, channel, b.organisation)
	require.NoError(t, err)
	require.NotNil(t, found.BrokenAt)
	require.Equal(t, "127.0.0.1 answers with 410 Gone. Look at what stands at the address, or give the channel another one.", *found.BrokenReason)

	server.answers(func(int) int { return http.StatusNoContent })
	b.outcomes(t, stateLive)
	require.Equal(t, map[string]int{deliveryDelivered: 1, deliveryFailed: 1}, b.settled(t))

	found, err = b.queries.GetNotificationChannel(b.ctx, channel, b.organisation)
	require.NoError(t, err)
	require.Nil(t, found.BrokenAt)
	require.NotNil(t, found.DeliveredAt)
}

func TestNotify_ServerIsAwayForAWhile_GetsTheSameMessageLater(t *testing.T) {
	t.Parallel()

	b := setup(t)
	server := b.notified(t)
	channel := b.channel(t, "on", server)
	server.answers(func(number int) int {
		if number < noticedAfter+1 {
			return http.StatusServiceUnavailable
		}

		return http.StatusOK
	})
	b.work(t)
	b.outcomes(t, stateFailed)

	for attempt := 1; attempt <= noticedAfter; attempt++ {
		// The job waits for ten seconds or longer, unless its time comes sooner.
		require.Eventually(t, func() bool {
			return b.count(t, "SELECT count(*) FROM river.river_job WHERE kind = 'notify' AND state = 'scheduled'") == 1 &&
				b.count(t, `SELECT count(*) FROM notification_deliveries
					WHERE state = 'pending' AND attempts = $1 AND problem = '127.0.0.1 answers with 503 Service Unavailable.'`, attempt) == 1
		}, patienceOfTests, 5*time.Millisecond, "the message is not put off")

		found, err := b.queries.GetNotificationChannel(b.ctx, channel, b.organisation)
		require.NoError(t, err)
		require.Equal(t, attempt == noticedAfter, found.BrokenAt != nil, "attempt %d", attempt)

		b.exec(t, "UPDATE river.river_job SET state = 'available', scheduled_at = now() WHERE kind = 'notify'")
	}

	require.Equal(t, map[string]int{deliveryDelivered: 1, deliveryFailed: 0}, b.settled(t))
	require.Zero(t, b.count(t, "SELECT count(*) FROM notification_channels WHERE broken_at IS NOT NULL"))

	messages := server.received()
	require.Len(t, messages, noticedAfter+1)
	require.Len(t, lo.Uniq(messages), 1)
}

func TestNotify_WorkerStopsWhileItSends_AnotherOneSendsTheSameMessage(t *testing.T) {
	t.Parallel()

	b := setup(t)
	server := b.notified(t)
	b.channel(t, "on", server)

	sending, release := make(chan struct{}), make(chan struct{})

	server.answers(func(number int) int {
		if number == 1 {
			close(sending)
			<-release
		}

		return http.StatusOK
	})

	ctx, stop := context.WithCancel(b.ctx)
	stopped := make(chan error, 1)
	worker := b.newWorker(t)

	go func() { stopped <- worker.Run(ctx) }()

	b.outcomes(t, stateFailed)
	<-sending
	stop()
	require.NoError(t, <-stopped)
	close(release)

	b.work(t)
	require.Equal(t, map[string]int{deliveryDelivered: 1, deliveryFailed: 0}, b.settled(t))

	messages := server.received()
	require.Len(t, messages, 2)
	require.Equal(t, messages[0], messages[1])
}

func TestNotify_Test_IsTriedOnceAndBounded(t *testing.T) {
	t.Parallel()

	b := setup(t)
	server := b.notified(t)
	channel := b.channel(t, "on", server)
	server.answers(func(int) int { return http.StatusServiceUnavailable })
	b.work(t)

	also := func(ctx context.Context, queries *database.Queries, channel uuid.UUID) error {
		return queries.CreateAuditEvent(ctx, database.CreateAuditEventParams{
			ID: id.New(), OrganisationID: &b.organisation, ActorKind: new(database.ActorPlatform), Action: "notification_channel.test",
			SubjectType: "notification_channel", SubjectID: channel, Details: []byte("{}"),
		})
	}
	_, err := b.deployments.TestChannel(b.ctx, b.organisation, channel, also)
	require.NoError(t, err)
	require.Equal(t, map[string]int{deliveryDelivered: 0, deliveryFailed: 1}, b.settled(t))
	require.Equal(t, "test", server.received()[0].event)

	for range testsPerHour - 1 {
		_, err := b.deployments.TestChannel(b.ctx, b.organisation, channel, also)
		require.NoError(t, err)
	}

	_, err = b.deployments.TestChannel(b.ctx, b.organisation, channel, also)
	require.Equal(t, problem.TooMany, problem.CodeOf(err))

	// Another channel in the place of this one does not help.
	_, err = b.queries.DeleteNotificationChannels(b.ctx, b.organisation, nil)
	require.NoError(t, err)

	_, err = b.deployments.TestChannel(b.ctx, b.organisation, b.channel(t, "next", server), also)
	require.Equal(t, problem.TooMany, problem.CodeOf(err))
}

func TestNotify_KeyWasReplaced_BothSignUntilTheOneBeforeEndsAndIsDeleted(t *testing.T) {
	t.Parallel()

	b := setup(t)
	server := b.notified(t)
	channel := b.channel(t, "on", server)
	row, err := b.queries.KeepFormerKey(b.ctx, time.Hour, channel, b.organisation)
	require.NoError(t, err)
	require.NoError(t, b.keyring.PutSecret(b.ctx, b.queries, FormerSigningKey(row), "whsec_b2xkIGtleSBvZiBhIHdlYmhvb2s="))

	b.collectHistory(t)
	b.work(t)

	for _, signatures := range []int{2, 1} {
		_, err := b.deployments.TestChannel(b.ctx, b.organisation, channel, func(context.Context, *database.Queries, uuid.UUID) error { return nil })
		require.NoError(t, err)
		b.settled(t)
		require.Len(t, strings.Fields(server.signatures[len(server.signatures)-1]), signatures)
		b.exec(t, "UPDATE notification_channels SET former_key_until = now() - interval '1 second'")
	}

	b.collectHistory(t)
	require.Zero(t, b.count(t, "SELECT count(*) FROM secrets WHERE kind = $1", formerSigningKeyKind))
	require.Zero(t, b.count(t, "SELECT count(*) FROM notification_channels WHERE former_key_until IS NOT NULL"))
}

func TestNotify_ServersOfOneOrganisationDoNotAnswer_OthersAreToldAllTheSame(t *testing.T) {
	t.Parallel()

	b := setup(t)
	silent, other := b.notified(t), b.notified(t)
	release := make(chan struct{})
	t.Cleanup(func() { close(release) })
	silent.answers(func(int) int {
		<-release

		return http.StatusOK
	})

	for _, name := range []string{"a", "b", "c", "d", "e"} {
		b.channel(t, name, silent)
	}

	b.work(t)
	b.outcomes(t, stateFailed)
	require.Eventually(t, func() bool { return len(silent.received()) == 2 }, patienceOfTests, 5*time.Millisecond, "nothing is sent")

	// The message of another organisation.
	rival := id.New()
	b.exec(t, "INSERT INTO organisations (id, name, slug) VALUES ($1, 'rival', 'rival')", rival)

	also := func(context.Context, *database.Queries, uuid.UUID) error { return nil }
	_, err := b.deployments.TestChannel(b.ctx, rival, b.channelOf(t, rival, "theirs", other), also)
	require.NoError(t, err)
	require.Eventually(t, func() bool { return len(other.received()) == 1 }, patienceOfTests, 5*time.Millisecond, "the other organisation is not told")
	require.Len(t, silent.received(), 2, "one organisation has half of the slots")
}

func TestNotify_ChannelForWhichAHundredMessagesWait_IsToldNoMoreUntilItTakesThem(t *testing.T) {
	t.Parallel()

	b := setup(t)
	full, other := b.channel(t, "full", b.notified(t)), b.channel(t, "other", b.notified(t))
	b.exec(t, `INSERT INTO notification_deliveries (id, channel_id, event) SELECT gen_random_uuid(), $1, 'test' FROM generate_series(1, 100)`, full)

	told, err := b.queries.ListChannelsToTell(b.ctx, b.organisation, string(notify.EventFailed), b.project)
	require.NoError(t, err)
	require.Equal(t, []uuid.UUID{other}, told)
}

func TestReconcile_MessageThatNoJobSends_IsSent(t *testing.T) {
	t.Parallel()

	b := setup(t)
	server := b.notified(t)
	channel := b.channel(t, "on", server)
	b.exec(t, "INSERT INTO notification_deliveries (id, channel_id, event) VALUES ($1, $2, 'test')", id.New(), channel)

	worker := b.work(t)
	require.NoError(t, worker.reconcile(b.ctx, nil))
	require.Equal(t, map[string]int{deliveryDelivered: 1, deliveryFailed: 0}, b.settled(t))
	require.NoError(t, worker.reconcile(b.ctx, nil))
	require.Len(t, server.received(), 1)
}

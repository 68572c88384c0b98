package database_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/database/databasetest"
	"github.com/zeitwork/zeitwork/internal/id"
)

// soon bounds the wait for what comes within milliseconds.
const soon = 10 * time.Second

type listenerBundle struct {
	pool     *pgxpool.Pool
	queries  *database.Queries
	listener *database.Listener
	// connected gets a value whenever the listener has connected, and at every change of routes.
	connected <-chan struct{}
	stop      context.CancelFunc
	stopped   <-chan error
}

func setupListener(t *testing.T) *listenerBundle {
	t.Helper()

	pool := databasetest.New(t)
	listener := database.NewListener(database.Config{URL: pool.Config().ConnString()}, slog.New(slog.DiscardHandler))
	connected, _ := listener.Subscribe(database.ChannelRoutes, "")

	ctx, stop := context.WithCancel(t.Context())
	stopped := make(chan error, 1)

	go func() { stopped <- listener.Run(ctx) }()

	t.Cleanup(stop)
	requireWake(t, connected)

	return &listenerBundle{
		pool: pool, queries: database.New(pool), listener: listener, connected: connected, stop: stop, stopped: stopped,
	}
}

// settle returns when every notification sent before has been handed out.
func (b *listenerBundle) settle(t *testing.T) {
	t.Helper()

	require.NoError(t, b.queries.Notify(t.Context(), database.ChannelRoutes, ""))
	requireWake(t, b.connected)
}

func requireWake(t *testing.T, wake <-chan struct{}) {
	t.Helper()

	select {
	case <-wake:
	case <-time.After(soon):
		require.FailNow(t, "the subscriber was not woken")
	}
}

func requireNoWake(t *testing.T, wake <-chan struct{}) {
	t.Helper()

	select {
	case <-wake:
		require.FailNow(t, "the subscriber was woken for something else")
	default:
	}
}

func TestListener_WakesTheSubscribersOfTheKey(t *testing.T) {
	t.Parallel()

	b := setupListener(t)
	deployment := id.New()

	subscribe := func(channel string, key uuid.UUID) <-chan struct{} {
		wake, cancel := b.listener.Subscribe(channel, key.String())
		t.Cleanup(cancel)

		return wake
	}
	one, two := subscribe(database.ChannelDeployments, deployment), subscribe(database.ChannelDeployments, deployment)
	another, logs := subscribe(database.ChannelDeployments, id.New()), subscribe(database.ChannelBuildLogs, deployment)

	require.NoError(t, b.queries.Notify(t.Context(), database.ChannelDeployments, deployment.String()))
	requireWake(t, one)
	requireWake(t, two)

	b.settle(t)
	requireNoWake(t, another)
	requireNoWake(t, logs)
}

func TestListener_EmptyKey_HearsEveryPayloadOfTheChannel(t *testing.T) {
	t.Parallel()

	b := setupListener(t)

	for _, channel := range []string{
		database.ChannelDeployments, database.ChannelBuildLogs, database.ChannelRuntimeLogs, database.ChannelNodes,
	} {
		wake, cancel := b.listener.Subscribe(channel, "")

		for range 2 {
			require.NoError(t, b.queries.Notify(t.Context(), channel, id.New().String()))
			requireWake(t, wake)
		}

		cancel()
	}
}

func TestListener_ManyNotifications_WakeASlowSubscriberOnce(t *testing.T) {
	t.Parallel()

	b := setupListener(t)

	wake, cancel := b.listener.Subscribe(database.ChannelNodes, "")
	defer cancel()

	for range 5 {
		require.NoError(t, b.queries.Notify(t.Context(), database.ChannelNodes, id.New().String()))
	}

	b.settle(t)
	requireWake(t, wake)
	requireNoWake(t, wake)
}

func TestListener_CancelledSubscription_IsNotWoken(t *testing.T) {
	t.Parallel()

	b := setupListener(t)

	wake, cancel := b.listener.Subscribe(database.ChannelNodes, "")
	cancel()
	cancel()

	require.NoError(t, b.queries.Notify(t.Context(), database.ChannelNodes, id.New().String()))
	b.settle(t)
	requireNoWake(t, wake)
}

func TestListener_TransactionRolledBack_WakesNobody(t *testing.T) {
	t.Parallel()

	b := setupListener(t)

	wake, cancel := b.listener.Subscribe(database.ChannelNodes, "")
	defer cancel()

	err := database.InTx(t.Context(), b.pool, func(_ pgx.Tx, queries *database.Queries) error {
		require.NoError(t, queries.Notify(t.Context(), database.ChannelNodes, id.New().String()))

		return context.Canceled
	})
	require.ErrorIs(t, err, context.Canceled)

	b.settle(t)
	requireNoWake(t, wake)
}

func TestListener_ConnectionLost_ReconnectsAndWakesEverybody(t *testing.T) {
	t.Parallel()

	b := setupListener(t)

	wake, cancel := b.listener.Subscribe(database.ChannelDeployments, id.New().String())
	defer cancel()

	const terminate = `SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
		WHERE datname = current_database() AND query LIKE 'LISTEN%'`

	var terminated int
	require.NoError(t, b.pool.QueryRow(t.Context(), terminate).Scan(&terminated))
	require.Equal(t, 1, terminated)

	requireWake(t, wake)
	requireWake(t, b.connected)
	b.settle(t)
}

func TestListener_ContextDone_RunEnds(t *testing.T) {
	t.Parallel()

	b := setupListener(t)
	b.settle(t)
	require.WithinDuration(t, time.Now(), b.listener.ChangesHeardUntil(), soon)
	b.stop()

	select {
	case err := <-b.stopped:
		require.ErrorIs(t, err, context.Canceled)
		require.Zero(t, b.listener.ChangesHeardUntil(), "it hears of nothing any more")
	case <-time.After(soon):
		require.FailNow(t, "Run goes on")
	}
}

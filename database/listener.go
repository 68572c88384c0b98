package database

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/zeitwork/zeitwork/internal/logging"
)

// reconnectPause is how long the listener waits before it connects again.
const reconnectPause = 500 * time.Millisecond

// Listener hears the notifications of all channels on one connection and wakes their subscribers. It needs a
// direct connection: a transaction pooler cannot LISTEN.
type Listener struct {
	url    string
	logger *slog.Logger

	mutex       sync.Mutex
	subscribers map[*subscriber]struct{}
	changes     *changeBoard
}

type subscriber struct {
	channel, key string
	wake         chan struct{}
}

// NewListener returns a listener on the database; it hears nothing until Run.
func NewListener(config Config, logger *slog.Logger) *Listener {
	return &Listener{url: config.URL, logger: logger, subscribers: map[*subscriber]struct{}{}, changes: newChangeBoard()}
}

// Subscribe returns a channel that gets a value when a notification on the named channel carries the key (any payload
// for the empty key), and after every reconnect, since something may have been missed. Values that were not received yet are
// merged into one. The caller must call cancel when done, and must also look by itself from time to time.
func (l *Listener) Subscribe(channel, key string) (wake <-chan struct{}, cancel func()) {
	s := &subscriber{channel: channel, key: key, wake: make(chan struct{}, 1)}

	l.mutex.Lock()
	defer l.mutex.Unlock()

	l.subscribers[s] = struct{}{}

	return s.wake, func() {
		l.mutex.Lock()
		defer l.mutex.Unlock()

		delete(l.subscribers, s)
	}
}

// Run listens until ctx is done, reconnecting as often as it must. It returns ctx's error.
func (l *Listener) Run(ctx context.Context) error {
	for {
		err := l.listen(ctx)
		if ctx.Err() != nil {
			return ctx.Err()
		}

		l.logger.WarnContext(ctx, "lost the connection that hears notifications; connecting again", logging.Error(err))

		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(reconnectPause):
		}
	}
}

func (l *Listener) listen(ctx context.Context) error {
	connection, err := pgx.Connect(ctx, l.url)
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}

	defer func() { _ = connection.Close(context.WithoutCancel(ctx)) }()

	for _, channel := range []string{
		ChannelDeployments, ChannelBuildLogs, ChannelRuntimeLogs, ChannelRequestLogs, ChannelNodes, ChannelRoutes, ChannelDetections, ChannelPolls,
		ChannelChanges, ChannelCertificates, ChannelEdges,
	} {
		if _, err := connection.Exec(ctx, "LISTEN "+channel); err != nil {
			return fmt.Errorf("listen on %s: %w", channel, err)
		}
	}

	l.notify(func(*subscriber) bool { return true })
	l.changes.tellAll()

	defer l.changes.lose()

	for {
		notification, err := connection.WaitForNotification(ctx)
		if err != nil {
			return fmt.Errorf("wait for a notification: %w", err)
		}

		if notification.Channel == ChannelChanges {
			l.changes.tell(notification.Payload)

			continue
		}

		l.notify(func(s *subscriber) bool {
			return s.channel == notification.Channel && (s.key == "" || s.key == notification.Payload)
		})
	}
}

func (l *Listener) notify(concerned func(*subscriber) bool) {
	l.mutex.Lock()
	defer l.mutex.Unlock()

	for s := range l.subscribers {
		if !concerned(s) {
			continue
		}

		select {
		case s.wake <- struct{}{}:
		default: // A value is waiting already.
		}
	}
}

package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/coder/websocket"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/test/rig"
)

// stream is one that is open.
type stream struct {
	kind, host string
	edge       int
	opened     time.Time
	// text is what the version that serves it says; empty before the first message.
	text string
}

// ended is a stream that has ended.
type ended struct {
	stream

	at  time.Time
	err error
}

// dial opens a stream and returns how to read its next message.
type dial struct {
	kind string
	open func(ctx context.Context, connections *http.Transport, edge, host string) (next func() (string, error), end func(), err error)
}

var (
	serverSentEvents = dial{kind: "an event stream", open: openEvents}
	webSocket        = dial{kind: "a WebSocket", open: openWebSocket}
)

// follow keeps a stream open, and opens it again whenever it ends: at the next edge where this one could not be reached.
func (t *traffic) follow(ctx context.Context, p *project, edge int, w way, d dial) {
	const pause = 100 * time.Millisecond

	for ctx.Err() == nil {
		t.count()

		began := time.Now()
		opening, cancel := context.WithCancel(ctx)
		opened := &stream{kind: d.kind + " by " + w.name, host: p.host, edge: edge, opened: began}
		connections := w.connections(p.host)

		next, end, err := d.open(opening, connections, w.edges[edge], p.host)
		if err != nil {
			cancel()
			connections.CloseIdleConnections()

			if ctx.Err() == nil {
				t.refused(edge, began, opened.kind, err)
				edge = (edge + 1) % len(w.edges)
				_ = rig.Sleep(ctx, pause)
			}

			continue
		}

		err = t.readOn(opened, next)
		if ctx.Err() == nil {
			t.ends(ended{stream: *opened, at: time.Now(), err: err})
		}

		t.close(opened)
		end()
		cancel()
		connections.CloseIdleConnections()
	}
}

// readOn reads until the stream ends.
func (t *traffic) readOn(s *stream, next func() (string, error)) error {
	for {
		message, err := next()
		if err != nil {
			return err
		}

		t.mutex.Lock()
		first := s.text == ""
		s.text = message
		t.streams[s] = true
		t.mutex.Unlock()

		if first && !strings.HasPrefix(s.host, strings.Split(message, "-")[0]) {
			t.failf("%s of %s says %q", s.kind, s.host, message)
		}
	}
}

func (t *traffic) close(s *stream) {
	t.mutex.Lock()
	defer t.mutex.Unlock()

	delete(t.streams, s)
}

func (t *traffic) ends(e ended) {
	t.mutex.Lock()
	defer t.mutex.Unlock()

	t.ended = append(t.ended, e)
}

// open returns the streams that are open now.
func (t *traffic) open() []stream {
	t.mutex.Lock()
	defer t.mutex.Unlock()

	return lo.MapToSlice(t.streams, func(s *stream, _ bool) stream { return *s })
}

// statusError is an answer that opens no stream.
type statusError int

func (s statusError) Error() string { return fmt.Sprintf("status %d", int(s)) }

func (t *traffic) refused(edge int, began time.Time, kind string, err error) {
	if status, ok := errors.AsType[statusError](err); ok {
		t.failf("edge %d: %s was answered with %s", edge+1, kind, status)

		return
	}

	t.breaks(broken{edge: edge, began: began, ended: time.Now(), what: kind, err: err})
}

func openEvents(ctx context.Context, connections *http.Transport, edge, host string) (func() (string, error), func(), error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, edge+"/sse", nil)
	if err != nil {
		return nil, nil, fmt.Errorf("make a request: %w", err)
	}

	response, err := rig.Transport{Host: host, Base: connections}.RoundTrip(request)
	if err != nil {
		return nil, nil, fmt.Errorf("ask: %w", err)
	}

	end := func() { _ = response.Body.Close() }

	if response.StatusCode != http.StatusOK {
		end()

		return nil, nil, statusError(response.StatusCode)
	}

	lines := bufio.NewReader(response.Body)

	return func() (string, error) {
		for {
			line, err := lines.ReadString('\n')
			if err != nil {
				return "", err
			}

			if text, ok := strings.CutPrefix(strings.TrimSpace(line), "data: "); ok {
				return text, nil
			}
		}
	}, end, nil
}

func openWebSocket(ctx context.Context, connections *http.Transport, edge, host string) (func() (string, error), func(), error) {
	// From http:// and https:// it makes ws:// and wss://.
	address := "ws" + strings.TrimPrefix(edge, "http")
	options := &websocket.DialOptions{Host: host, HTTPClient: &http.Client{Transport: connections}}

	connection, response, err := websocket.Dial(ctx, address, options) //nolint:bodyclose // Its Conn is closed.
	if err != nil {
		if response != nil && response.StatusCode != http.StatusSwitchingProtocols {
			return nil, nil, statusError(response.StatusCode)
		}

		return nil, nil, fmt.Errorf("dial: %w", err)
	}

	return func() (string, error) {
		_, message, err := connection.Read(ctx)

		return string(message), err
	}, func() { _ = connection.CloseNow() }, nil
}

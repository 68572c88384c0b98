package api

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/zeitwork/zeitwork/internal/problem"
)

const (
	// heartbeat keeps proxies from closing a stream on which nothing happens.
	heartbeat = 15 * time.Second
	// recheckInterval is how often waiting requests read the database without a notification, in case one was lost.
	recheckInterval = 2 * time.Second
	// lookPause is the shortest time between two looks of a stream: an app that writes without end costs each reader a few queries a second.
	lookPause = 100 * time.Millisecond
	// streamWriteTimeout bounds one write to a reader that does not read.
	streamWriteTimeout = 10 * time.Second
)

// eventStream writes server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html).
type eventStream struct {
	writer     io.Writer
	controller *http.ResponseController
	// admitted returns a problem where the caller would be refused by now.
	admitted func(ctx context.Context) error
	// pace waits until so many bytes may be sent.
	pace func(ctx context.Context, bytes int) error
	// position is an id without an event, which tells the reader where the stream stands; empty: only the ids of its events do.
	position string
}

// send writes one event without an id.
func (e *eventStream) send(event string, data any) error {
	encoded, err := encodeEvent(0, event, data)
	if err != nil {
		return err
	}

	return e.write(encoded)
}

// encodeEvent leaves the id out where it is 0.
func encodeEvent(id int64, event string, data any) (string, error) {
	encoded, err := json.Marshal(data)
	if err != nil {
		return "", fmt.Errorf("encode an event: %w", err)
	}

	head := ""
	if id > 0 {
		head = fmt.Sprintf("id: %d\n", id)
	}

	return fmt.Sprintf("%sevent: %s\ndata: %s\n\n", head, event, encoded), nil
}

// beat writes a comment, which readers ignore, and where the stream stands.
func (e *eventStream) beat() error { return e.write(": still here\n\n" + e.position) }

// stand keeps where the stream stands, for the next beat: a reader that comes back with the id gets what is behind it.
func (e *eventStream) stand(id int64) { e.position = fmt.Sprintf("id: %d\n\n", id) }

// tellStand is stand, and tells the reader at once.
func (e *eventStream) tellStand(id int64) error {
	e.stand(id)

	return e.write(e.position)
}

func (e *eventStream) write(text string) error {
	if err := e.controller.SetWriteDeadline(time.Now().Add(streamWriteTimeout)); err != nil {
		return fmt.Errorf("set the deadline of a stream: %w", err)
	}

	if _, err := io.WriteString(e.writer, text); err != nil {
		return fmt.Errorf("write to a stream: %w", err)
	}

	return e.controller.Flush()
}

// openStream checks whether the caller may see the stream, and returns the function that writes it to its end.
type openStream[I any] func(ctx context.Context, input *I) (func(ctx context.Context, out *eventStream) error, error)

// registerStream registers an operation of the service that answers with server-sent events of the named types.
func registerStream[I any](s *service, api huma.API, op huma.Operation, events map[string]any, open openStream[I]) {
	op.Responses = map[string]*huma.Response{"200": describeStream(api.OpenAPI().Components.Schemas, events)}
	s.streams.add(api, op)

	huma.Register(api, op, func(ctx context.Context, input *I) (*huma.StreamResponse, error) {
		end, err := s.countStream(ctx)
		if err != nil {
			return nil, err
		}

		run, err := open(ctx, input)
		if err != nil {
			end()

			return nil, err
		}

		//nolint:contextcheck // Huma hands the context in its own.
		return s.streamResponse(end, func(ctx huma.Context, out *eventStream) error { return run(ctx.Context(), out) }), nil
	})
}

// countStream counts a stream of the caller until its end is told by the returned function. One that is part of another one is not counted.
func (s *service) countStream(ctx context.Context) (end func(), err error) {
	if isJoined(ctx) {
		return func() {}, nil
	}

	return s.use.openStream(callerOf(ctx).userID)
}

// streamResponse returns the answer that is what run writes, and calls end behind it.
func (s *service) streamResponse(end func(), run func(ctx huma.Context, out *eventStream) error) *huma.StreamResponse {
	return &huma.StreamResponse{Body: func(ctx huma.Context) {
		defer end()

		_, writer := humago.Unwrap(ctx)
		ctx.SetHeader("Content-Type", "text/event-stream")
		ctx.SetHeader("Cache-Control", "no-store")
		ctx.SetHeader("X-Accel-Buffering", "no")
		ctx.SetStatus(http.StatusOK)

		out := &eventStream{writer: ctx.BodyWriter(), controller: http.NewResponseController(writer), admitted: s.stillAdmitted, pace: s.paceStream}

		// The flush tells the caller at once that the stream is open. An error behind it can only break the stream: the caller opens
		// it again, and the log says why it broke.
		err := out.controller.Flush()
		if err == nil {
			err = run(ctx, out)
		}

		switch {
		case err == nil:
			noteOver(ctx.Context())
		case ctx.Context().Err() == nil:
			noteError(ctx.Context(), err)
		}
	}}
}

// endOf returns the error with which a stream ends. A caller that is not admitted any more is told why when it opens the stream again.
func endOf(err error) error {
	if slices.Contains([]problem.Code{problem.Unauthorized, problem.Forbidden, problem.NotFound}, problem.CodeOf(err)) {
		return nil
	}

	return err
}

// follow calls look at once, and again whenever news or state says that something may have changed, until look returns true
// or the caller is not admitted any more.
func (s *service) follow(ctx context.Context, out *eventStream, news, state <-chan struct{}, look func() (over bool, err error)) error {
	beats, again := time.NewTicker(heartbeat), time.NewTicker(recheckInterval)
	defer beats.Stop()
	defer again.Stop()

	for {
		looked := time.Now()

		if over, err := look(); over || err != nil {
			return err
		}

		select {
		case <-ctx.Done():
			return nil
		case <-s.stopping:
			return nil
		case <-news:
			s.rest(ctx, looked)
		case <-state:
			s.rest(ctx, looked)
		case <-again.C:
			if err := out.admitted(ctx); err != nil {
				return endOf(err)
			}
		case <-beats.C:
			if err := out.beat(); err != nil {
				return err
			}
		}
	}
}

// rest waits until lookPause after the last look, or until the stream is to end.
func (s *service) rest(ctx context.Context, looked time.Time) {
	s.restUntil(ctx, looked.Add(lookPause))
}

func (s *service) restUntil(ctx context.Context, until time.Time) {
	timer := time.NewTimer(time.Until(until))
	defer timer.Stop()

	select {
	case <-ctx.Done():
	case <-s.stopping:
	case <-timer.C:
	}
}

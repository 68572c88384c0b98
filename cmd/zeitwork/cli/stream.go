package cli

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"
)

const (
	// reconnectPause is the pause before a broken stream is opened again, and longestReconnectPause what it grows to.
	reconnectPause        = time.Second
	longestReconnectPause = 5 * time.Second
	// patience is for how long the platform may be away, as while it is upgraded.
	patience = 10 * time.Minute
	// silence is after how long a stream counts as broken on which nothing comes: the API sends a comment every 15 seconds.
	silence = 50 * time.Second
	// maxEventBytes bounds one event. The largest is a deployment with its timeline and build plan.
	maxEventBytes = 4 << 20
)

// open opens a stream after the event with that id; nil: at its beginning.
type open func(ctx context.Context, lastEventID *string) (*http.Response, error)

// following says how a stream is followed.
type following struct {
	open open
	// again opens a stream again that breaks or ends before its last event, behind the last event that was read.
	again bool
	// expected says that the platform has just answered something else, so that it is waited for from the beginning.
	expected bool
	// away is told why the stream cannot be opened, each time; nil: it has been opened again. It may be nil.
	away func(err error)
}

// follow follows a stream of a platform that has to answer once, and may be away later.
func follow(ctx context.Context, open open, again bool, handle func(serverEvent) (last bool, err error)) error {
	return following{open: open, again: again}.follow(ctx, handle)
}

// follow calls handle for every event until handle returns true. A platform that is away for longer than patience is an error.
func (f following) follow(ctx context.Context, handle func(serverEvent) (last bool, err error)) error {
	var (
		lastEventID *string
		since       time.Time // Since when the platform is away; zero: it is there.
	)

	wait := f.expected && f.again
	pause := reconnectPause

	opened := func() {
		if !since.IsZero() {
			f.tell(nil)
		}

		wait, since, pause = f.again, time.Time{}, reconnectPause
	}

	for {
		ended, err := f.once(ctx, lastEventID, opened, func(event serverEvent) (bool, error) {
			if event.ID != "" {
				lastEventID = &event.ID
			}

			if event.Data == nil {
				return false, nil
			}

			return handle(event)
		})

		if away, ok := errors.AsType[*awayError](err); ok {
			if since.IsZero() {
				since = time.Now()
			}

			if err = away.error; wait && time.Since(since) < patience {
				f.tell(err)

				err = nil
			}
		}

		if err != nil || ended || !f.again {
			return err
		}

		select {
		case <-ctx.Done():
			return interrupted()
		case <-time.After(pause):
			pause = min(2*pause, longestReconnectPause) //nolint:mnd // Twice as long.
		}
	}
}

func (f following) tell(err error) {
	if f.away != nil {
		f.away(err)
	}
}

// awayError means that a stream was not opened, and may be at another time.
type awayError struct{ error }

// once opens the stream once and reads it to its end or until it breaks.
func (f following) once(ctx context.Context, lastEventID *string, opened func(), handle func(serverEvent) (bool, error)) (ended bool, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()

	response, err := f.open(ctx, lastEventID)
	if err != nil {
		err = unreachable(err)
		if ExitCode(err) == ExitFailure {
			err = &awayError{err}
		}

		return false, err
	}

	defer func() { _ = response.Body.Close() }()

	if response.StatusCode != http.StatusOK {
		body, _ := io.ReadAll(io.LimitReader(response.Body, maxEventBytes))

		err := refusal(response.StatusCode, body)
		if isTemporary(response.StatusCode) {
			err = &awayError{err}
		}

		return false, err
	}

	opened()

	// A machine that dies says nothing: without this the stream would stay open for ever.
	watchdog := time.AfterFunc(silence, cancel)
	defer watchdog.Stop()

	return readEvents(heard{response.Body, func() { watchdog.Reset(silence) }}, handle)
}

// heard calls a function whenever something is read.
type heard struct {
	io.Reader

	note func()
}

func (h heard) Read(buffer []byte) (int, error) {
	n, err := h.Reader.Read(buffer)
	h.note()

	return n, err
}

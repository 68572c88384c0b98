package edgeproxy

import (
	"sync/atomic"
	"time"
)

const (
	// silenceCheck is how often the edge looks, from when a request is sent until its answer or its WebSocket has ended, whether the VM's machine still
	// acknowledges what was sent.
	silenceCheck = 2 * time.Second
	// silentAfter is how many times in a row the kernel has sent the same bytes again. The fourth time comes three seconds after the bytes at the
	// earliest. A machine that is there acknowledges bytes whatever its app does with them, also where its processors are short.
	silentAfter = 4
)

// silentError says that the VM's machine acknowledges nothing any more. What was sent before may have reached the app.
type silentError struct{ cause error }

func (e *silentError) Error() string { return "the VM's machine is silent: " + e.cause.Error() }
func (e *silentError) Unwrap() error { return e.cause }

// silence ends a connection whose other end is gone without a word: a machine that lost its power, or a region that lost its network. The kernel would try
// for a quarter of an hour. Its TCP_USER_TIMEOUT would not do: it also ends connections to machines that are there, and whose app reads nothing for a while,
// and it takes the place of the keep-alives that notice within half a minute that a stream without bytes has nobody at its other end.
type silence struct {
	wire  *wire
	timer *time.Timer
	// waiting is true between begin and end, and found once the connection was closed.
	waiting, found atomic.Bool
}

func newSilence(w *wire) *silence {
	s := &silence{wire: w}
	s.timer = time.AfterFunc(silenceCheck, s.look)
	s.timer.Stop()

	return s
}

func (s *silence) begin() {
	s.waiting.Store(true)
	s.timer.Reset(silenceCheck)
}

func (s *silence) end() {
	s.waiting.Store(false)
	s.timer.Stop()
}

func (s *silence) look() {
	switch {
	case !s.waiting.Load():
	case isSilent(s.wire.tcp):
		s.found.Store(true)

		_ = s.wire.tcp.Close() // The error that the reader gets tells of it.
	default:
		s.timer.Reset(silenceCheck)
	}
}

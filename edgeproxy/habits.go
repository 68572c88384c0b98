package edgeproxy

import (
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	// idleUpstreamTime is how long a connection to an app stays open without a request, unless the app closes its own earlier. It is shorter
	// than the 5 s after which many servers close them.
	idleUpstreamTime = 4 * time.Second
	// closingTime is how long after an answer an app that closes its connections without saying so may take to do it. The machine may be busy.
	closingTime = 200 * time.Millisecond
	// habitLife is how long it is remembered that an app closed an idle connection. A process that ended closes all of its connections, at
	// whatever time, and says nothing about the next process.
	habitLife = time.Minute
)

// habits are what an app does with connections that have no request. The edge stays well ahead of it: where an app closes a connection just as
// a request is sent on it, nobody can know in every case whether the app has read the request.
type habits struct {
	mutex sync.Mutex
	// keeps says that the app was seen to keep a connection open after an answer; nothing makes it so before doubtUntil.
	keeps      bool
	doubtUntil time.Time
	// longest is how long a connection was seen to be idle that the app left open.
	longest time.Duration
	// patience is how long a connection may be idle, before patienceUntil.
	patience      time.Duration
	patienceUntil time.Time
}

// closed notes that the app closed a connection that had been idle for that long.
func (h *habits) closed(idle time.Duration, now time.Time) {
	h.mutex.Lock()
	defer h.mutex.Unlock()

	if idle < closingTime {
		h.keeps, h.doubtUntil = false, now.Add(habitLife)

		return
	}

	patience := ahead(idle)
	if now.Before(h.patienceUntil) {
		patience = min(patience, h.patience)
	}

	h.patience, h.patienceUntil = patience, now.Add(habitLife)
}

// kept notes that the app left a connection open.
func (h *habits) kept(now time.Time) {
	h.mutex.Lock()
	defer h.mutex.Unlock()

	h.keeps = h.keeps || now.After(h.doubtUntil)
}

// stayedOpen notes that the app had left a connection open when that had been idle for that long.
func (h *habits) stayedOpen(idle time.Duration, now time.Time) {
	if idle < closingTime {
		return
	}

	h.kept(now)

	h.mutex.Lock()
	defer h.mutex.Unlock()

	h.longest = max(h.longest, idle)
}

// carefulIdle returns how long a connection may have been idle for a request that cannot be repeated, and false where none will do: the app
// closes its connections after its answers, or nothing is known of it yet. Such a request stays well within what the app was seen to bear, as the
// app's end of a connection may meet it on its way, with a reset that does not tell whether it was read.
func (h *habits) carefulIdle() (time.Duration, bool) {
	h.mutex.Lock()
	defer h.mutex.Unlock()

	return max(closingTime, ahead(h.longest)), h.keeps
}

// idleTime returns how long a connection may be idle after an answer with these Keep-Alive fields; 0: it is not used again.
func (h *habits) idleTime(keepAlive []string, now time.Time) time.Duration {
	h.mutex.Lock()
	defer h.mutex.Unlock()

	idle := idleUpstreamTime
	if announced, ok := keepAliveTimeout(keepAlive); ok {
		idle = min(idle, ahead(announced))
	}

	if now.Before(h.patienceUntil) {
		idle = min(idle, h.patience)
	}

	return idle
}

// ahead returns the time after which the edge gives up a connection that the app closes after limit.
func ahead(limit time.Duration) time.Duration { return limit * 3 / 4 } //nolint:mnd // Three quarters.

// keepAliveTimeout returns the timeout that Keep-Alive fields name, as in "timeout=5, max=100".
func keepAliveTimeout(values []string) (time.Duration, bool) {
	for _, value := range values {
		for parameter := range strings.SplitSeq(value, ",") {
			name, text, _ := strings.Cut(strings.TrimSpace(parameter), "=")
			if !strings.EqualFold(name, "timeout") {
				continue
			}

			if seconds, err := strconv.ParseUint(strings.Trim(text, `" `), 10, 31); err == nil {
				return time.Duration(seconds) * time.Second, true
			}
		}
	}

	return 0, false
}

package edgeproxy

import (
	"net/http"
	"sync"
	"time"
)

// idleWatchKey is that of a connection's idleWatch in the context of its requests.
type idleWatchKey struct{}

// idleWatch closes a connection of HTTP/3 on which no request has been answered for a while. The time goes on while the head of a request is on its way,
// which the server of HTTP/3 awaits without a bound.
type idleWatch struct {
	mutex   sync.Mutex
	most    time.Duration
	timer   *time.Timer
	running int
	stopped bool
}

func newIdleWatch(most time.Duration, closeConnection func()) *idleWatch {
	return &idleWatch{most: most, timer: time.AfterFunc(most, closeConnection)}
}

// begin is called when a request has reached the handler.
func (w *idleWatch) begin() {
	w.mutex.Lock()
	defer w.mutex.Unlock()

	w.running++
	w.timer.Stop()
}

// end is called when the handler has answered a request.
func (w *idleWatch) end() {
	w.mutex.Lock()
	defer w.mutex.Unlock()

	if w.running--; w.running == 0 && !w.stopped {
		w.timer.Reset(w.most)
	}
}

// stop is called when the connection has ended.
func (w *idleWatch) stop() {
	w.mutex.Lock()
	defer w.mutex.Unlock()

	w.stopped = true
	w.timer.Stop()
}

// watched tells the idleWatch of a connection which requests are being answered.
func watched(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if idle, ok := r.Context().Value(idleWatchKey{}).(*idleWatch); ok {
			idle.begin()
			defer idle.end()
		}

		next.ServeHTTP(w, r)
	})
}

package edgeproxy

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/edgeproxy/http1"
)

// A page that was loaded before a flip asks for assets of its own deployment, which the new one may not have. The deployment before is kept warm for a while,
// and is asked for them.

const (
	// skewTime is how long the deployment before may take to begin its answer.
	skewTime = 5 * time.Second
	// skewAttempts is how many of its VMs are asked.
	skewAttempts = 2
)

// askPrevious has the deployment before answer for a hashed asset that the live one has answered with 404, where it is kept warm and has it. Else the answer
// stays as it was.
func (t *transport) askPrevious(s sender, e *exchange) {
	if e.route.previous == "" || s.status() != http.StatusNotFound || !s.asksForAsset() {
		return
	}

	// VMs that have left the newest table may stop soon.
	previous := t.table.Load().lookup(e.route.previous)
	if previous == nil || previous.hostname != e.route.previous || previous.state != client.RouteStateLive {
		return
	}

	tried := make([]*upstream, 0, skewAttempts)

	for range skewAttempts {
		u := choose(previous.upstreams, t.region, tried, time.Now())
		if u == nil {
			return
		}

		tried = append(tried, u)

		u.inFlight.Add(1)

		taken, err := s.sendInstead(u)
		if taken {
			e.release()
			// The request counts for the deployment that answers it.
			e.upstream, e.route = u, previous
			e.attempts++

			return
		}

		u.inFlight.Add(-1)

		if err == nil {
			return // It does not have the asset either.
		}
	}
}

// isAssetAnswer tells whether an answer brings an asset, or says that the client has it.
func isAssetAnswer(status int) bool {
	return slices.Contains([]int{http.StatusOK, http.StatusPartialContent, http.StatusNotModified}, status)
}

// asksForAsset implements sender.
func (r *roundTrip) asksForAsset() bool {
	return isRead(r.request.Method) && r.repeatable() && isHashedAsset(r.request.URL.Path)
}

func isRead(method string) bool { return method == http.MethodGet || method == http.MethodHead }

// sendInstead implements sender.
func (r *roundTrip) sendInstead(u *upstream) (taken bool, _ error) {
	// The context of an answer that is taken ends with the request's.
	ctx, cancel := context.WithCancel(r.request.Context())
	defer func() {
		if !taken {
			cancel()
		}
	}()

	timer := time.AfterFunc(skewTime, cancel)
	instead := &roundTrip{transport: r.transport, request: r.request.WithContext(ctx)}

	err := instead.send(u)
	if !timer.Stop() && err == nil {
		err = context.DeadlineExceeded
	}

	if instead.response == nil {
		return false, err
	}

	if err != nil || !isAssetAnswer(instead.status()) {
		_ = instead.response.Body.Close() // Nobody wants it.

		return false, err
	}

	_ = r.response.Body.Close() // The other one is taken.
	r.response = instead.response

	return true, nil
}

// asksForAsset implements sender.
func (c *plainConn) asksForAsset() bool {
	request := &c.work.request

	return isRead(view(request.Method)) && c.repeatable() && isHashedAsset(view(request.Path()))
}

// sendInstead implements sender.
func (c *plainConn) sendInstead(u *upstream) (taken bool, _ error) {
	w := c.work
	first, up, got, response := c.app, w.up, w.got, w.response

	w.up, w.got, w.response = make([]byte, answerBuffer), 0, http1.Response{}
	c.hasty = true
	err := c.send(u)
	c.hasty = false

	if err == nil && isAssetAnswer(w.response.Status) {
		_ = first.Close() // The other one is taken.

		return true, nil
	}

	if err == nil {
		_ = c.app.Close() // Nobody wants it.
	}

	w.up, w.got, w.response = up, got, response

	if !c.hold(first) {
		_ = first.Close() // The client has left meanwhile, and with it whoever would have closed this one.
	}

	return false, err
}

// patienceForHead is how long an app may take to begin its answer; 0: for ever.
func (c *plainConn) patienceForHead() time.Duration {
	if c.hasty {
		return skewTime
	}

	return c.engine.responseTimeout
}

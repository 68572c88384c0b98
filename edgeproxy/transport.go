package edgeproxy

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/zeitwork/zeitwork/internal/logging"
)

const (
	maxAttempts            = 3
	maxResponseHeaderBytes = 256 << 10
	continueTimeout        = time.Second
	transportBuffer        = 8 << 10
	// With pingAfter and pingTimeout the edge notices dead HTTP/2 connections.
	pingAfter   = 30 * time.Second
	pingTimeout = 15 * time.Second
)

// errNoUpstream says that a deployment has no VM to send the request to.
var errNoUpstream = errors.New("no healthy VM")

// transport sends each request to an upstream, and to another one where the first fails and a repetition is safe.
type transport struct {
	http1  *connections
	http2  http.RoundTripper
	table  *atomic.Pointer[table]
	holder *holder
	// recovery watches the VMs that rest.
	recovery *recovery
	outliers *outliers
	region   string
	meters   *meters
	logger   *slog.Logger
}

func newTransport(config Config, current *atomic.Pointer[table], r *refresh, m *meters, logger *slog.Logger) (*transport, func()) {
	dialer := newDialer(config.RequireRoute)
	dialer.patience = config.ResponseTimeout

	template := &http.Transport{
		DialContext:            dialer.dial,
		DisableCompression:     true,
		MaxIdleConns:           maxIdleUpstream,
		MaxIdleConnsPerHost:    maxIdlePerUpstream,
		IdleConnTimeout:        idleUpstreamTime,
		ResponseHeaderTimeout:  config.ResponseTimeout,
		ExpectContinueTimeout:  continueTimeout,
		MaxResponseHeaderBytes: maxResponseHeaderBytes,
		ReadBufferSize:         transportBuffer,
		WriteBufferSize:        transportBuffer,
	}

	http1 := newConnections(template, dialer)

	http2 := template.Clone()
	http2.ResponseHeaderTimeout = 0
	http2.Protocols = new(http.Protocols)
	http2.Protocols.SetUnencryptedHTTP2(true)
	http2.HTTP2 = &http.HTTP2Config{SendPingTimeout: pingAfter, PingTimeout: pingTimeout}

	rests := newRecovery(current, dialer)

	closeIdle := func() {
		rests.close()
		http1.close()
		http2.CloseIdleConnections()
	}

	return &transport{
		http1: http1, http2: http2, table: current, holder: newHolder(current, r, dialer), recovery: rests, outliers: &outliers{logger: logger},
		region: config.Region, meters: m, logger: logger,
	}, closeIdle
}

// RoundTrip implements http.RoundTripper, for what net/http's server has read. It returns an error only when all attempts that are safe have failed.
func (t *transport) RoundTrip(request *http.Request) (*http.Response, error) {
	sent := &roundTrip{transport: t, request: request}

	if err := t.deliver(sent, exchangeOf(request)); err != nil {
		return nil, err
	}

	return sent.response, nil
}

// sender is a request that one of the engines has read.
type sender interface {
	// send sends the request to an upstream once, and returns when the head of the answer is there.
	send(u *upstream) error
	// context ends when nobody waits for the answer any more.
	context() context.Context
	// status is that of the answer, once send has returned without an error.
	status() int
	// repeatable tells whether it does no harm if an app works on the request twice.
	repeatable() bool
	// wantsPage tells whether a person waits for the answer, in a browser that shows a page.
	wantsPage() bool
	// asksForAsset tells whether it reads what looks like a hashed asset.
	asksForAsset() bool
	// sendInstead sends the request to another upstream, whose answer takes the place of the one that is there where it brings an asset. It returns an error
	// only where that upstream did not answer.
	sendInstead(u *upstream) (taken bool, err error)
}

// deliver sends a request until a VM has answered. A request that may be sent again and that no VM takes is held for a while: a newer table may come,
// a VM may be restarting, or the app sleeps and is woken. It returns an error only when all attempts that are safe have failed.
func (t *transport) deliver(s sender, e *exchange) error {
	for {
		again, err := t.tryAll(s, e)
		if err == nil {
			t.askPrevious(s, e)

			return nil
		}

		if !again {
			return err
		}

		if !t.holder.wait(s, e) {
			return t.holder.explain(e, err)
		}

		e.tried = e.tried[:0]
		t.renew(e)
	}
}

// tryAll sends the request to one VM after the other. With an error it returns whether the request may be sent again.
func (t *transport) tryAll(s sender, e *exchange) (again bool, _ error) {
	lastErr := errNoUpstream

	for range maxAttempts {
		next := choose(e.route.upstreams, t.region, e.tried, time.Now())
		if next == nil {
			break
		}

		e.hold(next)

		err := s.send(next)
		if err == nil {
			t.outliers.note(e.route, next, s.status() >= lowestServerError)

			return false, nil
		}

		lastErr = fmt.Errorf("VM %s at %s: %w", next.vmID, next.address, err)
		t.fail(s, e, lastErr)

		if !mayRetry(s, e, lastErr) {
			return false, lastErr
		}

		// The failure may have the same cause as a newer table that is in use by now.
		t.renew(e)
	}

	return true, lastErr
}

// renew gives the exchange the newest route of its host.
func (t *transport) renew(e *exchange) {
	if newest := t.table.Load().lookup(e.host); newest != nil && len(newest.upstreams) > 0 {
		e.route = newest
	}
}

// roundTrip is a request that net/http's server has read.
type roundTrip struct {
	transport *transport
	request   *http.Request
	response  *http.Response
}

func (r *roundTrip) context() context.Context { return r.request.Context() }
func (r *roundTrip) status() int              { return r.response.StatusCode }
func (r *roundTrip) repeatable() bool         { return isRepeatable(r.request) }

func (r *roundTrip) wantsPage() bool {
	return r.request.Method == http.MethodGet && prefersHTML(r.request.Header.Values("Accept"))
}

func (r *roundTrip) send(u *upstream) (err error) {
	if needsHTTP2(r.request) {
		r.response, err = r.transport.http2.RoundTrip(attemptOf(r.request, u.connections)) //nolint:bodyclose // The caller closes it.
	} else {
		r.response, err = r.transport.sendHTTP1(r, u) //nolint:bodyclose // The caller closes it.
	}

	return err
}

// sendHTTP1 sends the request on a connection that is open, where there is one. If the app has closed that one meanwhile, the request is sent
// on a new one: an old connection says nothing about the app, unless the app's machine is gone.
func (t *transport) sendHTTP1(r *roundTrip, u *upstream) (*http.Response, error) {
	request := r.request

	if old := t.http1.takeFor(request, u); old != nil {
		response, err := old.send(attemptOf(request, u.address))
		if err == nil || reasonOf(err) == reasonSilent || !mayRetry(r, exchangeOf(request), err) {
			return response, err
		}
	}

	made, err := t.http1.dial(r.context(), u)
	if err != nil {
		return nil, err
	}

	return made.send(attemptOf(request, u.address))
}

// attemptOf returns the request as it is sent to a host.
func attemptOf(request *http.Request, host string) *http.Request {
	attempt := request.WithContext(request.Context())
	target := *request.URL
	target.Host = host
	attempt.URL = &target

	if request.Body != nil {
		// http.Transport closes the body of an attempt that failed; the next attempt still needs it.
		attempt.Body = io.NopCloser(request.Body)
	}

	return attempt
}

// takeFor returns an open connection for a request, or nil. A request whose body is too large to be kept gets none.
func (c *connections) takeFor(request *http.Request, u *upstream) *connection {
	if request.Body != nil && (request.ContentLength < 0 || request.ContentLength > maxKept) {
		return nil
	}

	return c.take(u, !isRepeatable(request))
}

// needsHTTP2 tells whether a request is gRPC. All others are sent by HTTP/1.1.
func needsHTTP2(request *http.Request) bool {
	return request.ProtoMajor > 1 && strings.HasPrefix(request.Header.Get("Content-Type"), "application/grpc")
}

// fail records a failed attempt. Where the VM takes no connection, or its machine is silent, it is passed over by other requests, too.
func (t *transport) fail(s sender, e *exchange, err error) {
	if ctx := s.context(); ctx.Err() == nil && !e.bodyFailed() {
		reason := reasonOf(err)
		t.meters.upstreamFailed(ctx, reason)
		t.outliers.note(e.route, e.upstream, true)

		if (reason == reasonConnect || reason == reasonSilent) && e.upstream.rest(time.Now()) {
			t.logger.Warn("a VM takes no connections; asking others until it does",
				logging.Deployment(e.route.deploymentID), logging.VM(e.upstream.vmID), logging.Error(err))
			t.recovery.watch(e.host, e.upstream)
		}
	}

	e.release()
}

// mayRetry tells whether the request may be sent again: the client still waits, and either the app has read no byte, or the request is
// repeatable and no earlier attempt was lost.
func mayRetry(s sender, e *exchange, err error) bool {
	if s.context().Err() != nil || e.bodyFailed() {
		return false
	}

	switch reasonOf(err) {
	case reasonConnect, reasonUnseen:
		return e.rewind()
	case reasonTimeout:
		return false
	case reasonLost, reasonSilent:
		again := !e.lost && s.repeatable()
		e.lost = true

		return again
	default:
		return false
	}
}

// isRepeatable tells whether it does no harm if an app works on a request twice.
func isRepeatable(request *http.Request) bool {
	return request.Body == nil && isIdempotent(request.Method)
}

func isIdempotent(method string) bool {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodPut, http.MethodDelete:
		return true
	default:
		return false
	}
}

// reason says how an attempt failed.
type reason string

const (
	reasonConnect reason = "connect"
	reasonUnseen  reason = "unseen"
	reasonTimeout reason = "timeout"
	reasonLost    reason = "lost"
	reasonSilent  reason = "silent"
)

func reasonOf(err error) reason {
	if _, ok := errors.AsType[*dialError](err); ok {
		return reasonConnect
	}

	if _, ok := errors.AsType[*unseenError](err); ok {
		return reasonUnseen
	}

	if _, ok := errors.AsType[*silentError](err); ok {
		return reasonSilent
	}

	if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() {
		return reasonTimeout
	}

	return reasonLost
}

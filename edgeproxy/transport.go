package edgeproxy

import (
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
	maxAttempts = 3
	// idleUpstreamTime is below the 5 s after which Node closes idle connections: a connection that the app closes just as a
	// POST is sent on it cannot be told from one that broke while the app worked.
	idleUpstreamTime       = 4 * time.Second
	maxIdleUpstream        = 8192
	maxIdlePerUpstream     = 256
	maxResponseHeaderBytes = 256 << 10
	continueTimeout        = time.Second
	transportBuffer        = 8 << 10
	// pingAfter and pingTimeout find connections to apps that speak HTTP/2 and are gone.
	pingAfter   = 30 * time.Second
	pingTimeout = 15 * time.Second
)

// errNoUpstream says that a deployment has no VM to ask.
var errNoUpstream = errors.New("no healthy VM")

// transport chooses an upstream for each request, and another one when that is safe.
type transport struct {
	http1  http.RoundTripper
	http2  http.RoundTripper
	table  *atomic.Pointer[table]
	holder *holder
	region string
	meters *meters
	logger *slog.Logger
}

func newTransport(config Config, current *atomic.Pointer[table], r *refresh, m *meters, logger *slog.Logger) (*transport, func()) {
	dialer := newDialer(config.RequireRoute)
	http1 := &http.Transport{
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

	http2 := http1.Clone()
	http2.ResponseHeaderTimeout = 0
	http2.Protocols = new(http.Protocols)
	http2.Protocols.SetUnencryptedHTTP2(true)
	http2.HTTP2 = &http.HTTP2Config{SendPingTimeout: pingAfter, PingTimeout: pingTimeout}

	closeIdle := func() {
		http1.CloseIdleConnections()
		http2.CloseIdleConnections()
	}

	return &transport{
		http1: http1, http2: http2, table: current, holder: newHolder(current, r, dialer), region: config.Region, meters: m, logger: logger,
	}, closeIdle
}

// RoundTrip returns an error only after all attempts that were safe. A request that may be sent again and that no VM takes is held for
// a while, for a newer table or a VM that is being restarted.
func (t *transport) RoundTrip(request *http.Request) (*http.Response, error) {
	e := exchangeOf(request)

	for {
		response, again, err := t.tryAll(request, e)
		if err == nil {
			return response, nil
		}

		if !again || !t.holder.wait(request.Context(), e) {
			return nil, err
		}

		e.tried = nil
		t.renew(e)
	}
}

// tryAll asks one VM after the other. With an error it tells whether the request may be sent again.
func (t *transport) tryAll(request *http.Request, e *exchange) (_ *http.Response, again bool, _ error) {
	lastErr := errNoUpstream

	for range maxAttempts {
		next := choose(e.route.upstreams, t.region, e.tried, time.Now())
		if next == nil {
			break
		}

		response, err := t.attempt(request, e, next)
		if err == nil {
			return response, false, nil
		}

		t.fail(request, e, err)

		if lastErr = err; !mayRetry(request, e, err) {
			return nil, false, err
		}

		// The table may have been replaced because of what was just found out.
		t.renew(e)
	}

	return nil, true, lastErr
}

// renew takes over the newest route of the host.
func (t *transport) renew(e *exchange) {
	if newest := t.table.Load().lookup(e.host); newest != nil && len(newest.upstreams) > 0 {
		e.route = newest
	}
}

func (t *transport) attempt(request *http.Request, e *exchange, u *upstream) (*http.Response, error) {
	e.hold(u)

	attempt := request.WithContext(request.Context())
	target := *request.URL
	target.Host = u.connections
	attempt.URL = &target

	if request.Body != nil {
		// http.Transport closes the body of an attempt that could not connect; the next attempt still needs it.
		attempt.Body = io.NopCloser(request.Body)
	}

	response, err := t.protocol(request).RoundTrip(attempt)
	if err != nil {
		return nil, fmt.Errorf("VM %s at %s: %w", u.vmID, u.address, err)
	}

	return response, nil
}

// protocol is HTTP/2 for gRPC, which exists on nothing else, and HTTP/1.1 for everything that apps speak besides.
func (t *transport) protocol(request *http.Request) http.RoundTripper {
	if request.ProtoMajor == 2 && strings.HasPrefix(request.Header.Get("Content-Type"), "application/grpc") {
		return t.http2
	}

	return t.http1
}

// fail records a failed attempt. Only a refused connection speaks against the VM as a whole.
func (t *transport) fail(request *http.Request, e *exchange, err error) {
	if request.Context().Err() == nil && !e.bodyFailed() {
		reason := reasonOf(err)
		t.meters.upstreamFailed(request.Context(), reason)

		if reason == reasonConnect && e.upstream.rest(time.Now()) {
			t.logger.Warn("a VM takes no connections; asking others for a while",
				logging.Deployment(e.route.deploymentID), logging.VM(e.upstream.vmID), logging.Error(err))
		}
	}

	e.release()
}

// mayRetry is true while the client waits and the request cannot have had an effect, or may have it twice.
func mayRetry(request *http.Request, e *exchange, err error) bool {
	if request.Context().Err() != nil {
		return false
	}

	switch reasonOf(err) {
	case reasonConnect:
		return true
	case reasonTimeout:
		return false
	case reasonLost:
		again := !e.lost && request.Body == nil && isIdempotent(request.Method)
		e.lost = true

		return again
	default:
		return false
	}
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
	reasonTimeout reason = "timeout"
	reasonLost    reason = "lost"
)

func reasonOf(err error) reason {
	if _, ok := errors.AsType[*dialError](err); ok {
		return reasonConnect
	}

	if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() {
		return reasonTimeout
	}

	return reasonLost
}

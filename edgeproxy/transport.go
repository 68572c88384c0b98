package edgeproxy

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
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

// Package edgeproxy is the HTTP proxy between the world and the VMs.
//
// It finds the VM of a request by the Host header, in a route table that it polls from the platform's API. It knows the platform only through
// that API, and keeps serving while the API is away.
package edgeproxy

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/metric/noop"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"

	"github.com/zeitwork/zeitwork/internal/logging"
)

const (
	readHeaderTimeout = 10 * time.Second
	idleTimeout       = 120 * time.Second
	maxHeaderBytes    = 64 << 10
	maxStreams        = 250
	// cutTime is how long handlers may take to return after their requests were cut off at the end of a drain.
	cutTime = 5 * time.Second

	dataDirMode = 0o700
)

// Proxy is one edge.
type Proxy struct {
	config    Config
	poller    *poller
	reporter  *reporter
	handler   *handler
	records   *requestShipper // nil: requests are not recorded.
	upstreams *transport
	closeIdle func()
	// encryption is nil where the edge ends no TLS.
	encryption *encryption
	patience   time.Duration // halfCloseTime.
	idle3      time.Duration // idleTimeout, for connections of HTTP/3.
	tracers    trace.TracerProvider
	logger     *slog.Logger
}

// New prepares an edge: it makes the data directory and loads the route table that an earlier run saved there. It connects to nothing.
func New(config Config, logger *slog.Logger) (*Proxy, error) {
	if config.Lease > 0 && config.Lease < leastLease {
		return nil, fmt.Errorf("ZEITWORK_EDGE_LEASE is %s: make it %s at least, as an edge waits up to %s for an answer of the API, or 0",
			config.Lease, leastLease, pollTimeout)
	}

	if err := config.checkHTTP3(); err != nil {
		return nil, err
	}

	if err := os.MkdirAll(config.DataDir, dataDirMode); err != nil {
		return nil, fmt.Errorf("ZEITWORK_EDGE_DATA_DIR: %w", err)
	}

	current := &atomic.Pointer[table]{}

	m, err := newMeters(otel.GetMeterProvider(), current)
	if err != nil {
		return nil, err
	}

	r := newRefresh()

	l := newLedger()

	if config.DeploymentMetrics {
		if err := measureDeployments(otel.GetMeterProvider(), l); err != nil {
			return nil, err
		}
	}

	p, err := newPoller(config, current, r, l, logger)
	if err != nil {
		return nil, err
	}

	if p.book.errorPages, err = newErrorPages(config, current, logger); err != nil {
		return nil, err
	}

	p.restore()

	if current.Load() != nil {
		p.book.errorPages.sweep()
	}

	upstreams, closeIdle := newTransport(config, current, r, m, logger)
	upstreams.holder.wake = wakeBy(p.calls)

	handler := newHandler(config, current, upstreams, m, logger)

	if handler.rotation, err = openRotation(config.DataDir); err != nil {
		return nil, err
	}

	p.lease, p.rotation = handler.lease, handler.rotation

	proxy := &Proxy{
		config: config, poller: p, reporter: &reporter{l, p.calls, logger}, closeIdle: closeIdle, patience: halfCloseTime, logger: logger,
		idle3: idleTimeout, handler: handler, upstreams: upstreams, tracers: otel.GetTracerProvider(),
	}

	if config.TLSListen != "" {
		if proxy.encryption, err = newEncryption(config, p); err != nil {
			return nil, err
		}

		proxy.handler.encryption = proxy.encryption
	}

	if config.RecordRequests {
		proxy.handler.records = newRequestRecorder()
		proxy.records = newRequestShipper(p.calls, p.http, proxy.handler.records, logger)
	}

	return proxy, nil
}

// Run listens on the configured address and serves until ctx ends. Then it drains: it returns when the requests in flight have ended or the
// drain timeout has passed.
func (p *Proxy) Run(ctx context.Context) error {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", p.config.Listen)
	if err != nil {
		return fmt.Errorf("ZEITWORK_EDGE_LISTEN: %w", err)
	}

	return p.Serve(ctx, listener)
}

// Serve is Run with a listener for requests without TLS, which it closes.
func (p *Proxy) Serve(ctx context.Context, listener net.Listener) error {
	if err := p.encryption.listen(ctx, p.config.TLSListen); err != nil {
		return errors.Join(err, listener.Close())
	}

	quic, err := p.listenHTTP3(ctx)
	if err != nil {
		return errors.Join(err, listener.Close(), p.encryption.listener.Close())
	}

	// Requests and the poller outlive ctx: both continue while the edge drains. What tells the platform of requests outlives even those that are cut off at the
	// end of the drain.
	alive, end := context.WithCancel(context.WithoutCancel(ctx))
	telling, tellLast := context.WithCancel(context.WithoutCancel(ctx))

	var polling sync.WaitGroup

	polling.Go(func() { p.poller.run(alive) })
	polling.Go(func() { p.poller.book.errorPages.run(alive) })
	polling.Go(func() { p.records.run(telling) })
	polling.Go(func() { p.reporter.run(telling) })
	defer polling.Wait()
	defer tellLast()
	defer end()
	defer p.closeIdle()
	defer quic.close()

	engine := newEngine(p.config, p.handler, p.upstreams, p.logger)
	engine.patience, engine.tracer = p.patience, tracerOf(p.tracers)
	server := p.server(alive, quic)
	arriving := &arrivals{}
	doors := entrances{newEntrance(listener, nil)}

	polling.Go(func() { engine.apps.run(alive) })

	if p.encryption != nil {
		doors = append(doors, newEntrance(p.encryption.listener, p.encryption))

		polling.Go(func() { p.encryption.poller.run(alive) })
	}

	stopped, closed := doors.open(engine, func(others net.Listener) error { return server.Serve(visitors{others, arriving, p.patience}) })

	quicStopped := quic.begin(alive, p, server)

	p.logger.Info("serving", "address", listener.Addr().String(), "region", p.config.Region)

	select {
	case err := <-stopped:
		return fmt.Errorf("serving: %w", errors.Join(err, doors.close(), server.Close()))
	case err := <-quicStopped:
		return fmt.Errorf("serving HTTP/3: %w", errors.Join(err, doors.close(), server.Close()))
	case <-closed:
		return fmt.Errorf("serving: %w", errors.Join(net.ErrClosed, doors.close(), server.Close()))
	case <-ctx.Done():
	}

	p.serveOn(alive)
	quic.goAway() //nolint:contextcheck // It ends with the drain.

	err = doors.close()

	for range doors {
		<-closed
	}

	engine.drain()
	engine.fresh.settle(alive)
	doors.endHandover()

	for range doors {
		err = errors.Join(err, ignoreClosed(<-stopped))
	}

	p.drain(alive, engine, server, arriving, end)

	if err != nil {
		return fmt.Errorf("serving: %w", err)
	}

	return nil
}

func ignoreClosed(err error) error {
	if errors.Is(err, net.ErrClosed) {
		return nil
	}

	return err
}

func (p *Proxy) server(alive context.Context, quic *http3Front) *http.Server {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	protocols.SetUnencryptedHTTP2(true)

	return &http.Server{
		Handler:           encrypted(quic.announced(traced(p.handler, p.tracers), p.handler.forwarding)),
		Protocols:         protocols,
		ReadHeaderTimeout: readHeaderTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		HTTP2:             &http.HTTP2Config{MaxConcurrentStreams: maxStreams, SendPingTimeout: pingAfter, PingTimeout: pingTimeout},
		BaseContext:       func(net.Listener) context.Context { return alive },
		ConnContext:       withVisitor,
		ErrorLog:          slog.NewLogLogger(p.logger.Handler(), slog.LevelDebug),
	}
}

// serveOn keeps serving for the drain delay, and says meanwhile that the edge stops.
func (p *Proxy) serveOn(ctx context.Context) {
	p.handler.draining.Store(true)
	p.logger.Info("draining", "delay", p.config.DrainDelay, "timeout", p.config.DrainTimeout)

	sleep(ctx, p.config.DrainDelay)
}

// drain waits for the requests in flight, WebSockets included, also for those on connections that were accepted last. It calls end to cut off those that take
// longer than the drain timeout.
func (p *Proxy) drain(ctx context.Context, engine *engine, server *http.Server, arriving *arrivals, end context.CancelFunc) {
	ctx, cancel := context.WithTimeout(ctx, p.config.DrainTimeout)
	defer cancel()

	arriving.settle(ctx)

	err := server.Shutdown(ctx)

	// Shutdown waits neither for the engine's requests nor for connections that became WebSockets.
	if waitFor(ctx, &p.handler.running) && waitFor(ctx, &engine.running) {
		return
	}

	end()
	engine.cut()
	p.logger.Warn("cutting off requests that outlast the drain timeout", logging.Error(errors.Join(err, server.Close())))

	ctx, cancel = context.WithTimeout(context.WithoutCancel(ctx), cutTime)
	defer cancel()

	if !waitFor(ctx, &p.handler.running) || !waitFor(ctx, &engine.running) {
		p.logger.Error("requests hang after they were cut off")
	}
}

// traced begins a trace for each request. A trace of the client is linked and not continued, as the client must not decide what the edge samples.
func traced(next http.Handler, tracers trace.TracerProvider) http.Handler {
	return otelhttp.NewHandler(next, "edge",
		otelhttp.WithMeterProvider(noop.NewMeterProvider()), otelhttp.WithTracerProvider(tracers), otelhttp.WithPropagators(propagation.TraceContext{}),
		otelhttp.WithPublicEndpointFn(func(*http.Request) bool { return true }),
		otelhttp.WithFilter(func(r *http.Request) bool { return r.URL.Path != healthPath }))
}

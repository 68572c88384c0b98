// Package edgeproxy is the HTTP proxy between the world and the VMs.
//
// It finds the VM by the Host header in a route table that it polls from the platform's API. It knows the platform only
// through that API, and goes on serving while the API is away.
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
	"go.opentelemetry.io/otel/metric"

	"github.com/zeitwork/zeitwork/internal/logging"
)

const (
	readHeaderTimeout = 10 * time.Second
	idleTimeout       = 120 * time.Second
	maxHeaderBytes    = 64 << 10
	maxStreams        = 250
	// cutTime is how long requests that were cut off at the end of a drain have to notice.
	cutTime = 5 * time.Second

	dataDirMode = 0o700
)

// Proxy is one edge.
type Proxy struct {
	config    Config
	poller    *poller
	handler   *handler
	closeIdle func()
	logger    *slog.Logger
}

// New prepares an edge, makes its data directory and takes up the route table that an earlier run saved there. It
// connects to nothing.
func New(config Config, logger *slog.Logger) (*Proxy, error) {
	if err := os.MkdirAll(config.DataDir, dataDirMode); err != nil {
		return nil, fmt.Errorf("ZEITWORK_EDGE_DATA_DIR: %w", err)
	}

	current := &atomic.Pointer[table]{}

	m, err := newMeters(otel.GetMeterProvider(), current)
	if err != nil {
		return nil, err
	}

	r := newRefresh()

	p, err := newPoller(config, current, r, logger)
	if err != nil {
		return nil, err
	}

	p.restore()

	upstreams, closeIdle := newTransport(config, current, r, m, logger)

	return &Proxy{
		config: config, poller: p, closeIdle: closeIdle, logger: logger,
		handler: newHandler(config, current, upstreams, m, logger),
	}, nil
}

// Run listens on the configured address and serves until ctx ends and the requests in flight have ended too, or the
// drain timeout has passed.
func (p *Proxy) Run(ctx context.Context) error {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", p.config.Listen)
	if err != nil {
		return fmt.Errorf("ZEITWORK_EDGE_LISTEN: %w", err)
	}

	return p.Serve(ctx, listener)
}

// Serve is Run on a listener, which it closes.
func (p *Proxy) Serve(ctx context.Context, listener net.Listener) error {
	// Requests and the poller outlive ctx: they go on while the edge drains.
	alive, end := context.WithCancel(context.WithoutCancel(ctx))
	defer end()

	var polling sync.WaitGroup

	polling.Go(func() { p.poller.run(alive) })
	defer polling.Wait()
	defer end()
	defer p.closeIdle()

	server := p.server(alive)
	stopped := make(chan error, 1)

	go func() { stopped <- server.Serve(listener) }()

	p.logger.Info("serving", "address", listener.Addr().String(), "region", p.config.Region)

	select {
	case err := <-stopped:
		return fmt.Errorf("serving: %w", err)
	case <-ctx.Done():
	}

	p.drain(alive, server, end)

	if err := <-stopped; !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serving: %w", err)
	}

	return nil
}

func (p *Proxy) server(alive context.Context) *http.Server {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	protocols.SetUnencryptedHTTP2(true)

	return &http.Server{
		Handler:           traced(p.handler, otel.GetMeterProvider()),
		Protocols:         protocols,
		ReadHeaderTimeout: readHeaderTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		HTTP2:             &http.HTTP2Config{MaxConcurrentStreams: maxStreams, SendPingTimeout: pingAfter, PingTimeout: pingTimeout},
		BaseContext:       func(net.Listener) context.Context { return alive },
		ErrorLog:          slog.NewLogLogger(p.logger.Handler(), slog.LevelDebug),
	}
}

// drain serves on while load balancers find out, then stops accepting and waits for the requests in flight, WebSockets included; end cuts
// off those that take longer than the drain timeout.
func (p *Proxy) drain(ctx context.Context, server *http.Server, end context.CancelFunc) {
	p.handler.draining.Store(true)
	p.logger.Info("draining", "delay", p.config.DrainDelay, "timeout", p.config.DrainTimeout)

	sleep(ctx, p.config.DrainDelay)

	ctx, cancel := context.WithTimeout(ctx, p.config.DrainTimeout)
	defer cancel()

	ended := make(chan struct{})

	err := server.Shutdown(ctx)

	go func() {
		p.handler.running.Wait() // The server does not know of the connections that became WebSockets.
		close(ended)
	}()

	select {
	case <-ended:
		return
	case <-ctx.Done():
		p.logger.Warn("cutting off requests that outlast the drain timeout", logging.Error(errors.Join(err, server.Close())))
	}

	end()

	select {
	case <-ended:
	case <-time.After(cutTime):
		p.logger.Error("requests hang after they were cut off")
	}
}

// traced begins a trace for each request and measures how long it takes. Clients' own traces are linked, not continued:
// they are not ours to sample. The fixed server name and port keep Host headers out of the metrics, where each would make
// a series.
func traced(next http.Handler, provider metric.MeterProvider) http.Handler {
	return otelhttp.NewHandler(next, "edge",
		otelhttp.WithServerName("edge:80"),
		otelhttp.WithMeterProvider(provider),
		otelhttp.WithPublicEndpointFn(func(*http.Request) bool { return true }),
		otelhttp.WithFilter(func(r *http.Request) bool { return r.URL.Path != healthPath }))
}

package egress

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"sync"
	"time"
)

// headerTimeout is how long the program that uses the proxy may take to say what it wants.
const headerTimeout = 30 * time.Second

// Proxy is an HTTP proxy on loopback through which another program, such as git, reaches public addresses alone. TLS passes through it as it is.
type Proxy struct {
	dialer   Dialer
	proxyOf  upstream
	listener net.Listener
	server   *http.Server
	forward  *httputil.ReverseProxy
	// tunnels counts those that are open.
	tunnels sync.WaitGroup

	mutex   sync.Mutex
	open    map[net.Conn]struct{}
	closed  bool
	failure error
}

// NewProxy starts a proxy, which the caller closes.
func NewProxy(ctx context.Context, dialer Dialer) (*Proxy, error) {
	return newProxy(ctx, dialer, upstreamFromEnvironment())
}

func newProxy(ctx context.Context, dialer Dialer, proxyOf upstream) (*Proxy, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for the program that fetches: %w", err)
	}

	silent := log.New(io.Discard, "", 0) // Whatever fails is in Failure.
	proxy := &Proxy{dialer: dialer, proxyOf: proxyOf, listener: listener, open: map[net.Conn]struct{}{}}
	proxy.forward = &httputil.ReverseProxy{
		Rewrite: func(*httputil.ProxyRequest) {}, Transport: dialer.transport(proxyOf), FlushInterval: -1, ErrorLog: silent, ErrorHandler: proxy.refuse,
	}
	proxy.server = &http.Server{Handler: proxy, ReadHeaderTimeout: headerTimeout, ErrorLog: silent}

	go func() { _ = proxy.server.Serve(listener) }()

	return proxy, nil
}

// URL is what the program is to use as its HTTP proxy.
func (p *Proxy) URL() string { return "http://" + p.listener.Addr().String() }

// Failure returns why the last request could not be passed on; nil where none has failed.
func (p *Proxy) Failure() error {
	p.mutex.Lock()
	defer p.mutex.Unlock()

	return p.failure
}

// Close ends the proxy with all that passes through it.
func (p *Proxy) Close() {
	_ = p.server.Close()

	p.mutex.Lock()
	p.closed = true

	for connection := range p.open {
		_ = connection.Close()
	}

	p.mutex.Unlock()
	p.tunnels.Wait()

	if idle, ok := p.forward.Transport.(interface{ CloseIdleConnections() }); ok {
		idle.CloseIdleConnections()
	}
}

// ServeHTTP passes one request on.
func (p *Proxy) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	switch {
	case request.Method == http.MethodConnect:
		p.connect(w, request)
	case request.URL.IsAbs():
		p.forward.ServeHTTP(w, request)
	default:
		http.Error(w, "This is a proxy.", http.StatusBadRequest)
	}
}

func (p *Proxy) connect(w http.ResponseWriter, request *http.Request) {
	server, err := p.dialer.tunnel(request.Context(), p.proxyOf, request.Host)
	if err != nil {
		p.refuse(w, request, err)

		return
	}

	client, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		_ = server.Close()

		return
	}

	_, _ = io.WriteString(client, "HTTP/1.1 200 Connection established\r\n\r\n")

	if !p.keep(client, server) {
		return
	}
	defer p.drop(client, server)

	var directions sync.WaitGroup

	directions.Go(func() { pass(server, buffered) })
	directions.Go(func() { pass(client, server) })
	directions.Wait()
}

// pass copies one direction of a tunnel to its end, and then says so.
func pass(to net.Conn, from io.Reader) {
	_, _ = io.Copy(to, from)

	if half, ok := to.(interface{ CloseWrite() error }); ok {
		_ = half.CloseWrite()
	} else {
		_ = to.Close()
	}
}

// keep notes connections that Close has to end. It closes them and returns false where that has happened already.
func (p *Proxy) keep(connections ...net.Conn) bool {
	p.mutex.Lock()
	defer p.mutex.Unlock()

	if p.closed {
		for _, connection := range connections {
			_ = connection.Close()
		}

		return false
	}

	p.tunnels.Add(1)

	for _, connection := range connections {
		p.open[connection] = struct{}{}
	}

	return true
}

func (p *Proxy) drop(connections ...net.Conn) {
	p.mutex.Lock()
	defer p.mutex.Unlock()

	for _, connection := range connections {
		_ = connection.Close()
		delete(p.open, connection)
	}

	p.tunnels.Done()
}

// refuse notes why a request could not be passed on. Its answer is the same for all reasons.
func (p *Proxy) refuse(w http.ResponseWriter, _ *http.Request, err error) {
	if !errors.Is(err, context.Canceled) {
		p.mutex.Lock()
		p.failure = err
		p.mutex.Unlock()
	}

	http.Error(w, "The server cannot be reached.", http.StatusBadGateway)
}

package egress

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"net/url"
	"time"

	"golang.org/x/net/http/httpproxy"
)

const (
	idleTimeout = 30 * time.Second
	// answerTimeout is how long a server may take to begin an answer.
	answerTimeout = 60 * time.Second
	// What KeepingTransport keeps, and how it notices that a connection is of no use any more.
	maxIdle        = 1000
	maxIdlePerHost = 8
	pingAfter      = 15 * time.Second
	pingTimeout    = 5 * time.Second
	maxHeaderBytes = 64 << 10
)

// upstream returns the proxy that the operator's environment names for a URL (HTTPS_PROXY, NO_PROXY…); nil for none.
type upstream func(*url.URL) (*url.URL, error)

func upstreamFromEnvironment() upstream { return httpproxy.FromEnvironment().ProxyFunc() }

// Transport makes requests over connections of the dialer. Where the operator's environment names a proxy, the request goes there instead, and what may
// be reached is that proxy's to decide.
func (d Dialer) Transport() http.RoundTripper {
	return d.transport(upstreamFromEnvironment())
}

// KeepingTransport is Transport for servers that are asked again and again: it keeps connections for as long as given, and speaks HTTP/2 with those
// that can. Servers show a certificate of one of the roots; nil for those of the machine.
func (d Dialer) KeepingTransport(idle time.Duration, roots *x509.CertPool) http.RoundTripper {
	keeping := d.transport(upstreamFromEnvironment())

	for _, way := range []*http.Transport{keeping.direct, keeping.proxied} {
		way.IdleConnTimeout, way.MaxIdleConns, way.MaxIdleConnsPerHost = idle, maxIdle, maxIdlePerHost
		way.ForceAttemptHTTP2 = true
		way.TLSClientConfig = &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
		// A kept connection whose server has vanished is noticed by a ping, and not by each request in turn.
		way.HTTP2 = &http.HTTP2Config{SendPingTimeout: pingAfter, PingTimeout: pingTimeout}
		way.MaxResponseHeaderBytes = maxHeaderBytes
	}

	return keeping
}

func (d Dialer) transport(proxyOf upstream) *transport {
	direct := &http.Transport{
		DialContext: d.DialContext, TLSHandshakeTimeout: dialTimeout, ResponseHeaderTimeout: answerTimeout, IdleConnTimeout: idleTimeout,
		// What passes through is nobody's here to unpack.
		DisableCompression: true,
	}

	proxied := direct.Clone()
	// The proxy is the operator's and may have any address.
	proxied.DialContext = (&net.Dialer{Timeout: dialTimeout}).DialContext
	proxied.Proxy = func(request *http.Request) (*url.URL, error) { return proxyOf(request.URL) }

	return &transport{direct: direct, proxied: proxied, proxyOf: proxyOf}
}

// transport takes the proxied way for the URLs that the environment names a proxy for.
type transport struct {
	direct, proxied *http.Transport
	proxyOf         upstream
}

func (t *transport) RoundTrip(request *http.Request) (*http.Response, error) {
	proxy, err := t.proxyOf(request.URL)
	if err != nil {
		return nil, err
	}

	if proxy != nil {
		return t.proxied.RoundTrip(request)
	}

	return t.direct.RoundTrip(request)
}

// CloseIdleConnections ends connections that no request uses.
func (t *transport) CloseIdleConnections() {
	t.direct.CloseIdleConnections()
	t.proxied.CloseIdleConnections()
}

// Tunnel connects to a host and port for a protocol that is not HTTP, through the proxy that the environment names for https where there is one.
func (d Dialer) Tunnel(ctx context.Context, address string) (net.Conn, error) {
	return d.tunnel(ctx, upstreamFromEnvironment(), address)
}

// tunnel connects to the host and port of an https URL, as seen from here or through the proxy that the environment names for it.
func (d Dialer) tunnel(ctx context.Context, proxyOf upstream, address string) (net.Conn, error) {
	proxy, err := proxyOf(&url.URL{Scheme: "https", Host: address})
	if err != nil {
		return nil, err
	}

	if proxy == nil {
		return d.DialContext(ctx, "tcp", address)
	}

	return connectThrough(ctx, proxy, address)
}

package edgeproxy

import (
	"net/http"
	"net/http/httputil"
	"net/netip"
	"net/textproto"
	"strings"
)

const (
	headerForwardedFor   = "X-Forwarded-For"
	headerForwardedHost  = "X-Forwarded-Host"
	headerForwardedProto = "X-Forwarded-Proto"
	headerRealIP         = "X-Real-Ip"
	headerRequestID      = "X-Request-Id"
)

// isGuarded tells whether apps read a header as the word of the proxy in front of them, so that a client could lie with it.
// CGI-like servers cannot tell X_Forwarded_For from X-Forwarded-For.
func isGuarded(header string) bool {
	header = textproto.CanonicalMIMEHeaderKey(strings.ReplaceAll(header, "_", "-"))

	switch header {
	case "Forwarded", "Client-Ip", "X-Client-Ip", "True-Client-Ip", "Fastly-Client-Ip", "X-Cluster-Client-Ip",
		"X-Original-Host", "X-Original-Url", "X-Rewrite-Url", "X-Url-Scheme", "X-Scheme", "Proxy", headerRealIP, headerRequestID:
		return true
	default:
		return strings.HasPrefix(header, "X-Forwarded") || strings.HasPrefix(header, "X-Original-Forwarded") ||
			strings.HasPrefix(header, "Cf-") || strings.HasPrefix(header, "X-Zeitwork-")
	}
}

// isVouchedFor tells whether trusted proxies write or drop a guarded header themselves. They hand on the others as the client sent
// them: those that change the request's target, and names that only CGI-like servers take for a guarded one.
func isVouchedFor(header string) bool {
	switch textproto.CanonicalMIMEHeaderKey(header) {
	case "X-Original-Host", "X-Original-Url", "X-Rewrite-Url", "Proxy":
		return false
	default:
		return !strings.Contains(header, "_")
	}
}

// forwarding writes what an app is told about the client.
type forwarding struct{ trusted []netip.Prefix }

// trusts tells whether a peer may speak about the client before it.
func (f forwarding) trusts(peer netip.Addr) bool {
	for _, prefix := range f.trusted {
		if prefix.Contains(peer) {
			return true
		}
	}

	return false
}

// rewrite has the form that httputil.ReverseProxy wants. It keeps the Host header and the query as they came.
func (f forwarding) rewrite(proxied *httputil.ProxyRequest) {
	in, out := proxied.In, proxied.Out
	peer := peerOf(in)
	trusted := f.trusts(peer)

	out.URL.Scheme = "http"
	out.URL.Host = in.Host // The transport puts the upstream's address in its place.
	out.URL.RawQuery = in.URL.RawQuery
	out.Host = in.Host
	// Trailers of requests may be dropped by any proxy, and would go around the guard below.
	out.Trailer = nil

	keepOnlyWebSocket(out.Header)

	for name := range out.Header {
		if isGuarded(name) && (!trusted || !isVouchedFor(name)) {
			delete(out.Header, name)
		}
	}

	chain := []string{peer.String()}
	if trusted {
		chain = append(forwardedFor(in), chain...)
	}

	out.Header.Set(headerForwardedFor, strings.Join(chain, ", "))
	out.Header.Set(headerRealIP, f.client(chain))
	out.Header.Set(headerForwardedHost, in.Host)
	out.Header.Set(headerForwardedProto, schemeOf(in, trusted))
	out.Header.Set(headerRequestID, exchangeOf(in).id)

	if host := in.Header.Get(headerForwardedHost); trusted && host != "" {
		if _, err := normalizeHost(host); err == nil {
			out.Header.Set(headerForwardedHost, host)
		}
	}
}

// keepOnlyWebSocket drops every other upgrade. "Upgrade: h2c" would let a client speak past the edge on the connection.
func keepOnlyWebSocket(header http.Header) {
	if !strings.EqualFold(header.Get("Upgrade"), "websocket") {
		header.Del("Upgrade")
		header.Del("Connection")
	}

	header.Del("Http2-Settings")
}

// client returns the last address of the chain that is not a trusted proxy's.
func (f forwarding) client(chain []string) string {
	for i := len(chain) - 1; i > 0; i-- {
		address, err := netip.ParseAddr(chain[i])
		if err != nil || !f.trusts(address.Unmap()) {
			return chain[i]
		}
	}

	return chain[0]
}

func forwardedFor(r *http.Request) []string {
	var chain []string

	for _, value := range r.Header.Values(headerForwardedFor) {
		for address := range strings.SplitSeq(value, ",") {
			if address = strings.TrimSpace(address); address != "" {
				chain = append(chain, address)
			}
		}
	}

	return chain
}

func schemeOf(r *http.Request, trusted bool) string {
	if proto := r.Header.Get(headerForwardedProto); trusted && (proto == "http" || proto == "https") {
		return proto
	}

	if r.TLS != nil {
		return "https"
	}

	return "http"
}

// peerOf returns the address at the other end of the connection.
func peerOf(r *http.Request) netip.Addr {
	peer, _ := netip.ParseAddrPort(r.RemoteAddr)

	return peer.Addr().Unmap()
}

package edgeproxy

import (
	"net/http"
	"net/http/httputil"
	"net/netip"
	"strings"
)

const (
	headerForwardedFor   = "X-Forwarded-For"
	headerForwardedHost  = "X-Forwarded-Host"
	headerForwardedProto = "X-Forwarded-Proto"
	headerRealIP         = "X-Real-Ip"
	headerRequestID      = "X-Request-Id"
)

// isGuarded tells whether apps trust a header because they expect their proxy to write it. A client must not be able to send one through the
// edge. CGI-like servers take X_Forwarded_For for X-Forwarded-For.
func isGuarded(header string) bool {
	// The longest name below, and prefix, is shorter than this.
	const enough = 24

	var (
		buffer [enough]byte
		length = min(len(header), enough)
	)

	for i := range length {
		switch c := header[i]; {
		case c == '_':
			buffer[i] = '-'
		case 'A' <= c && c <= 'Z':
			buffer[i] = c | 0x20 //nolint:mnd // Lower case.
		default:
			buffer[i] = c
		}
	}

	folded := buffer[:length]

	switch string(folded) {
	case "forwarded", "client-ip", "x-client-ip", "true-client-ip", "fastly-client-ip", "x-cluster-client-ip", "x-original-host", "x-original-url",
		"x-rewrite-url", "x-url-scheme", "x-scheme", "proxy", "x-real-ip", "x-request-id":
		return true
	default:
		return hasPrefix(folded, "x-forwarded") || hasPrefix(folded, "x-original-forwarded") || hasPrefix(folded, "cf-") || hasPrefix(folded, "x-zeitwork-")
	}
}

func hasPrefix(text []byte, prefix string) bool {
	return len(text) >= len(prefix) && string(text[:len(prefix)]) == prefix
}

// standing says what a peer is believed of its client.
type standing uint8

const (
	// fromStranger is believed nothing.
	fromStranger standing = iota
	// fromProxy is believed the client's address and scheme, and the request's id: X-Forwarded-For, X-Forwarded-Proto and X-Request-Id, nothing else. Many proxies
	// pass on other headers as their client sent them.
	fromProxy
	// fromCloudflare is believed as fromProxy, and the headers of isCloudflares.
	fromCloudflare
)

// forwarding writes the headers that tell an app about the client.
type forwarding struct {
	trusted []netip.Prefix
	// cloudflare says that Cloudflare stands in front.
	cloudflare bool
}

func newForwarding(config Config) forwarding {
	return forwarding{config.TrustedProxies, config.Cloudflare}
}

// standingOf returns what a peer is believed.
func (f forwarding) standingOf(peer netip.Addr) standing {
	switch {
	case f.cloudflare && isWithin(cloudflareNetworks, peer):
		return fromCloudflare
	case isWithin(f.trusted, peer):
		return fromProxy
	default:
		return fromStranger
	}
}

func isWithin(networks []netip.Prefix, address netip.Addr) bool {
	for _, network := range networks {
		if network.Contains(address) {
			return true
		}
	}

	return false
}

// drops tells whether a peer of that standing may not say this to an app.
func (s standing) drops(header string) bool {
	return isGuarded(header) && (s != fromCloudflare || !isCloudflares(header))
}

// rewrite is the Rewrite of httputil.ReverseProxy. It passes on the Host header and the query unchanged.
func (f forwarding) rewrite(proxied *httputil.ProxyRequest) {
	in, out := proxied.In, proxied.Out
	peer := peerOf(in)
	from := f.standingOf(peer)

	out.URL.Scheme = "http"
	out.URL.Host = in.Host // The transport puts the upstream's address in its place.
	out.URL.RawQuery = in.URL.RawQuery

	if path := rawPath(in.RequestURI); path != "" && path != out.URL.EscapedPath() {
		// Of a path with characters that belong escaped, net/http would make another one. It takes Opaque as it stands, with the host before a
		// path that begins with two slashes; wire takes the host out.
		out.URL.Opaque = "//" + in.Host + path
	}

	out.Host = in.Host
	// Trailers would go around the guard below. Any proxy may drop those of a request.
	out.Trailer = nil

	keepOnlyWebSocket(out.Header)

	for name := range out.Header {
		if from.drops(name) {
			delete(out.Header, name)
		}
	}

	t := f.tell(in.Header, peer, in.TLS != nil)
	out.Header.Set(headerForwardedFor, t.chain)
	out.Header.Set(headerRealIP, t.client)
	out.Header.Set(headerForwardedHost, in.Host)
	out.Header.Set(headerForwardedProto, t.scheme)
	out.Header.Set(headerRequestID, exchangeOf(in).id)
}

// told is what an app is told of its client, in headers.
type told struct{ chain, client, scheme string }

// tell returns what an app is told of a client that came by a peer. What a peer has said of its own client counts as far as it is believed.
func (f forwarding) tell(said http.Header, peer netip.Addr, encrypted bool) told {
	chain, from := []string{peer.String()}, f.standingOf(peer)

	switch visitor, err := netip.ParseAddr(said.Get(headerCloudflareClient)); {
	case from == fromCloudflare && err == nil:
		// Cloudflare adds to an X-Forwarded-For of the visitor's own, or of another customer's program that runs at Cloudflare.
		chain = append([]string{visitor.String()}, chain...)
	case from != fromStranger:
		chain = append(forwardedFor(said), chain...)
	}

	return told{chain: strings.Join(chain, ", "), client: f.client(chain), scheme: schemeOf(said, from, encrypted)}
}

// visitor returns the address of a request's client; that of the peer where what is said of the client is no address.
func (f forwarding) visitor(said http.Header, peer netip.Addr) netip.Addr {
	if f.standingOf(peer) == fromStranger {
		return peer
	}

	address, known := addressIn(f.tell(said, peer, false).client)
	if !known {
		return peer
	}

	return address
}

// addressIn returns the address that an element of X-Forwarded-For names, with or without a port: some balancers write one.
func addressIn(element string) (netip.Addr, bool) {
	if address, err := netip.ParseAddr(element); err == nil {
		return address.Unmap(), true
	}

	both, err := netip.ParseAddrPort(element)

	return both.Addr().Unmap(), err == nil
}

// rawPath returns the path of a request's target as the client sent it, or the empty string where the target has none.
func rawPath(target string) string {
	if _, rest, absolute := strings.Cut(target, "://"); absolute && !strings.HasPrefix(target, "/") {
		slash := strings.IndexAny(rest, "/?")
		if slash < 0 {
			return ""
		}

		target = rest[slash:]
	}

	path, _, _ := strings.Cut(target, "?")
	if !strings.HasPrefix(path, "/") {
		return "" // "*", or an absolute form without a path.
	}

	return path
}

// keepOnlyWebSocket drops every upgrade but that to WebSocket. After "Upgrade: h2c" a client could send the app requests that the edge does
// not see.
func keepOnlyWebSocket(header http.Header) {
	if !strings.EqualFold(header.Get("Upgrade"), "websocket") {
		header.Del("Upgrade")
		header.Del("Connection")
	}

	header.Del("Http2-Settings")
}

// client returns the last address of the chain that no trusted proxy has, or the first one; what is no address as it stands there.
func (f forwarding) client(chain []string) string {
	last := len(chain) - 1

	for ; last > 0; last-- {
		if address, known := addressIn(chain[last]); !known || f.standingOf(address) == fromStranger {
			break
		}
	}

	if address, known := addressIn(chain[last]); known {
		return address.String()
	}

	return chain[last]
}

func forwardedFor(said http.Header) []string {
	var chain []string

	for _, value := range said.Values(headerForwardedFor) {
		for address := range strings.SplitSeq(value, ",") {
			if address = strings.TrimSpace(address); address != "" {
				chain = append(chain, address)
			}
		}
	}

	return chain
}

func schemeOf(said http.Header, from standing, encrypted bool) string {
	if proto := said.Get(headerForwardedProto); from != fromStranger && (proto == "http" || proto == "https") {
		return proto
	}

	if encrypted {
		return "https"
	}

	return "http"
}

// peerOf returns the address at the other end of the connection.
func peerOf(r *http.Request) netip.Addr {
	peer, _ := netip.ParseAddrPort(r.RemoteAddr)

	return peer.Addr().Unmap()
}

// Package gitremote asks git servers where their refs point, over smart HTTP: protocol version 2 (ls-refs), and the advertisement of versions 0 and 1
// where a server speaks no other. Connections are kept between questions, and what a server can do is remembered, so that to ask one again is a single
// small request.
//
// A server may be anybody's. What it sends is bounded in bytes, lines and refs, and it is followed where git would follow it: redirects of the first
// request, to protocols that are allowed, whose end is the same. Which addresses may be connected to is up to the transport.
//
// The protocol is described in gitprotocol-http(5), gitprotocol-v2(5) and gitprotocol-pack(5).
package gitremote

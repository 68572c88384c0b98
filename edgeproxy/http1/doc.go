// Package http1 reads HTTP/1.1 messages (RFC 9112) in the buffer that they arrived in, without copying them.
//
// It is for the messages that nearly all are. A request in any other form, however legal, is Unusual: the caller gives it to net/http, which
// reads all forms and refuses those that are ambiguous. Of what this package accepts net/http reads the same.
package http1

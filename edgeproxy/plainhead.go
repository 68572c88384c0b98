package edgeproxy

import (
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/zeitwork/zeitwork/edgeproxy/http1"
)

const (
	crlf         = "\r\n"
	chunkedField = "Transfer-Encoding: chunked\r\n"
)

func appendField(to []byte, name, value string) []byte {
	to = append(append(to, name...), ": "...)

	return append(append(to, value...), crlf...)
}

// appendRequest writes the head of the request as it is for the app. It passes on the Host header and the target unchanged.
func (c *plainConn) appendRequest(to []byte) []byte {
	request := &c.work.request

	to = append(append(to, request.Method...), ' ')
	to = append(append(to, request.Target...), " HTTP/1.1\r\n"...)

	for i := range request.Fields {
		field := &request.Fields[i]
		if field.IsHop() || c.isDropped(field) {
			continue
		}

		to = append(append(to, field.Name...), ": "...)
		to = append(append(to, field.Value...), crlf...)
	}

	if request.ContentLength < 0 {
		to = append(to, chunkedField...)
	}

	return append(c.appendForwarding(to), crlf...)
}

// isDropped tells whether the client may not say this to the app.
func (c *plainConn) isDropped(field *http1.Field) bool {
	switch field.Name[0] | 0x20 {
	case 'x', 'c', 'f', 't', 'p':
	default:
		return false // No guarded header begins with it.
	}

	return c.standing.drops(view(field.Name))
}

// appendForwarding writes what tells the app about the client.
func (c *plainConn) appendForwarding(to []byte) []byte {
	request := &c.work.request

	if c.standing == fromStranger {
		to = append(to, headerForwardedFor+": "...)
		to = append(c.peer.AppendTo(to), crlf+headerRealIP+": "...)
		to = append(c.peer.AppendTo(to), crlf...)
		to = append(append(to, headerForwardedHost+": "...), request.Host...)
		to = append(append(to, crlf+headerForwardedProto+": "...), c.scheme()...)
		to = append(to, crlf...)

		return appendField(to, headerRequestID, c.work.exchange.id)
	}

	told := c.engine.handler.forwarding.tell(c.said(), c.peer, c.secure != nil)
	to = appendField(to, headerForwardedFor, told.chain)
	to = appendField(to, headerRealIP, told.client)
	to = append(append(to, headerForwardedHost+": "...), request.Host...)
	to = appendField(append(to, crlf...), headerForwardedProto, told.scheme)

	return appendField(to, headerRequestID, c.work.exchange.id)
}

// said returns what the peer says of its client. A stranger says nothing that counts.
func (c *plainConn) said() http.Header {
	if c.standing == fromStranger {
		return nil
	}

	said := http.Header{}

	for i := range c.work.request.Fields {
		field := &c.work.request.Fields[i]

		switch name := http.CanonicalHeaderKey(string(field.Name)); name {
		case headerForwardedFor, headerForwardedProto, headerCloudflareClient:
			said.Add(name, string(field.Value))
		}
	}

	return said
}

func appendStatus(to []byte, status int, reason []byte) []byte {
	to = strconv.AppendInt(append(to, "HTTP/1.1 "...), int64(status), 10)
	to = append(to, ' ')

	if len(reason) > 0 {
		to = append(to, reason...)
	} else {
		to = append(to, http.StatusText(status)...)
	}

	return append(to, crlf...)
}

// appendAnswer writes the head of the app's answer as it is for the client. An answer that has a body of unknown length is sent in chunks.
func (c *plainConn) appendAnswer(to []byte, ends bool) []byte {
	response, e := &c.work.response, &c.work.exchange
	to = appendStatus(to, response.Status, response.Reason)
	dated, secured := response.IsInformational(), e.hsts == ""

	for i := range response.Fields {
		field := &response.Fields[i]
		if isKept(response, field) {
			to = append(append(to, field.Name...), ": "...)
			to = append(append(to, field.Value...), crlf...)
		}

		dated = dated || http1.EqualFold(field.Name, "date")
		secured = secured || http1.EqualFold(field.Name, "strict-transport-security")
	}

	if response.IsInformational() {
		return append(to, crlf...)
	}

	to = appendField(to, headerRequestID, e.id)

	if !dated {
		to = appendField(to, "Date", now())
	}

	if !secured {
		to = appendField(to, headerHSTS, e.hsts)
	}

	if response.Framing == http1.Chunked || response.Framing == http1.UntilClose {
		to = append(to, chunkedField...)
	}

	if ends {
		to = append(to, "Connection: close\r\n"...)
	}

	return append(to, crlf...)
}

// isKept tells whether a field of the app's answer is for the client.
func isKept(response *http1.Response, field *http1.Field) bool {
	switch field.Known {
	case http1.ContentLength:
		return response.Framing == http1.Counted || (response.Framing == http1.NoBody && hasLength(response.Status))
	case http1.Trailer:
		return response.Framing == http1.Chunked || response.Framing == http1.NoBody
	case http1.Other:
		return !response.IsNamedHop(field) && !http1.EqualFold(field.Name, "x-request-id") &&
			(response.Status != http.StatusNotModified || !http1.EqualFold(field.Name, "content-type"))
	case http1.Host, http1.Expect, http1.Connection, http1.Hop, http1.TE, http1.TransferEncoding, http1.Upgrade, http1.HTTP2Settings:
	}

	return false
}

// hasLength tells whether an answer without a body may say how long it would be.
func hasLength(status int) bool {
	return status >= http.StatusOK && status != http.StatusNoContent && status != http.StatusNotModified
}

// dateText is the time as Date headers have it, for one second.
type dateText struct {
	second int64
	text   string
}

var lastDate atomic.Pointer[dateText]

func now() string {
	at := time.Now()

	if known := lastDate.Load(); known != nil && known.second == at.Unix() {
		return known.text
	}

	made := &dateText{at.Unix(), at.UTC().Format(http.TimeFormat)}
	lastDate.Store(made)

	return made.text
}

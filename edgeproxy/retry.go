package edgeproxy

import (
	"errors"
	"net"
	"net/http"
)

// mayRetry tells whether the request may be sent again: the client still waits, and either the app has read no byte, or the request is
// repeatable and no earlier attempt was lost.
func mayRetry(s sender, e *exchange, err error) bool {
	if s.context().Err() != nil || e.bodyFailed() {
		return false
	}

	switch reasonOf(err) {
	case reasonConnect, reasonUnseen:
		return e.rewind()
	case reasonTimeout:
		return false
	case reasonLost, reasonSilent:
		again := !e.lost && s.repeatable()
		e.lost = true

		return again
	default:
		return false
	}
}

// isRepeatable tells whether it does no harm if an app works on a request twice.
func isRepeatable(request *http.Request) bool {
	return request.Body == nil && isIdempotent(request.Method)
}

func isIdempotent(method string) bool {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodPut, http.MethodDelete:
		return true
	default:
		return false
	}
}

// reason says how an attempt failed.
type reason string

const (
	reasonConnect reason = "connect"
	reasonUnseen  reason = "unseen"
	reasonTimeout reason = "timeout"
	reasonLost    reason = "lost"
	reasonSilent  reason = "silent"
)

func reasonOf(err error) reason {
	if _, ok := errors.AsType[*dialError](err); ok {
		return reasonConnect
	}

	if _, ok := errors.AsType[*unseenError](err); ok {
		return reasonUnseen
	}

	if _, ok := errors.AsType[*silentError](err); ok {
		return reasonSilent
	}

	if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() {
		return reasonTimeout
	}

	return reasonLost
}

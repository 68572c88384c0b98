package edgeproxy

import (
	"context"
	"io"
	"net/http"
	"strings"
)

// roundTrip is a request that net/http's server has read.
type roundTrip struct {
	transport *transport
	request   *http.Request
	response  *http.Response
}

func (r *roundTrip) context() context.Context { return r.request.Context() }
func (r *roundTrip) status() int              { return r.response.StatusCode }
func (r *roundTrip) repeatable() bool         { return isRepeatable(r.request) }

func (r *roundTrip) wantsPage() bool {
	return r.request.Method == http.MethodGet && prefersHTML(r.request.Header.Values("Accept"))
}

func (r *roundTrip) send(u *upstream) (err error) {
	if needsHTTP2(r.request) {
		r.response, err = r.transport.http2.RoundTrip(attemptOf(r.request, u.connections)) //nolint:bodyclose // The caller closes it.
	} else {
		r.response, err = r.transport.sendHTTP1(r, u) //nolint:bodyclose // The caller closes it.
	}

	return err
}

// sendHTTP1 sends the request on a connection that is open, where there is one. If the app has closed that one meanwhile, the request is sent
// on a new one: an old connection says nothing about the app, unless the app's machine is gone.
func (t *transport) sendHTTP1(r *roundTrip, u *upstream) (*http.Response, error) {
	request := r.request

	if old := t.http1.takeFor(request, u); old != nil {
		response, err := old.send(attemptOf(request, u.address))
		if err == nil || reasonOf(err) == reasonSilent || !mayRetry(r, exchangeOf(request), err) {
			return response, err
		}
	}

	made, err := t.http1.dial(r.context(), u)
	if err != nil {
		return nil, err
	}

	return made.send(attemptOf(request, u.address))
}

// attemptOf returns the request as it is sent to a host.
func attemptOf(request *http.Request, host string) *http.Request {
	attempt := request.WithContext(request.Context())
	target := *request.URL
	target.Host = host
	attempt.URL = &target

	if request.Body != nil {
		// http.Transport closes the body of an attempt that failed; the next attempt still needs it.
		attempt.Body = io.NopCloser(request.Body)
	}

	return attempt
}

// takeFor returns an open connection for a request, or nil. A request whose body is too large to be kept gets none.
func (c *connections) takeFor(request *http.Request, u *upstream) *connection {
	if request.Body != nil && (request.ContentLength < 0 || request.ContentLength > maxKept) {
		return nil
	}

	return c.take(u, !isRepeatable(request))
}

// needsHTTP2 tells whether a request is gRPC. All others are sent by HTTP/1.1.
func needsHTTP2(request *http.Request) bool {
	return request.ProtoMajor > 1 && strings.HasPrefix(request.Header.Get("Content-Type"), "application/grpc")
}

package edgeproxy

import (
	"errors"
	"io"
	"net/http"
	"sync"
	"time"
)

// connection is an HTTP/1.1 connection to a VM, for one request at a time.
type connection struct {
	*http.ClientConn

	pool     *connections
	upstream *upstream
	wire     *wire
	silence  *silence
	// since is when the last answer ended.
	since time.Time
	timer *time.Timer
	// idle says that no request uses the connection. The mutex of connections guards it.
	idle bool
}

// connectionKey is the key under which the context of a dial carries the connection that is being made.
type connectionKey struct{}

// unseenError says that the app has read no byte of the request, although there was a connection.
type unseenError struct{ cause error }

func (e *unseenError) Error() string { return e.cause.Error() }
func (e *unseenError) Unwrap() error { return e.cause }

// send sends a request and returns the answer. The connection goes back to the others when the answer's body has been read.
func (c *connection) send(request *http.Request) (*http.Response, error) {
	mark, idle, first := c.wire.written.Load(), time.Since(c.since), c.since.IsZero()

	if request.URL.Opaque != "" {
		c.wire.authority = []byte("http://" + request.Host)
	}

	c.silence.begin()

	response, err := c.RoundTrip(request)
	if err != nil {
		c.silence.end()
	}

	switch {
	case err != nil && c.silence.found.Load():
		_ = c.Close() // It is closed already, but for what http.Transport holds.

		return nil, &silentError{err}
	case err != nil && c.wire.unseen(mark):
		if _ = c.Close(); !first {
			c.upstream.habits.closed(idle, time.Now())
		}

		return nil, &unseenError{err}
	case err != nil:
		_ = c.Close() // Nothing else can be done with it.

		return nil, err
	case response.StatusCode == http.StatusSwitchingProtocols:
		response.Body = &upgradedBody{response.Body, c.silence}

		return response, nil
	}

	if !first {
		c.upstream.habits.kept(time.Now())
	}

	body := &answerBody{
		ReadCloser: response.Body, connection: c, closes: response.Close, idle: c.upstream.habits.idleTime(response.Header["Keep-Alive"], time.Now()),
	}
	response.Body = body

	if c.Available() > 0 { // The answer has no body.
		body.end()
	}

	return response, nil
}

// answerBody is the body of an app's answer. Its end makes the connection idle.
type answerBody struct {
	io.ReadCloser

	connection *connection
	closes     bool          // The answer says that the app closes the connection.
	idle       time.Duration // How long the connection may be without a request.
	once       sync.Once
}

func (b *answerBody) Read(buffer []byte) (int, error) {
	n, err := b.ReadCloser.Read(buffer)
	if errors.Is(err, io.EOF) {
		b.end()
	}

	return n, err
}

func (b *answerBody) Close() error {
	err := b.ReadCloser.Close()
	b.end()

	return err
}

func (b *answerBody) end() { b.once.Do(b.release) }

func (b *answerBody) release() {
	c := b.connection
	c.silence.end()

	switch {
	case c.Available() > 0:
		c.pool.put(c, b.idle)
	case c.wire.acceptedAtEnd.Load() != neverEnded && !b.closes:
		c.upstream.habits.closed(0, time.Now())
	}
}

// upgradedBody is the connection that a WebSocket has become.
type upgradedBody struct {
	io.ReadCloser

	silence *silence
}

// Write implements io.Writer, which httputil.ReverseProxy asks for.
func (b *upgradedBody) Write(message []byte) (int, error) {
	writer, ok := b.ReadCloser.(io.Writer)
	if !ok {
		return 0, errors.ErrUnsupported
	}

	return writer.Write(message)
}

// CloseWrite closes one side.
func (b *upgradedBody) CloseWrite() error {
	if half, ok := b.ReadCloser.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}

	return errors.ErrUnsupported
}

// Close implements io.Closer.
func (b *upgradedBody) Close() error {
	b.silence.end()

	return b.ReadCloser.Close()
}

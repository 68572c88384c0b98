package edgeproxy

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// requests is an app that remembers its requests.
type requests struct {
	mutex sync.Mutex
	seen  []string
}

func (r *requests) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	body, err := io.ReadAll(request.Body)

	r.mutex.Lock()
	r.seen = append(r.seen, fmt.Sprintf("%s %s %q %v", request.Method, request.RequestURI, body, err))
	r.mutex.Unlock()

	_, _ = io.WriteString(w, "ok")
}

func (r *requests) all() []string {
	r.mutex.Lock()
	defer r.mutex.Unlock()

	return append([]string(nil), r.seen...)
}

const smuggled = "GET /smuggled HTTP/1.1\r\nHost: " + demoHost + "\r\n\r\n"

func TestSmuggling_AmbiguousFramingNeverReachesTheApp(t *testing.T) {
	t.Parallel()

	for name, head := range map[string]string{
		"two lengths that differ":      "Content-Length: 0\r\nContent-Length: 44\r\n",
		"lengths in a list":            "Content-Length: 0, 44\r\n",
		"negative length":              "Content-Length: -1\r\n",
		"length with sign":             "Content-Length: +4\r\n",
		"hexadecimal length":           "Content-Length: 0x4\r\n",
		"empty length":                 "Content-Length:\r\n",
		"encodings twice":              "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
		"encoding and identity":        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
		"unknown encoding":             "Transfer-Encoding: xchunked\r\n",
		"encodings in a list":          "Transfer-Encoding: gzip, chunked\r\n",
		"encoding after vertical tab":  "Transfer-Encoding: \vchunked\r\n",
		"space before colon":           "Transfer-Encoding : chunked\r\n",
		"space before length's colon":  "Content-Length : 44\r\n",
		"control character in a name":  "X\x01Y: 1\r\n",
		"NUL in a value":               "X: a\x00b\r\n",
		"folded first line":            " Content-Length: 44\r\n",
		"bare carriage return in name": "X\rContent-Length: 44\r\n",
		"two hosts":                    "Host: other.example.com\r\n",
		"header without colon":         "Content-Length 44\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			var asked requests

			b := setup(t)
			b.serve(t, live(demoHost, app(t, asked.ServeHTTP)))

			message := "POST /first HTTP/1.1\r\nHost: " + demoHost + "\r\n" + head + "\r\n0\r\n\r\n" + smuggled
			if strings.HasPrefix(head, " ") {
				message = "POST /first HTTP/1.1\r\n" + head + "Host: " + demoHost + "\r\n\r\n" + smuggled
			}

			answer := b.raw(t, message)
			require.Regexp(t, `^HTTP/1\.1 (400|501) `, answer)
			require.Equal(t, 1, strings.Count(answer, "HTTP/1.1 "), "the connection is closed after the refusal")
			require.Empty(t, asked.all())
		})
	}
}

// The app sees each message exactly once, framed anew by the edge, whatever the client meant by it.
func TestSmuggling_TolerableFramingIsWrittenAnew(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		head, body string
		want       []string
	}{
		"length and encoding: the encoding counts": {
			"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n", "5\r\nhello\r\n0\r\n\r\n", []string{`POST /first "hello" <nil>`},
		},
		"the same length twice": {
			"Content-Length: 5\r\nContent-Length: 5\r\n", "hello", []string{`POST /first "hello" <nil>`},
		},
		"folded value": {
			"X-Folded: a\r\n b\r\nContent-Length: 5\r\n", "hello", []string{`POST /first "hello" <nil>`},
		},
		"folded encoding": {
			"Transfer-Encoding:\r\n chunked\r\n", "5\r\nhello\r\n0\r\n\r\n", []string{`POST /first "hello" <nil>`},
		},
		"chunk extensions and trailers": {
			"Transfer-Encoding: chunked\r\nTrailer: X-Forwarded-For\r\n", "5;a=b\r\nhello\r\n0\r\nX-Forwarded-For: 6.6.6.6\r\n\r\n",
			[]string{`POST /first "hello" <nil>`},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			var (
				asked requests
				wire  = &tap{}
			)

			b := setup(t)
			vm := app(t, asked.ServeHTTP)
			vm.Address = wire.before(t, vm.Address)
			b.serve(t, live(demoHost, vm))

			answer := b.raw(t, "POST /first HTTP/1.1\r\nHost: "+demoHost+"\r\nConnection: close\r\n"+test.head+"\r\n"+test.body)
			require.Contains(t, answer, "200 OK")
			require.Equal(t, test.want, asked.all())

			sent := wire.String()
			require.Equal(t, 1, strings.Count(sent, "HTTP/1.1\r\n"), sent)
			require.Equal(t, 1, strings.Count(sent, "Content-Length:")+strings.Count(sent, "Transfer-Encoding:"), "one framing only: %s", sent)
			require.NotContains(t, sent, "\r\n ", "no folded lines")
			require.NotContains(t, sent, "6.6.6.6")
		})
	}
}

func TestSmuggling_LengthAndEncoding_TheTailIsARequestOfItsOwn(t *testing.T) {
	t.Parallel()

	var asked requests

	b := setup(t)
	b.serve(t, live(demoHost, app(t, asked.ServeHTTP)))

	tail := "GET /tail HTTP/1.1\r\nHost: unknown.example.com\r\nConnection: close\r\n\r\n"
	answer := b.raw(t, fmt.Sprintf("POST /first HTTP/1.1\r\nHost: %s\r\nContent-Length: %d\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n%s",
		demoHost, len(tail)+5, tail))

	require.Equal(t, []string{`POST /first "" <nil>`}, asked.all())
	require.NotContains(t, answer, "GET /tail")
}

func TestSmuggling_AnswerBeforeTheEndOfTheBody_TheRestIsNoRequest(t *testing.T) {
	t.Parallel()

	var asked atomic.Int64

	b := setup(t)
	b.serve(t, live(demoHost, app(t, func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)

		_ = http.NewResponseController(w).EnableFullDuplex()
		w.WriteHeader(http.StatusRequestEntityTooLarge)
	})))

	connection := b.connect(t)
	_, err := io.WriteString(connection, "POST / HTTP/1.1\r\nHost: "+demoHost+"\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")
	require.NoError(t, err)

	answers := bufio.NewReader(connection)
	response, err := http.ReadResponse(answers, nil) //nolint:bodyclose // The connection is closed.
	require.NoError(t, err)
	require.Equal(t, http.StatusRequestEntityTooLarge, response.StatusCode)
	require.True(t, response.Close, "the client is told that the connection ends")

	_, err = io.Copy(io.Discard, response.Body)
	require.NoError(t, err)

	// The rest of the body may meet a closed connection.
	_, _ = io.WriteString(connection, smuggled)
	rest, _ := io.ReadAll(answers)
	require.Empty(t, string(rest))
	require.EqualValues(t, 1, asked.Load())
}

func TestSmuggling_BrokenChunks_AreTheClientsFault(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.serve(t, live(demoHost, app(t, readsAll)))

	for _, chunks := range []string{"zz\r\nhello\r\n", "5\r\nhelloworld\r\n0\r\n\r\n", "-5\r\nhello\r\n", "FFFFFFFFFFFFFFFFF\r\n"} {
		answer := b.raw(t, "POST / HTTP/1.1\r\nHost: "+demoHost+"\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"+chunks)
		require.Contains(t, answer, "400 Bad Request", "%q", chunks)
	}

	require.False(t, b.proxy.handler.table.Load().lookup(demoHost).upstreams[0].resting(time.Now()))
}

func TestSmuggling_AbsoluteForm_NamesTheHost(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.serve(t, live(demoHost, app(t, echoes)))

	answer := b.raw(t, "GET http://"+demoHost+"/path HTTP/1.1\r\nHost: unknown.example.com\r\nConnection: close\r\n\r\n")
	require.True(t, contains(answer, "200 OK", `"host":"`+demoHost+`"`, `"uri":"/path"`), answer)
}

func TestSmuggling_HeadersTooLarge_AreRefused(t *testing.T) {
	t.Parallel()

	var asked requests

	b := setup(t)
	b.serve(t, live(demoHost, app(t, asked.ServeHTTP)))

	// Pause-free writing of more than the limit would meet a reset: the edge answers before it has read all.
	connection := b.connect(t)
	_, err := io.WriteString(connection, "GET / HTTP/1.1\r\nHost: "+demoHost+"\r\nX: "+strings.Repeat("x", maxHeaderBytes+8<<10))
	require.NoError(t, err)

	response, err := http.ReadResponse(bufio.NewReader(connection), nil)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.Equal(t, http.StatusRequestHeaderFieldsTooLarge, response.StatusCode)
	require.Empty(t, asked.all())
}

// tap stands before an app and keeps the bytes that the edge sends to it.
type tap struct{ lockedBuffer }

func (w *tap) before(t *testing.T, address string) string {
	t.Helper()

	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)

	var running sync.WaitGroup

	running.Go(func() {
		for {
			from, err := listener.Accept()
			if err != nil {
				return
			}

			to, err := net.Dial("tcp", address)
			if err != nil {
				_ = from.Close()

				return
			}

			running.Go(func() {
				_, _ = io.Copy(from, to)
				_ = from.Close()
			})
			running.Go(func() {
				_, _ = io.Copy(io.MultiWriter(w, to), from)
				_ = to.Close()
			})
		}
	})
	t.Cleanup(func() {
		require.NoError(t, listener.Close())
		running.Wait()
	})

	return listener.Addr().String()
}

package edgeproxy

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// pair is two edges, each before an app of its own, of which one has its own engine on.
type pair struct{ own, standard *side }

type side struct {
	*testBundle

	app *requests
}

func newPair(tb testing.TB, answer string) pair {
	tb.Helper()

	return pair{newSide(tb, answer, true), newSide(tb, answer, false)}
}

func newSide(tb testing.TB, answer string, own bool) *side {
	tb.Helper()

	s := &side{testBundle: setup(tb, func(c *Config) { c.OwnEngine = own }), app: &requests{}}
	moved := live(movedHost)
	moved.RedirectTo = new(demoHost)
	s.serve(tb, moved, live(demoHost, app(tb, func(w http.ResponseWriter, r *http.Request) {
		s.app.note(r)

		_, _ = io.WriteString(w, answer)
	})))

	return s
}

// note remembers all that the app sees of a request.
func (r *requests) note(request *http.Request) {
	body, err := io.ReadAll(request.Body)
	if err != nil {
		return // The client has its answer before the app knows that the rest of the request will not come.
	}

	var lines []string

	for name, values := range request.Header {
		if name != headerRequestID {
			lines = append(lines, fmt.Sprintf("%s: %q", name, values))
		}
	}

	slices.Sort(lines)

	r.mutex.Lock()
	defer r.mutex.Unlock()

	r.seen = append(r.seen, fmt.Sprintf("%s %s %s %q %v", request.Method, request.RequestURI, request.Host, body, lines))
}

// take returns what the app has seen, and forgets it.
func (r *requests) take() []string {
	r.mutex.Lock()
	defer r.mutex.Unlock()

	seen := r.seen
	r.seen = nil

	return seen
}

// exchanged is what came of a message: what the app saw, and the answers' statuses.
type exchanged struct {
	seen     []string
	statuses []string
}

// send sends a message to the edge, and its end, and returns what came of it.
func (s *side) send(tb testing.TB, message []byte) exchanged {
	tb.Helper()

	connection, err := net.Dial("tcp", s.address)
	require.NoError(tb, err)

	defer func() { _ = connection.Close() }()

	require.NoError(tb, connection.SetDeadline(time.Now().Add(patience)))

	// The edge may close the connection before it has read all.
	_, _ = connection.Write(message)
	_ = connection.(*net.TCPConn).CloseWrite()
	answers, _ := io.ReadAll(connection)

	return exchanged{s.app.take(), statusesOf(answers)}
}

func statusesOf(answers []byte) (statuses []string) {
	buffered := bufio.NewReader(bytes.NewReader(answers))

	for {
		response, err := http.ReadResponse(buffered, nil)
		if err != nil {
			return statuses
		}

		_, err = io.Copy(io.Discard, response.Body)
		_ = response.Body.Close()
		statuses = append(statuses, fmt.Sprint(response.StatusCode, err, response.Header.Get("Location")))
	}
}

// movedHost leads to demoHost.
const movedHost = "moved.example.com"

// messages are what clients may send, the worst of them among them.
var messages = []string{
	"GET / HTTP/1.1\r\nHost: demo.example.com\r\n\r\n",
	"GET /a?b HTTP/1.1\r\nHost: demo.example.com\r\n\r\nGET /c HTTP/1.1\r\nHost: demo.example.com\r\nConnection: close\r\n\r\n",
	"POST /a HTTP/1.1\r\nHost: DEMO.example.com.:80\r\nContent-Length: 5\r\n\r\nhelloGET / HTTP/1.1\r\nHost: demo.example.com\r\n\r\n",
	"POST /a HTTP/1.1\r\nHost: demo.example.com\r\nContent-Length: 5\r\n\r\nhel",
	"POST /a HTTP/1.1\r\nHost: demo.example.com\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
	"POST /a HTTP/1.1\r\nHost: demo.example.com\r\nContent-Length: 44\r\nContent-Length: 0\r\n\r\n" + smuggled,
	"POST /a HTTP/1.1\r\nHost: demo.example.com\r\nContent-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + smuggled,
	"GET / HTTP/1.1\r\nHost: demo.example.com\r\nX-Forwarded-For: 1.2.3.4\r\nX_Real_Ip: 1.2.3.4\r\nCF-Ray: 1\r\nCookie: a=b\r\nX-Mine: 1\r\n\r\n",
	"GET / HTTP/1.1\r\nHost: demo.example.com\r\nKeep-Alive: 1\r\nProxy-Authorization: a\r\nTe: gzip\r\nConnection: x-mine\r\nX-Mine: 1\r\n\r\n",
	"GET /.zeitwork/health HTTP/1.1\r\nHost: demo.example.com\r\n\r\nGET /%2ezeitwork/health HTTP/1.1\r\nHost: demo.example.com\r\n\r\n",
	"HEAD /%20a//b/../c HTTP/1.1\r\nHost: demo.example.com\r\n\r\n",
	"OPTIONS * HTTP/1.1\r\nHost: demo.example.com\r\n\r\n",
	"CONNECT demo.example.com:80 HTTP/1.1\r\nHost: demo.example.com\r\n\r\n",
	"GET / HTTP/1.0\r\nHost: demo.example.com\r\n\r\n",
	"GET / HTTP/1.1\nHost: demo.example.com\n\n",
	"GET /\x80 HTTP/1.1\r\nHost: demo.example.com\r\n\r\n",
	"GET /{a}|[b]\"^` HTTP/1.1\r\nHost: demo.example.com\r\nX-Empty:\r\n\r\n",
	"GET / HTTP/1.1\r\nHost: demo.example.com\r\nX: \x80\xff\r\nX-Two: a\r\nx-two: b\r\n\r\n",
	"G@T / HTTP/1.1\r\nHost: demo.example.com\r\n\r\n",
	"\r\n\r\nGET / HTTP/1.1\r\nHost: demo.example.com\r\n\r\n",
	"GET /{a}%2f?b HTTP/1.1\r\nHost: moved.example.com\r\n\r\nPOST /c HTTP/1.1\r\nHost: moved.example.com\r\nContent-Length: 2\r\n\r\nokGET / HTTP/1.1\r\nHost: demo.example.com\r\n\r\n",
	"GET / HTTP/1.1\r\nHost: unknown.example.com\r\n\r\nGET / HTTP/1.1\r\nHost: demo.example.com\r\n\r\n",
	"\x16\x03\x01\x02\x00",
	"PROXY TCP4 6.6.6.6 127.0.0.1 1 80\r\nGET / HTTP/1.1\r\nHost: demo.example.com\r\n\r\n",
	"\r\n\r\n\x00\r\nQUIT\n\x21\x11\x00\x0c\x06\x06\x06\x06\x7f\x00\x00\x01\x00\x01\x00\x50GET / HTTP/1.1\r\nHost: demo.example.com\r\n\r\n",
}

func TestOwnEngine_AppAndClientSeeTheSame(t *testing.T) {
	t.Parallel()

	p := newPair(t, "hello")

	for _, message := range messages {
		require.Equal(t, p.standard.send(t, []byte(message)), p.own.send(t, []byte(message)), "%q", message)
	}
}

// FuzzEngines sends the same to both engines, and compares what the app saw and what the client was answered.
func FuzzEngines(f *testing.F) {
	for _, message := range messages {
		f.Add([]byte(message))
	}

	p := newPair(f, "hello")

	f.Fuzz(func(t *testing.T, message []byte) {
		if want, got := p.standard.send(t, message), p.own.send(t, message); !sameExchange(want, got) {
			t.Fatalf("%q: net/http: %q, engine: %q", message, want, got)
		}
	})
}

func sameExchange(a, b exchanged) bool {
	return slices.Equal(a.seen, b.seen) && strings.Join(a.statuses, ",") == strings.Join(b.statuses, ",")
}

// answersOfApps are what apps may answer, after which they close the connection.
var answersOfApps = []string{
	"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
	"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello and more",
	"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel",
	"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 4\r\n\r\nhello",
	"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n5;a=b\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n",
	"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
	"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nzz\r\n",
	"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nhello",
	"HTTP/1.1 200 OK\r\n\r\nuntil the end",
	"HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nuntil the end",
	"HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n",
	"HTTP/1.1 304 Not Modified\r\nContent-Type: a/b\r\nContent-Length: 5\r\nEtag: a\r\n\r\n",
	"HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
	"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
	"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
	"HTTP/1.1 200 OK\r\nConnection: Upgrade, x-mine\r\nUpgrade: h2c\r\nX-Mine: 1\r\nKeep-Alive: timeout=5\r\nContent-Length: 0\r\n\r\n",
	"HTTP/1.1 200 OK\r\nX-Request-Id: mine\r\nDate: Mon, 30 Nov 2026 00:00:00 GMT\r\nX-Folded: a\r\n b\r\nContent-Length: 0\r\n\r\n",
	"HTTP/1.1 999 Odd\r\nContent-Length: 0\r\n\r\n",
	"HTTP/1.1 200 OK\nContent-Length: 2\n\nok",
	"HTTP/1.1 200 OK\r\nX\r\n\r\n",
	"HTTP/1.1 200 OK\r\nX: " + strings.Repeat("x", answerBuffer) + "\r\nContent-Length: 2\r\n\r\nok",
	"HTTP/1.1 200 OK\r\nX: " + strings.Repeat("x", maxResponseHeaderBytes) + "\r\n\r\n",
	"SSH-2.0-OpenSSH_9.2\r\n\r\n",
	"",
}

// answered is what a client makes of an answer.
type answered struct {
	status        int
	header        http.Header
	body, trailer string
	whole         bool
	hints         int
}

func TestOwnEngine_OfAnyAnswerTheClientSeesTheSame(t *testing.T) {
	t.Parallel()

	for _, answer := range answersOfApps {
		for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost} {
			t.Run(fmt.Sprintf("%s %.60q", method, answer), func(t *testing.T) {
				t.Parallel()

				vm := byHand(t, func(connection net.Conn) {
					request, err := http.ReadRequest(bufio.NewReader(connection))
					if err != nil {
						return
					}

					_, _ = io.Copy(io.Discard, request.Body)
					_, _ = io.WriteString(connection, answer)
				})

				var saw [2]answered

				for i, own := range []bool{false, true} {
					edge := setup(t, func(c *Config) { c.OwnEngine = own })
					edge.serve(t, live(demoHost, vm))
					saw[i] = edge.ask(t, method)
				}

				require.Equal(t, saw[0], saw[1])
			})
		}
	}
}

func (b *testBundle) ask(t *testing.T, method string) answered {
	t.Helper()

	var saw answered

	ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{Got1xxResponse: func(int, textproto.MIMEHeader) error {
		saw.hints++

		return nil
	}})

	response, err := b.client.Do(b.request(t, method, demoHost, "/", strings.NewReader("body")).WithContext(ctx))
	require.NoError(t, err)

	body, err := io.ReadAll(response.Body)
	_ = response.Body.Close() // It says again that the body was cut short.

	require.NotEmpty(t, response.Header.Get("Date"))

	if response.Header.Get("Date") != "Mon, 30 Nov 2026 00:00:00 GMT" {
		response.Header.Del("Date")
	}

	// The page of an error names the request.
	id := response.Header.Get(headerRequestID)
	require.NotEmpty(t, id)
	response.Header.Del(headerRequestID)

	// Of a value on two lines net/http leaves one space between the parts.
	if folded := response.Header.Get("X-Folded"); folded != "" {
		response.Header.Set("X-Folded", strings.Join(strings.Fields(folded), " "))
	}

	saw.status, saw.header, saw.body = response.StatusCode, response.Header, strings.ReplaceAll(string(body), id, "ID")
	saw.trailer, saw.whole = fmt.Sprint(response.Trailer), err == nil

	return saw
}

func TestEngine_RequestsBehindABodyInChunks_AreAllAnswered(t *testing.T) {
	t.Parallel()

	const (
		get    = "GET / HTTP/1.1\r\nHost: " + demoHost + "\r\n\r\n"
		behind = 3 * largestHead / len(get)
	)

	for _, size := range []int{10, requestBuffer / 2, largestHead / 2, 5 * largestHead} {
		t.Run(strconv.Itoa(size), func(t *testing.T) {
			t.Parallel()

			b := newPair(t, "demo").own
			connection, err := net.Dial("tcp", b.address)
			require.NoError(t, err)
			closeAfter(t, connection)

			go func() {
				_, _ = fmt.Fprintf(connection, "POST / HTTP/1.1\r\nHost: %s\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n%s",
					demoHost, size, strings.Repeat("x", size), strings.Repeat(get, behind)) // The answers tell.
			}()

			require.NoError(t, connection.SetReadDeadline(time.Now().Add(patience)))

			answers := bufio.NewReader(connection)

			for range behind + 1 {
				response, err := http.ReadResponse(answers, nil)
				require.NoError(t, err)

				body, err := io.ReadAll(response.Body)
				require.NoError(t, errors.Join(err, response.Body.Close()))
				require.Equal(t, "demo", string(body))
			}
		})
	}
}

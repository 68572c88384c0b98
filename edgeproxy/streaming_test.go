package edgeproxy

import (
	"bufio"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/require"
)

// http2 returns a client that speaks unencrypted HTTP/2 from the first byte.
func (b *testBundle) http2(tb testing.TB) *http.Client {
	tb.Helper()

	transport := &http.Transport{Protocols: new(http.Protocols)}
	transport.Protocols.SetUnencryptedHTTP2(true)
	tb.Cleanup(transport.CloseIdleConnections)

	return &http.Client{Transport: transport, Timeout: patience}
}

func websocketEcho(w http.ResponseWriter, r *http.Request) {
	connection, err := websocket.Accept(w, r, &websocket.AcceptOptions{InsecureSkipVerify: true})
	if err != nil {
		return
	}
	defer func() { _ = connection.CloseNow() }()

	for {
		kind, message, err := connection.Read(r.Context())
		if err != nil {
			return
		}

		if err := connection.Write(r.Context(), kind, append([]byte("echo "), message...)); err != nil {
			return
		}
	}
}

func (b *testBundle) websocket(t *testing.T) *websocket.Conn {
	t.Helper()

	connection, response, err := websocket.Dial(t.Context(), "ws://"+b.address+"/socket", &websocket.DialOptions{Host: demoHost, HTTPClient: b.client}) //nolint:bodyclose // Its Conn is closed.
	require.NoError(t, err)
	require.NotEmpty(t, response.Header.Get("X-Request-Id"))
	t.Cleanup(func() { _ = connection.CloseNow() })

	return connection
}

func requireEcho(t *testing.T, connection *websocket.Conn, message string) {
	t.Helper()

	require.NoError(t, connection.Write(t.Context(), websocket.MessageText, []byte(message)))

	_, answer, err := connection.Read(t.Context())
	require.NoError(t, err)
	require.Equal(t, "echo "+message, string(answer))
}

func TestStreaming_WebSocketGoesBothWays(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.serve(t, live(demoHost, app(t, websocketEcho)))

	connection := b.websocket(t)
	for i := range 100 {
		requireEcho(t, connection, strconv.Itoa(i))
	}

	require.NoError(t, connection.Close(websocket.StatusNormalClosure, ""))
}

func TestStreaming_WebSocketOutlivesAFlip(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.serve(t, live(demoHost, app(t, websocketEcho)))
	connection := b.websocket(t)
	requireEcho(t, connection, "before")

	b.serve(t, live(demoHost, app(t, says("new"))))

	_, body := b.get(t, demoHost, "/")
	require.Equal(t, "new", body)
	requireEcho(t, connection, "after")
}

func TestStreaming_EventsArriveOneByOne(t *testing.T) {
	t.Parallel()

	next := make(chan int, 1)
	b := setup(t)
	b.serve(t, live(demoHost, app(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")

		for {
			select {
			case event := <-next:
				_, _ = fmt.Fprintf(w, "data: %d\n", event)
				_ = http.NewResponseController(w).Flush()
			case <-r.Context().Done():
				return
			}
		}
	})))

	next <- 0

	response, err := b.client.Do(b.request(t, http.MethodGet, demoHost, "/", nil))
	require.NoError(t, err)

	defer func() { _ = response.Body.Close() }()

	events := bufio.NewReader(response.Body)

	for i := range 100 {
		event, err := events.ReadString('\n')
		require.NoError(t, err)
		require.Equal(t, fmt.Sprintf("data: %d\n", i), event)

		next <- i + 1
	}
}

func TestStreaming_AnswerOfKnownLengthIsNotHeldBack(t *testing.T) {
	t.Parallel()

	finish := make(chan struct{})
	b := setup(t)
	b.serve(t, live(demoHost, app(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "10")
		_, _ = io.WriteString(w, "first")
		_ = http.NewResponseController(w).Flush()

		<-finish

		_, _ = io.WriteString(w, "later")
	})))

	response, err := b.client.Do(b.request(t, http.MethodGet, demoHost, "/", nil))
	require.NoError(t, err)

	defer func() { _ = response.Body.Close() }()

	first := make([]byte, len("first"))
	_, err = io.ReadFull(response.Body, first)
	require.NoError(t, err)
	close(finish)

	rest, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.Equal(t, "firstlater", string(first)+string(rest))
}

// pingPong answers each line of the request's body while the body goes on.
func pingPong(w http.ResponseWriter, r *http.Request) {
	controller := http.NewResponseController(w)
	_ = controller.EnableFullDuplex()
	_ = controller.Flush()

	for lines := bufio.NewScanner(r.Body); lines.Scan(); {
		_, _ = fmt.Fprintf(w, "echo %s\n", lines.Text())
		_ = controller.Flush()
	}
}

func TestStreaming_BothWaysAtOnce(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.serve(t, live(demoHost, app(t, pingPong)))

	for name, visitor := range map[string]*http.Client{"HTTP/1.1": b.client, "HTTP/2": b.http2(t)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			sent, lines := io.Pipe()
			response, err := visitor.Do(b.request(t, http.MethodPost, demoHost, "/", sent))
			require.NoError(t, err)

			defer func() { _ = response.Body.Close() }()

			require.Equal(t, name, strings.TrimSuffix(response.Proto, ".0"))

			answers := bufio.NewReader(response.Body)

			for i := range 100 {
				_, err := fmt.Fprintf(lines, "%d\n", i)
				require.NoError(t, err)

				answer, err := answers.ReadString('\n')
				require.NoError(t, err)
				require.Equal(t, fmt.Sprintf("echo %d\n", i), answer)
			}

			require.NoError(t, lines.Close())

			_, err = answers.ReadString('\n')
			require.ErrorIs(t, err, io.EOF)
		})
	}
}

func TestStreaming_LargeBodiesArriveWhole(t *testing.T) {
	t.Parallel()

	const size = 32 << 20

	b := setup(t)
	b.serve(t, live(demoHost, app(t, func(w http.ResponseWriter, r *http.Request) {
		_ = http.NewResponseController(w).EnableFullDuplex()
		w.Header().Set("Trailer", "X-Sum")

		sum := sha256.New()
		_, err := io.Copy(io.MultiWriter(w, sum), r.Body)
		w.Header().Set("X-Sum", fmt.Sprintf("%x %v", sum.Sum(nil), err))
	})))

	body := func() io.Reader { return io.LimitReader(zeros{}, size) }
	want := sha256.New()
	_, err := io.Copy(want, body())
	require.NoError(t, err)

	for name, visitor := range map[string]*http.Client{"HTTP/1.1": b.client, "HTTP/2": b.http2(t)} {
		response, err := visitor.Do(b.request(t, http.MethodPost, demoHost, "/", body()))
		require.NoError(t, err, name)

		got, err := io.Copy(io.Discard, response.Body)
		require.NoError(t, err, name)
		require.NoError(t, response.Body.Close())
		require.EqualValues(t, size, got, name)
		require.Equal(t, fmt.Sprintf("%x <nil>", want.Sum(nil)), response.Trailer.Get("X-Sum"), name)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)

	return len(p), nil
}

func TestStreaming_EarlyAnswerToALargeUpload_AlwaysArrives(t *testing.T) {
	t.Parallel()

	const uploads = 40

	b := setup(t)
	b.serve(t, live(demoHost, app(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Connection", "close")
		w.WriteHeader(http.StatusRequestEntityTooLarge)
	})))

	for i := range uploads {
		sent, lines := io.Pipe()

		var upload sync.WaitGroup

		upload.Go(func() { _, _ = io.Copy(lines, io.LimitReader(zeros{}, 1<<20)) })

		response, err := b.client.Do(b.request(t, http.MethodPost, demoHost, "/", sent))
		require.NoError(t, err, "upload %d", i)
		require.NoError(t, response.Body.Close())
		require.Equal(t, http.StatusRequestEntityTooLarge, response.StatusCode)
		require.NoError(t, lines.Close())
		upload.Wait()
	}
}

func TestStreaming_ClientLeaves_TheAppIsTold(t *testing.T) {
	t.Parallel()

	begun, told := make(chan struct{}), make(chan struct{})
	b := setup(t)
	b.serve(t, live(demoHost, app(t, func(_ http.ResponseWriter, r *http.Request) {
		close(begun)
		<-r.Context().Done()
		close(told)
	})))

	ctx, leave := context.WithCancel(t.Context())
	request := b.request(t, http.MethodGet, demoHost, "/", nil).WithContext(ctx)

	go func() {
		<-begun
		leave()
	}()

	response, err := b.client.Do(request)
	if err == nil {
		_ = response.Body.Close()
	}

	require.ErrorIs(t, err, context.Canceled)

	select {
	case <-told:
	case <-time.After(patience):
		t.Fatal("the app works on for nobody")
	}

	// Nor does that speak against the VM.
	require.Eventually(t, func() bool {
		u := b.proxy.handler.table.Load().lookup(demoHost).upstreams[0]

		return u.inFlight.Load() == 0 && !u.resting(time.Now())
	}, patience, frequency)
}

func TestStreaming_EarlyHintsArriveEarly(t *testing.T) {
	t.Parallel()

	hinted := make(chan string, 1)
	b := setup(t)
	b.serve(t, live(demoHost, app(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Link", "</style.css>; rel=preload")
		w.WriteHeader(http.StatusEarlyHints)
		w.WriteHeader(http.StatusOK)
	})))

	request := b.request(t, http.MethodGet, demoHost, "/", nil)
	response, _ := b.do(t, request.WithContext(httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{
		Got1xxResponse: func(code int, header textproto.MIMEHeader) error {
			hinted <- fmt.Sprint(code, header.Get("Link"))

			return nil
		},
	})))

	require.Equal(t, http.StatusOK, response.StatusCode)
	require.Equal(t, "103</style.css>; rel=preload", <-hinted)
	require.NotEmpty(t, response.Header.Get("X-Request-Id"))
}

func TestStreaming_ExpectContinue_IsTheAppsToGrant(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.serve(t, live(demoHost, app(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) })))

	connection := b.connect(t)
	_, err := io.WriteString(connection, "POST / HTTP/1.1\r\nHost: "+demoHost+"\r\nContent-Length: 1000000\r\nExpect: 100-continue\r\n\r\n")
	require.NoError(t, err)

	response, err := http.ReadResponse(bufio.NewReader(connection), nil)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.Equal(t, http.StatusForbidden, response.StatusCode, "not a byte of the body was asked for")
}

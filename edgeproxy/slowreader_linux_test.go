package edgeproxy

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// endless is an app whose answer has no end; it says when nobody takes it any more.
func endless(gone chan<- struct{}) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for {
			if _, err := w.Write(make([]byte, 64<<10)); err != nil {
				close(gone)

				return
			}
		}
	}
}

func brief(c *Config) { c.SendTimeout = time.Second }

func TestSlowReader_ClientTakesNothing_FreesTheApp(t *testing.T) {
	t.Parallel()

	gone := make(chan struct{})
	b := setup(t, brief)
	b.serve(t, live(demoHost, app(t, endless(gone))))

	connection := b.connect(t)
	_, err := io.WriteString(connection, "GET / HTTP/1.1\r\nHost: demo.example.com\r\n\r\n")
	require.NoError(t, err)
	<-gone
	b.requireNothingInFlight(t)
}

func TestSlowReader_ClientTakesNothingOfAStreamOfHTTP2_FreesTheApp(t *testing.T) {
	t.Parallel()

	gone := make(chan struct{})
	b := setup(t, brief)
	b.serve(t, live(demoHost, app(t, endless(gone))))

	connection := b.connect(t)
	_, err := io.WriteString(connection, http2.ClientPreface)
	require.NoError(t, err)

	framer := http2.NewFramer(connection, connection)
	require.NoError(t, framer.WriteSettings(http2.Setting{ID: http2.SettingInitialWindowSize, Val: 100}))

	var head headerBlock

	head.add("method", http.MethodGet)
	head.add("scheme", "http")
	head.add("path", "/")
	head.add("authority", demoHost)
	require.NoError(t, framer.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: head.block, EndStream: true, EndHeaders: true}))

	// The connection is read all the time, and the stream is not given more room.
	for {
		frame, err := framer.ReadFrame()
		require.NoError(t, err)

		if _, reset := frame.(*http2.RSTStreamFrame); reset {
			break
		}
	}

	<-gone
	b.requireNothingInFlight(t)
}

// headerBlock is the encoded head of a request of HTTP/2.
type headerBlock struct{ block []byte }

func (h *headerBlock) Write(p []byte) (int, error) {
	h.block = append(h.block, p...)

	return len(p), nil
}

func (h *headerBlock) add(name, value string) {
	_ = hpack.NewEncoder(h).WriteField(hpack.HeaderField{Name: ":" + name, Value: value}) // It is written to memory.
}

func TestSlowReader_DownloadGoesOnSlowly_ArrivesWhole(t *testing.T) {
	t.Parallel()

	const size = 8 << 20

	b := setup(t, brief)
	b.serve(t, live(demoHost, app(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, size)) })))

	connection := b.connect(t)
	require.NoError(t, connection.(*net.TCPConn).SetReadBuffer(64<<10))

	_, err := io.WriteString(connection, "GET / HTTP/1.1\r\nHost: demo.example.com\r\n\r\n")
	require.NoError(t, err)

	response, err := http.ReadResponse(bufio.NewReader(connection), nil)
	require.NoError(t, err)

	defer func() { _ = response.Body.Close() }()

	got := int64(0)

	for i := range 5 {
		n, err := io.CopyN(io.Discard, response.Body, 200_000)
		require.NoError(t, err, i)
		time.Sleep(400 * time.Millisecond) // In all longer than the edge waits for a client that takes nothing.

		got += n
	}

	n, err := io.Copy(io.Discard, response.Body)
	require.NoError(t, err)
	require.EqualValues(t, size, got+n)
}

func TestSlowReader_StreamHasNothingToSend_LivesOn(t *testing.T) {
	t.Parallel()

	for _, protocol := range []string{"HTTP/1.1", "HTTP/2"} {
		t.Run(protocol, func(t *testing.T) {
			t.Parallel()

			next := make(chan struct{}, 1)
			b := setup(t, func(c *Config) { c.SendTimeout = 100 * time.Millisecond })
			b.serve(t, live(demoHost, app(t, func(w http.ResponseWriter, _ *http.Request) {
				for range next {
					_, _ = fmt.Fprintln(w, "data")
					_ = http.NewResponseController(w).Flush()
				}
			})))

			visitor := b.client
			if protocol == "HTTP/2" {
				visitor = b.http2(t)
			}

			next <- struct{}{}

			response, err := visitor.Do(b.request(t, http.MethodGet, demoHost, "/", nil))
			require.NoError(t, err)

			lines := bufio.NewReader(response.Body)

			for range 3 {
				_, err = lines.ReadString('\n')
				require.NoError(t, err)
				time.Sleep(300 * time.Millisecond) // Nothing is sent for longer than the edge waits for a client that takes nothing.

				next <- struct{}{}
			}

			close(next)

			_, err = io.Copy(io.Discard, lines)
			require.NoError(t, err)
			require.NoError(t, response.Body.Close())
		})
	}
}

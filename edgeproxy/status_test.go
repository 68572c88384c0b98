package edgeproxy

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/id"
)

// byHand is an app whose connections are handled by hand: net/http's server sends no status that its client takes and its server does not.
func byHand(t *testing.T, handle func(net.Conn)) client.Upstream {
	t.Helper()

	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)

	var connections sync.WaitGroup

	connections.Go(func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}

			connections.Go(func() {
				defer func() { _ = connection.Close() }()

				handle(connection)
			})
		}
	})
	t.Cleanup(func() { _ = listener.Close() })

	return client.Upstream{VMID: id.New(), Address: listener.Addr().String()}
}

// answersHTTP2 answers each request with that status.
func answersHTTP2(status string) func(net.Conn) {
	return func(connection net.Conn) {
		if _, err := io.ReadFull(connection, make([]byte, len(http2.ClientPreface))); err != nil {
			return
		}

		framer := http2.NewFramer(connection, connection)
		if err := framer.WriteSettings(); err != nil {
			return
		}

		for {
			frame, err := framer.ReadFrame()
			if err != nil {
				return
			}

			if _, ok := frame.(*http2.HeadersFrame); !ok {
				continue
			}

			var block bytes.Buffer

			err = hpack.NewEncoder(&block).WriteField(hpack.HeaderField{Name: ":status", Value: status})
			if err == nil {
				err = framer.WriteHeaders(http2.HeadersFrameParam{
					StreamID: frame.Header().StreamID, BlockFragment: block.Bytes(), EndStream: true, EndHeaders: true,
				})
			}

			if err != nil {
				return
			}
		}
	}
}

func TestStatus_ThatCannotBePassedOn_IsABadGateway(t *testing.T) {
	t.Parallel()

	for name, status := range map[string]string{"too high": "9999", "negative": "-5", "too low": "42"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			b := recording(t)
			b.serve(t, live(demoHost, byHand(t, answersHTTP2(status))))

			request := b.request(t, http.MethodPost, demoHost, "/", http.NoBody)
			request.Header.Set("Content-Type", "application/grpc")

			response, err := b.http2(t).Do(request)
			require.NoError(t, err)
			require.NoError(t, response.Body.Close())
			require.Equal(t, http.StatusBadGateway, response.StatusCode)
			require.EqualValues(t, http.StatusBadGateway, b.platform.records.require(t, 1)[0].Status)
		})
	}
}

func TestStatus_BelowAllOfHTTP1_IsABadGateway(t *testing.T) {
	t.Parallel()

	b := recording(t)
	b.serve(t, live(demoHost, byHand(t, func(connection net.Conn) {
		_, _ = connection.Read(make([]byte, 1<<10))
		_, _ = io.WriteString(connection, "HTTP/1.1 042 Odd\r\nContent-Length: 0\r\n\r\n")
	})))

	response, body := b.get(t, demoHost, "/")
	require.Equal(t, http.StatusBadGateway, response.StatusCode)
	require.Contains(t, body, "app_failed")
	require.EqualValues(t, http.StatusBadGateway, b.platform.records.require(t, 1)[0].Status)
}

package edgeproxy

import (
	"bufio"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// secured is an edge with its own engine that ends TLS for demoHost, and a way to connect to it.
func secured(t *testing.T, handler http.HandlerFunc) (*testBundle, func(through func(net.Conn) net.Conn, protocols ...string) *tls.Conn) {
	t.Helper()

	b, a := setup(t, withTLS, func(c *Config) { c.OwnEngine = true }), newAuthority(t)
	b.serve(t, live(demoHost, app(t, handler)))
	b.certify(t, a, demoHost)

	return b, func(through func(net.Conn) net.Conn, protocols ...string) *tls.Conn {
		raw, err := net.Dial("tcp", b.encrypted)
		require.NoError(t, err)
		closeAfter(t, raw)
		require.NoError(t, raw.SetDeadline(time.Now().Add(patience)))

		connection := tls.Client(through(raw), &tls.Config{ServerName: demoHost, RootCAs: a.pool, NextProtos: protocols})
		require.NoError(t, connection.HandshakeContext(t.Context()))

		return connection
	}
}

func directly(connection net.Conn) net.Conn { return connection }

// The names of the app's fields tell which engine has served: net/http writes them anew.
func TestEncryption_HTTP1_IsServedByTheOwnEngine(t *testing.T) {
	t.Parallel()

	b, a := setup(t, withTLS, func(c *Config) { c.OwnEngine = true }), newAuthority(t)
	b.serve(t, live(demoHost, byHand(t, func(connection net.Conn) {
		if _, err := http.ReadRequest(bufio.NewReader(connection)); err == nil {
			_, _ = io.WriteString(connection, "HTTP/1.1 200 OK\r\nx-mine: 1\r\nContent-Length: 2\r\n\r\nok")
		}
	})))
	b.certify(t, a, demoHost)

	for name, protocols := range map[string][]string{"no ALPN": nil, "http/1.1": {"http/1.1"}} {
		connection, err := b.handshake(t, &tls.Config{ServerName: demoHost, RootCAs: a.pool, NextProtos: protocols})
		require.NoError(t, err)
		_, err = io.WriteString(connection, "GET / HTTP/1.1\r\nHost: "+demoHost+"\r\nConnection: close\r\n\r\n")
		require.NoError(t, err)

		answer, err := io.ReadAll(connection)
		require.NoError(t, err, "the end is told by an alert")
		require.Contains(t, string(answer), "\r\nx-mine: 1\r\n", name)
	}
}

// splitConn writes every byte by itself.
type splitConn struct{ net.Conn }

func (c splitConn) Write(message []byte) (int, error) {
	for i := range message {
		if n, err := c.Conn.Write(message[i : i+1]); err != nil {
			return i + n, err
		}
	}

	return len(message), nil
}

// heldConn writes at once what was written to it while it was held.
type heldConn struct {
	net.Conn

	held bool
	kept []byte
}

func (c *heldConn) Write(message []byte) (int, error) {
	if c.held {
		c.kept = append(c.kept, message...)

		return len(message), nil
	}

	return c.Conn.Write(message)
}

func TestEncryption_RecordsHoweverTheyArrive_AreServedOnceEach(t *testing.T) {
	t.Parallel()

	const (
		many = 300 // Records of them do not fit into what the engine reads at once.
		get  = "GET /%d HTTP/1.1\r\nHost: " + demoHost + "\r\n\r\n"
	)

	_, connect := secured(t, func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, r.URL.Path) })

	answered := func(t *testing.T, answers *bufio.Reader, number int) {
		t.Helper()

		response, err := http.ReadResponse(answers, nil)
		require.NoError(t, err)
		body, err := io.ReadAll(response.Body)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		require.Equal(t, fmt.Sprintf("/%d", number), string(body))
	}

	t.Run("byte by byte", func(t *testing.T) {
		t.Parallel()

		connection := connect(func(raw net.Conn) net.Conn { return splitConn{raw} })
		answers := bufio.NewReader(connection)

		for i := range 3 {
			_, err := fmt.Fprintf(connection, get, i)
			require.NoError(t, err)
			answered(t, answers, i)
		}
	})

	t.Run("many records at once", func(t *testing.T) {
		t.Parallel()

		var held *heldConn

		connection := connect(func(raw net.Conn) net.Conn {
			held = &heldConn{Conn: raw}

			return held
		})
		held.held = true

		for i := range many {
			_, err := fmt.Fprintf(connection, get, i)
			require.NoError(t, err)
		}

		// The last record comes in two parts, with an answer between.
		part := len(held.kept) - 10
		_, err := held.Conn.Write(held.kept[:part])
		require.NoError(t, err)

		answers := bufio.NewReader(connection)
		for i := range many - 1 {
			answered(t, answers, i)
		}

		_, err = held.Conn.Write(held.kept[part:])
		require.NoError(t, err)
		answered(t, answers, many-1)
	})

	t.Run("many requests in a record", func(t *testing.T) {
		t.Parallel()

		connection := connect(directly)

		var all strings.Builder
		for i := range many {
			fmt.Fprintf(&all, get, i)
		}

		_, err := io.WriteString(connection, all.String())
		require.NoError(t, err)

		answers := bufio.NewReader(connection)
		for i := range many {
			answered(t, answers, i)
		}
	})
}

func TestEncryption_EdgeStops_IdleConnectionsEndAndNewOnesAreServed(t *testing.T) {
	t.Parallel()

	b, connect := secured(t, says("hello"))
	idle, silent := connect(directly, "http/1.1"), connect(directly, "http/1.1")

	_, err := io.WriteString(idle, "GET / HTTP/1.1\r\nHost: "+demoHost+"\r\n\r\n")
	require.NoError(t, err)

	answers := bufio.NewReader(idle)
	response, err := http.ReadResponse(answers, nil)
	require.NoError(t, err)
	_, err = io.Copy(io.Discard, response.Body)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())

	b.stop()

	_, err = answers.ReadByte()
	require.ErrorIs(t, err, io.EOF)

	_, err = io.WriteString(silent, "GET / HTTP/1.1\r\nHost: "+demoHost+"\r\n\r\n")
	require.NoError(t, err)

	answer, err := io.ReadAll(silent)
	require.NoError(t, err)
	require.True(t, contains(string(answer), "200 OK", "Connection: close", "hello"), "%s", answer)

	<-b.stopped
}

func TestEncryption_EdgeStopsAmidTheRecordOfARequest_ServesIt(t *testing.T) {
	t.Parallel()

	const (
		get  = "GET / HTTP/1.1\r\nHost: " + demoHost + "\r\n\r\n"
		part = 20
	)

	for name, together := range map[string]bool{"by itself": false, "with the request before": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			b, connect := secured(t, says("hello"))
			idle := connect(directly)

			var held *heldConn

			connection := connect(func(raw net.Conn) net.Conn {
				held = &heldConn{Conn: raw}

				return held
			})
			answers := bufio.NewReader(connection)

			ask := func(client net.Conn) {
				_, err := io.WriteString(client, get)
				require.NoError(t, err)
			}
			answered := func(answers *bufio.Reader) {
				response, err := http.ReadResponse(answers, nil)
				require.NoError(t, err)
				_, err = io.Copy(io.Discard, response.Body)
				require.NoError(t, errors.Join(err, response.Body.Close()))
			}

			idles := bufio.NewReader(idle)

			ask(idle)
			answered(idles)

			held.held = together

			ask(connection)

			if !together {
				answered(answers)
			}

			held.held = true
			begun := len(held.kept) + part

			ask(connection)

			_, err := held.Conn.Write(held.kept[:begun])
			require.NoError(t, err)

			if together {
				answered(answers)
			}

			b.stop()

			_, err = idles.ReadByte()
			require.ErrorIs(t, err, io.EOF)

			_, err = held.Conn.Write(held.kept[begun:])
			require.NoError(t, err)

			answer, err := io.ReadAll(answers)
			require.NoError(t, err)
			require.True(t, contains(string(answer), "200 OK", "Connection: close", "hello"), "%s", answer)

			<-b.stopped
		})
	}
}

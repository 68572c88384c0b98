package edgeproxy

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestVisitor_ClosesItsSide_GetsTheWholeAnswer(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.serve(t, live(demoHost, app(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)

		select {
		case <-time.After(300 * time.Millisecond): // By then the edge has read the end of what the client sends.
			_, _ = io.WriteString(w, "whole")
		case <-r.Context().Done():
		}
	})))

	for name, request := range map[string]string{
		"GET":  "GET / HTTP/1.1\r\nHost: " + demoHost + "\r\n\r\n",
		"POST": "POST / HTTP/1.1\r\nHost: " + demoHost + "\r\nContent-Length: 4\r\n\r\nbody",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			connection := b.connect(t)
			_, err := io.WriteString(connection, request)
			require.NoError(t, err)
			require.NoError(t, connection.(*net.TCPConn).CloseWrite())

			begun := time.Now()
			answer, err := io.ReadAll(connection)
			require.NoError(t, err)
			require.True(t, strings.HasSuffix(string(answer), "whole"), "%q", answer)
			require.Less(t, time.Since(begun), b.proxy.patience, "the connection ends with the answer")
		})
	}
}

func TestVisitor_BodyBrokenOff_IsToldAtOnce(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.serve(t, live(demoHost, app(t, readsAll)))

	connection := b.connect(t)
	_, err := io.WriteString(connection, "POST / HTTP/1.1\r\nHost: "+demoHost+"\r\nContent-Length: 400\r\n\r\nbody")
	require.NoError(t, err)
	require.NoError(t, connection.(*net.TCPConn).CloseWrite())

	begun := time.Now()
	answer, err := io.ReadAll(connection)
	require.NoError(t, err)
	require.Contains(t, string(answer), "400 Bad Request")
	require.Less(t, time.Since(begun), b.proxy.patience)
}

func TestVisitor_EmptyLinesBeforeTheFirstRequest_AreIgnored(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.serve(t, live(demoHost, app(t, says("hello"))))

	get := "GET / HTTP/1.1\r\nHost: " + demoHost + "\r\nConnection: close\r\n\r\n"

	for _, before := range []string{"\r\n", "\n", "\r\n\r\n"} {
		require.Contains(t, b.raw(t, before+get), "200 OK", "%q", before)

		connection := b.connect(t)
		_, err := io.WriteString(connection, before)
		require.NoError(t, err)

		time.Sleep(10 * time.Millisecond) // Almost always the edge reads the line before the request; the test passes either way.

		_, err = io.WriteString(connection, get)
		require.NoError(t, err)

		response, err := http.ReadResponse(bufio.NewReader(connection), nil)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		require.Equal(t, http.StatusOK, response.StatusCode)
	}
}

func TestVisitor_AnswerIsCutShort_CarriesItsStatus(t *testing.T) {
	t.Parallel()

	for name, answer := range map[string]string{
		"known length": "HTTP/1.1 201 Created\r\nContent-Length: 10\r\nX-Mine: 1\r\n\r\nhalf",
		"chunks":       "HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\nX-Mine: 1\r\n\r\n4\r\nhalf\r\n",
		"no body yet":  "HTTP/1.1 201 Created\r\nContent-Length: 10\r\nX-Mine: 1\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			a := newRawApp(t, func(a *rawApp, connection *net.TCPConn) {
				if _, err := a.readHead(bufio.NewReader(connection)); err == nil {
					_, _ = io.WriteString(connection, answer)
				}

				_ = connection.Close()
			})
			b := setup(t)
			b.serve(t, live(demoHost, a.Upstream))

			connection := b.connect(t)
			_, err := io.WriteString(connection, "GET / HTTP/1.1\r\nHost: "+demoHost+"\r\n\r\n")
			require.NoError(t, err)

			response, err := http.ReadResponse(bufio.NewReader(connection), nil)
			require.NoError(t, err)
			require.Equal(t, http.StatusCreated, response.StatusCode)
			require.Equal(t, "1", response.Header.Get("X-Mine"))

			body, err := io.ReadAll(response.Body)
			require.ErrorIs(t, err, io.ErrUnexpectedEOF, "it does not look whole")
			_ = response.Body.Close() // It says again that the body was cut short.
			require.Equal(t, name != "no body yet", string(body) == "half", "%q", body)
		})
	}
}

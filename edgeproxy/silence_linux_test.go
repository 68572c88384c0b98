package edgeproxy

import (
	"io"
	"net"
	"net/http"
	"testing"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

func TestSilence_TwoMachinesFallSilent_RepeatableRequestsGoToTheThird(t *testing.T) {
	t.Parallel()

	b := setup(t, here)
	one, first := startMachine(t, "fsn", "silent")
	two, second := startMachine(t, "fsn", "silent")
	b.serve(t, live(demoHost, one, two))

	// So that there are connections.
	for range 10 {
		_, body := b.get(t, demoHost, "/")
		require.Equal(t, "silent", body)
	}

	b.serve(t, live(demoHost, one, two, in("fsn", app(t, says("answers")))))
	b.proxy.handler.table.Load().lookup(demoHost).upstreams[2].inFlight.Add(2) // So that it comes last.
	first.fallSilent(t)
	second.fallSilent(t)

	_, body := b.get(t, demoHost, "/")
	require.Equal(t, "answers", body)
}

func TestSilence_MachineFallsSilentUnderAWebSocket_TheClientIsTold(t *testing.T) {
	t.Parallel()

	b := setup(t)
	upstream, m := startMachineServing(t, websocketEcho)
	b.serve(t, live(demoHost, upstream))

	connection := b.websocket(t)
	requireEcho(t, connection, "before")
	m.fallSilent(t)
	require.NoError(t, connection.Write(t.Context(), websocket.MessageText, []byte("nobody acknowledges this")))

	_, _, err := connection.Read(t.Context())
	require.Error(t, err)
}

func TestSilence_MachineFallsSilentUnderAnUpload_TheClientIsTold(t *testing.T) {
	t.Parallel()

	arrived := make(chan struct{})
	b := setup(t)
	upstream, m := startMachineServing(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = r.Body.Read(make([]byte, 1))

		close(arrived)

		_, _ = io.Copy(io.Discard, r.Body)
		_, _ = w.Write([]byte("all of it"))
	})
	b.serve(t, live(demoHost, upstream))

	reader, writer := io.Pipe()
	silent, status := make(chan struct{}), make(chan int, 1)

	closeAfter(t, reader)

	go func() {
		_, _ = io.WriteString(writer, "x")

		<-silent

		_, _ = io.Copy(writer, io.LimitReader(zeros{}, 64<<20))
		_ = writer.Close()
	}()

	request := b.request(t, http.MethodPost, demoHost, "/", reader)

	go func() {
		defer close(status)

		response, err := b.client.Do(request)
		if err != nil {
			t.Error(err)

			return
		}

		_ = response.Body.Close()
		status <- response.StatusCode
	}()

	<-arrived
	m.fallSilent(t)
	close(silent)
	require.Equal(t, http.StatusBadGateway, <-status)
}

func TestDialer_SharedConnections_EndWhenNothingIsAcknowledged(t *testing.T) {
	t.Parallel()

	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	closeAfter(t, listener)

	made, err := newDialer(false).dial(t.Context(), "tcp", at(listener.Addr().String(), "").connections+":80")
	require.NoError(t, err)
	closeAfter(t, made)

	raw, err := made.(*net.TCPConn).SyscallConn()
	require.NoError(t, err)
	require.NoError(t, raw.Control(func(descriptor uintptr) {
		most, err := unix.GetsockoptInt(int(descriptor), unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT)
		require.NoError(t, err)
		require.EqualValues(t, sharedUserTimeout.Milliseconds(), most)
	}))
}

package edgeproxy

import (
	"io"
	"net"
	"net/http"
	"os"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/id"
)

// machine is a VM on a machine that can fall silent: from then on it drops all that comes, as one without power does.
type machine struct {
	*net.TCPListener

	mutex sync.Mutex
	taken []*net.TCPConn
}

func startMachine(t *testing.T, region, text string) (client.Upstream, *machine) {
	t.Helper()

	upstream, m := startMachineServing(t, says(text))

	return in(region, upstream), m
}

func startMachineServing(t *testing.T, handler http.HandlerFunc) (client.Upstream, *machine) {
	t.Helper()

	// Multipath sockets take no filter.
	var plain net.ListenConfig

	plain.SetMultipathTCP(false)

	listener, err := plain.Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)

	m := &machine{TCPListener: listener.(*net.TCPListener)}
	server := &http.Server{Handler: handler}

	go func() { _ = server.Serve(m) }()

	closeAfter(t, server)
	t.Cleanup(m.cut)

	return client.Upstream{VMID: id.New(), Address: listener.Addr().String()}, m
}

func (m *machine) Accept() (net.Conn, error) {
	connection, err := m.AcceptTCP()
	if err != nil {
		return nil, err
	}

	m.mutex.Lock()
	defer m.mutex.Unlock()

	m.taken = append(m.taken, connection)

	return connection, nil
}

// cut closes all connections, also those that are WebSockets by now.
func (m *machine) cut() {
	m.mutex.Lock()
	defer m.mutex.Unlock()

	for _, connection := range m.taken {
		_ = connection.Close()
	}
}

func (m *machine) fallSilent(t *testing.T) {
	t.Helper()

	m.mutex.Lock()
	defer m.mutex.Unlock()

	for _, connection := range m.taken {
		drop(t, connection)
	}

	drop(t, m.TCPListener)
}

// drop has the kernel drop what comes for a socket, without an answer.
func drop(t *testing.T, socket syscall.Conn) {
	t.Helper()

	raw, err := socket.SyscallConn()
	require.NoError(t, err)

	nothing := []unix.SockFilter{{Code: unix.BPF_RET | unix.BPF_K, K: 0}}
	program := unix.SockFprog{Len: uint16(len(nothing)), Filter: &nothing[0]}

	require.NoError(t, raw.Control(func(descriptor uintptr) {
		err = unix.SetsockoptSockFprog(int(descriptor), unix.SOL_SOCKET, unix.SO_ATTACH_FILTER, &program)
	}))
	require.NoError(t, err)
}

func TestRegion_AllMachinesOfItFallSilent_OthersServe(t *testing.T) {
	t.Parallel()

	var (
		b         = setup(t, here)
		machines  = make([]*machine, 0, maxAttempts+1)
		upstreams = make([]client.Upstream, 0, maxAttempts+2)
	)

	// More of them than there are attempts.
	for range maxAttempts + 1 {
		u, m := startMachine(t, "fsn", "near")
		upstreams, machines = append(upstreams, u), append(machines, m)
	}

	b.serve(t, live(demoHost, append(upstreams, in("hel", app(t, says("far"))))...))

	// So that some have connections that are open.
	for range 20 {
		_, body := b.get(t, demoHost, "/")
		require.Equal(t, "near", body)
	}

	for _, m := range machines {
		m.fallSilent(t)
	}

	var asking sync.WaitGroup

	// More than one for each machine, by connections that are open and by new ones.
	for range 40 {
		asking.Go(func() {
			response, err := b.client.Do(b.request(t, http.MethodGet, demoHost, "/", nil))
			if !assert.NoError(t, err) { //nolint:testifylint // The test goes on elsewhere.
				return
			}

			body, err := io.ReadAll(response.Body)
			assert.NoError(t, err)
			assert.NoError(t, response.Body.Close())
			assert.Equal(t, "far", string(body))
		})
	}

	asking.Wait()

	for _, u := range b.proxy.handler.table.Load().lookup(demoHost).upstreams[:len(machines)] {
		require.True(t, u.resting(time.Now()))
	}

	began := time.Now()

	for range 20 {
		_, body := b.get(t, demoHost, "/")
		require.Equal(t, "far", body)
	}

	require.Less(t, time.Since(began), dialTimeout, "requests find out what is known already")
}

func TestSilence_AppReadsNothing_IsNone(t *testing.T) {
	t.Parallel()

	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	closeAfter(t, listener)

	connection, err := newDialer(false).connect(t.Context(), "tcp", listener.Addr().String())
	require.NoError(t, err)
	closeAfter(t, connection)

	own, err := newSocket(connection)
	require.NoError(t, err)

	// More than the kernels keep, so that the other one says that it takes no more.
	require.NoError(t, connection.SetWriteDeadline(time.Now().Add(3*silenceCheck)))

	for err == nil {
		_, err = connection.Write(make([]byte, 1<<20))
	}

	require.ErrorIs(t, err, os.ErrDeadlineExceeded)
	require.False(t, isSilent(own), "its machine is there")
}

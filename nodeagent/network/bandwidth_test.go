package network_test

import (
	"context"
	"io"
	"net"
	"testing"
	"time"

	"github.com/google/nftables"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/netnamespace"
	"github.com/zeitwork/zeitwork/nodeagent/network"
)

func TestNetwork_Bandwidth_IsBoundedEachWayForEachVM(t *testing.T) {
	t.Parallel()

	const limit = 20e6 / 8 // Bytes a second.

	m := setupMachine(t, func(n *network.Network) { n.Limits.BitsPerSecond = 8 * limit })
	vm := m.network.NamespacePath(m.vm)

	for name, pair := range map[string]func() (sender, receiver net.Conn){
		"from the VM to the internet": func() (net.Conn, net.Conn) { return m.connected(t, vm, m.outside, internetAddress+":81") },
		"from the internet to the VM": func() (net.Conn, net.Conn) { return swap(m.connected(t, vm, m.outside, internetAddress+":82")) },
		"from the machine to the VM":  func() (net.Conn, net.Conn) { return m.connected(t, m.path, vm, m.ip.String()+":8081") },
		"from the VM to the machine":  func() (net.Conn, net.Conn) { return swap(m.connected(t, m.path, vm, m.ip.String()+":8082")) },
	} {
		m.do(t, unlimited)
		require.Greater(t, rate(pair, 0, 40*limit), 5*limit, "%s: without a limit this is a link of gigabytes a second", name)

		m.do(t, m.network.Limit)
		m.requireLimitsStay(t, 2)

		limited := rate(pair, 1.2*limit, 1.2*limit) / limit
		t.Logf("%s: %.2f of the limit", name, limited)
		require.Greater(t, limited, 0.4, name)
		require.Less(t, limited, 1.6, name)
	}
}

func swap(one, other net.Conn) (net.Conn, net.Conn) { return other, one }

// unlimited removes the limits, as somebody does who flushes all rules.
func unlimited() error {
	connection, err := nftables.New()
	if err != nil {
		return err
	}

	table := &nftables.Table{Name: tableName + "-limits", Family: nftables.TableFamilyINet}
	connection.AddTable(table) // There may be none yet.
	connection.DelTable(table)

	return connection.Flush()
}

type endless struct{}

func (endless) Read(buffer []byte) (int, error) { return len(buffer), nil }

// rate sends over a new connection and returns how many bytes a second came, of so many behind those that are skipped.
func rate(pair func() (sender, receiver net.Conn), skipped, size int64) float64 {
	sender, receiver := pair()

	go func() {
		_, _ = io.CopyN(sender, endless{}, skipped+size)
		_ = sender.Close()
	}()

	_, _ = io.CopyN(io.Discard, receiver, skipped)
	begun := time.Now()
	received, _ := io.Copy(io.Discard, receiver)

	return float64(received) / time.Since(begun).Seconds()
}

// connected returns both ends of a connection between two namespaces, that of the one which began it first.
func (m *testMachine) connected(t *testing.T, from, to, address string) (beginner, accepted net.Conn) {
	t.Helper()

	var listener net.Listener

	require.NoError(t, netnamespace.Do(to, func() (err error) {
		listener, err = new(net.ListenConfig).Listen(context.Background(), "tcp4", address)

		return err
	}))

	defer func() { require.NoError(t, listener.Close()) }()

	require.NoError(t, netnamespace.Do(from, func() (err error) {
		beginner, err = (&net.Dialer{Timeout: 5 * time.Second}).DialContext(context.Background(), "tcp4", address)

		return err
	}))
	t.Cleanup(func() { _ = beginner.Close() })

	accepted, err := listener.Accept()
	require.NoError(t, err)
	t.Cleanup(func() { _ = accepted.Close() })

	return beginner, accepted
}

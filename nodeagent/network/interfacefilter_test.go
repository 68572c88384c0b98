package network_test

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/asm"
	"github.com/google/nftables"
	"github.com/stretchr/testify/require"
	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/netnamespace"
	"github.com/zeitwork/zeitwork/nodeagent/network"
)

const (
	otherVM           = "10.79.0.2"
	nameserverAddress = "10.99.0.53"
)

// flush removes all rules of the machine, as other programs do.
func (m *testMachine) flush(t *testing.T) {
	t.Helper()

	m.do(t, func() error {
		connection, err := nftables.New()
		if err != nil {
			return err
		}

		connection.FlushRuleset()

		return connection.Flush()
	})
}

// receiver takes datagrams in a namespace.
type receiver struct {
	namespace string
	socket    net.PacketConn
}

func receive(t *testing.T, namespace, address string) *receiver {
	t.Helper()

	r := &receiver{namespace: namespace}

	require.NoError(t, netnamespace.Do(namespace, func() (err error) {
		r.socket, err = new(net.ListenConfig).ListenPacket(context.Background(), "udp4", net.JoinHostPort(address, httpPort))

		return err
	}))
	t.Cleanup(func() { require.NoError(t, r.socket.Close()) })

	return r
}

// next returns what the receiver got first, or "nothing" where that is what its own namespace sends it now.
func (r *receiver) next(t *testing.T, address string) string {
	t.Helper()

	require.NoError(t, sendIn(r.namespace, "", address, "nothing"))
	require.NoError(t, r.socket.SetReadDeadline(time.Now().Add(10*time.Second)))

	buffer := make([]byte, 100)
	length, _, err := r.socket.ReadFrom(buffer)
	require.NoError(t, err)

	return string(buffer[:length])
}

// sendIn sends a datagram from a namespace, and from the address where there is one.
func sendIn(namespace, from, address, text string) error {
	return netnamespace.Do(namespace, func() error {
		dialer := net.Dialer{}
		if from != "" {
			dialer.LocalAddr = &net.UDPAddr{IP: net.ParseIP(from)}
		}

		connection, err := dialer.DialContext(context.Background(), "udp4", net.JoinHostPort(address, httpPort))
		if err != nil {
			return err
		}

		_, err = connection.Write([]byte(text))

		return errors.Join(err, connection.Close())
	})
}

func TestNetwork_RulesetFlushed_VMsReachNothingInternalBeforeItIsAsserted(t *testing.T) {
	t.Parallel()

	m := setupMachine(t, func(n *network.Network) { n.Nameservers = []netip.Addr{netip.MustParseAddr(nameserverAddress)} })
	other := id.New()
	m.attach(t, other, netip.MustParseAddr(otherVM))
	m.do(t, m.network.Unfiltered)
	require.NoError(t, netnamespace.Do(m.outside, func() error { return turnOn("eth0", nameserverAddress+"/32") }))
	m.routeBack(t)

	places := map[*receiver][]string{
		receive(t, m.path, "0.0.0.0"):                       {"198.51.100.1", "100.64.0.1"},
		receive(t, m.network.NamespacePath(other), otherVM): {otherVM},
		receive(t, m.outside, "0.0.0.0"):                    {privateAddress, "169.254.169.254", "168.63.129.16", "192.0.0.192", nameserverAddress},
		receive(t, m.peers, "0.0.0.0"):                      {peerAddress},
	}
	serve(t, m.path, "0.0.0.0:"+httpPort)
	serve(t, m.outside, "0.0.0.0:"+httpPort)
	serve(t, m.outside, "0.0.0.0:53")
	serve(t, m.peers, "0.0.0.0:"+httpPort)

	m.flush(t)

	for r, addresses := range places {
		for _, address := range addresses {
			require.ErrorIs(t, m.fromVM(net.JoinHostPort(address, httpPort)), unix.ECONNREFUSED, address)
			_ = sendIn(m.network.NamespacePath(m.vm), "", address, "from the VM") // Nothing may arrive, whether it may be sent or not.
		}

		require.Equal(t, "nothing", r.next(t, addresses[0]))
	}

	require.NoError(t, m.fromVM(net.JoinHostPort(internetAddress, httpPort)), "the internet is not internal")
	require.NoError(t, m.fromVM(net.JoinHostPort(nameserverAddress, "53")))
	require.NoError(t, m.toVM(peerAddress, httpPort), "edges reach the app all the time")
	m.do(t, func() error { return dial(net.JoinHostPort(m.ip.String(), httpPort)) })
	require.True(t, m.assert(t))
}

func TestNetwork_RulesetFlushed_EdgesAloneBeginConnectionsToVMsBeforeItIsAsserted(t *testing.T) {
	t.Parallel()

	m := setupMachine(t)
	app := []netip.AddrPort{netip.AddrPortFrom(m.ip, 8080)}
	datagrams := receive(t, m.network.NamespacePath(m.vm), m.ip.String())

	m.do(t, func() error { return m.network.Admit([]netip.Addr{netip.MustParseAddr(peerAddress)}, app) })
	m.flush(t)
	require.NoError(t, m.toVM(peerAddress, httpPort))
	require.Error(t, m.toVM(otherPeerAddress, httpPort), "a peer that is no edge")
	require.NoError(t, sendIn(m.peers, otherPeerAddress, m.ip.String(), "from a peer"))
	require.Error(t, dialIn(m.outside, internetAddress, net.JoinHostPort(m.ip.String(), httpPort)), "the internet")
	require.Equal(t, "nothing", datagrams.next(t, m.ip.String()))
	m.do(t, func() error { return dial(net.JoinHostPort(m.ip.String(), httpPort)) })

	m.do(t, func() error { return m.network.Admit([]netip.Addr{netip.MustParseAddr(otherPeerAddress)}, app) })
	m.flush(t)
	require.NoError(t, m.toVM(otherPeerAddress, httpPort), "another one is the edge now")
	require.Error(t, m.toVM(peerAddress, httpPort))
}

func TestNetwork_FilterThatCannotBeAttached_IsTriedAgainByEachAssert(t *testing.T) {
	t.Parallel()

	m := setupMachine(t)
	m.do(t, m.network.Unfiltered)

	pass, err := ebpf.NewProgram(&ebpf.ProgramSpec{Type: ebpf.SchedCLS, Instructions: asm.Instructions{asm.Mov.Imm(asm.R0, -1), asm.Return()}})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, pass.Close()) })

	// No filter takes the place of one for another protocol.
	inTheWay := netlink.BpfFilter{
		FilterAttrs: netlink.FilterAttrs{Parent: netlink.HANDLE_MIN_EGRESS, Handle: 1, Priority: 1, Protocol: unix.ETH_P_ALL},
		Fd:          pass.FD(), Name: "other", DirectAction: true,
	}

	m.do(t, func() error {
		link, err := netlink.LinkByName(network.InterfaceName(m.vm))
		if err != nil {
			return err
		}

		inTheWay.LinkIndex = link.Attrs().Index
		if err := netlink.FilterDel(&inTheWay); err != nil {
			return err
		}

		inTheWay.Protocol = unix.ETH_P_IP

		return netlink.FilterAdd(&inTheWay)
	})

	m.do(t, func() error {
		return m.network.Admit([]netip.Addr{netip.MustParseAddr(peerAddress)}, []netip.AddrPort{netip.AddrPortFrom(m.ip, 8080)})
	})
	require.ErrorContains(t, m.network.Unfiltered(), "zeitwork_to_vm")
	require.NoError(t, m.toVM(peerAddress, httpPort), "an edge of now")

	m.do(t, func() error { return netlink.FilterDel(&inTheWay) })
	require.False(t, m.assert(t), "the policy stood")
	require.NoError(t, m.network.Unfiltered())

	m.flush(t)
	require.NoError(t, m.toVM(peerAddress, httpPort))
	require.Error(t, m.toVM(otherPeerAddress, httpPort), "a peer that is no edge")
}

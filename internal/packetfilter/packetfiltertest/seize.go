// Package packetfiltertest does to nftables, for tests, what its library has no words for.
package packetfiltertest

import (
	"encoding/binary"
	"sync"
	"testing"

	"github.com/mdlayher/netlink"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// The flags of a table.
const (
	dormant = 1
	owned   = 2
)

// Seize takes the table for IPv4 and IPv6 away and makes an empty one of the same name that nobody else can change or remove before release, which removes
// it. It acts in the network namespace of the calling thread.
func Seize(t *testing.T, table string) (release func()) {
	t.Helper()

	socket, err := netlink.Dial(unix.NETLINK_NETFILTER, nil)
	require.NoError(t, err)

	release = sync.OnceFunc(func() { require.NoError(t, socket.Close()) })
	t.Cleanup(release)

	require.NoError(t, send(socket, request(unix.NFT_MSG_DELTABLE, table, 0), request(unix.NFT_MSG_NEWTABLE, table, owned)))

	return release
}

// SwitchOff keeps the kernel from looking at the table, which stays as it is. It acts in the network namespace of the calling thread.
func SwitchOff(table string) error {
	socket, err := netlink.Dial(unix.NETLINK_NETFILTER, nil)
	if err != nil {
		return err
	}

	defer func() { _ = socket.Close() }()

	return send(socket, request(unix.NFT_MSG_NEWTABLE, table, dormant))
}

// send has the kernel do all of the requests or none of them.
func send(socket *netlink.Conn, requests ...netlink.Message) error {
	messages := append([]netlink.Message{limit(unix.NFNL_MSG_BATCH_BEGIN)}, requests...)
	if _, err := socket.SendMessages(append(messages, limit(unix.NFNL_MSG_BATCH_END))); err != nil {
		return err
	}

	for range requests {
		if _, err := socket.Receive(); err != nil {
			return err
		}
	}

	return nil
}

// limit is the beginning or the end of a transaction.
func limit(kind netlink.HeaderType) netlink.Message {
	return netlink.Message{
		Header: netlink.Header{Type: kind, Flags: netlink.Request},
		Data:   []byte{unix.AF_UNSPEC, unix.NFNETLINK_V0, 0, unix.NFNL_SUBSYS_NFTABLES},
	}
}

func request(kind netlink.HeaderType, table string, flags uint32) netlink.Message {
	attributes := netlink.NewAttributeEncoder()
	attributes.ByteOrder = binary.BigEndian
	attributes.String(unix.NFTA_TABLE_NAME, table)
	attributes.Uint32(unix.NFTA_TABLE_FLAGS, flags)

	encoded, err := attributes.Encode()
	if err != nil {
		panic(err) // A name and a number always fit.
	}

	return netlink.Message{
		Header: netlink.Header{Type: unix.NFNL_SUBSYS_NFTABLES<<8 | kind, Flags: netlink.Request | netlink.Acknowledge | netlink.Create},
		Data:   append([]byte{unix.NFPROTO_INET, unix.NFNETLINK_V0, 0, 0}, encoded...),
	}
}

package machine

import (
	"context"
	"fmt"
	"net"
	"path/filepath"
	"time"

	"github.com/vishvananda/netlink"

	"github.com/zeitwork/zeitwork/internal/netnamespace"
)

const (
	// Gateway is the namespace's end of the link.
	Gateway = "10.93.0.1"
	// Address is the machine's end of the link.
	Address = "10.93.0.2"

	prefixBits, addressBits = 24, 32

	linkName = "machine0"
)

// Outside is a network namespace that holds the other end of the machine's link, and nothing else. No packet of the machine gets any further.
type Outside struct {
	path string
}

// newOutside makes the namespace, with the link, in the folder.
func newOutside(folder string) (*Outside, error) {
	outside := &Outside{path: filepath.Join(folder, "outside")}
	if err := netnamespace.Ensure(outside.path); err != nil {
		return nil, err
	}

	err := netnamespace.Do(outside.path, func() error {
		link := &netlink.Tuntap{LinkAttrs: netlink.LinkAttrs{Name: linkName}, Mode: netlink.TUNTAP_MODE_TAP}
		if err := netlink.LinkAdd(link); err != nil {
			return fmt.Errorf("make the machine's link: %w", err)
		}

		if err := netlink.AddrAdd(link, addressIn(Gateway, prefixBits)); err != nil {
			return fmt.Errorf("give the link its address: %w", err)
		}

		if err := netlink.LinkSetUp(link); err != nil {
			return fmt.Errorf("turn the link on: %w", err)
		}

		return nil
	})

	return outside, err
}

// Do calls run in the namespace, as netnamespace.Do does.
func (o *Outside) Do(run func() error) error { return netnamespace.Do(o.path, run) }

// Listen listens in the namespace.
func (o *Outside) Listen(hostPort string) (net.Listener, error) {
	var listener net.Listener

	err := o.Do(func() error {
		var err error

		listener, err = net.Listen("tcp", hostPort)

		return err
	})

	return listener, err
}

// Dial connects from the namespace, as a peer of the machine does.
func (o *Outside) Dial(ctx context.Context, hostPort string) (net.Conn, error) {
	const patience = 3 * time.Second

	var connection net.Conn

	err := o.Do(func() error {
		var err error

		connection, err = (&net.Dialer{Timeout: patience}).DialContext(ctx, "tcp4", hostPort)

		return err
	})

	return connection, err
}

// AddAddress gives the namespace's end another address.
func (o *Outside) AddAddress(ip string) error {
	return o.Do(func() error {
		link, err := netlink.LinkByName(linkName)
		if err != nil {
			return fmt.Errorf("find the link: %w", err)
		}

		return netlink.AddrAdd(link, addressIn(ip, addressBits))
	})
}

// Route has the namespace send what is for the range to the machine.
func (o *Outside) Route(cidr string) error {
	_, destination, err := net.ParseCIDR(cidr)
	if err != nil {
		return fmt.Errorf("read a range: %w", err)
	}

	return o.Do(func() error { return netlink.RouteReplace(&netlink.Route{Dst: destination, Gw: net.ParseIP(Address)}) })
}

func (o *Outside) remove() error { return netnamespace.Remove(o.path) }

func addressIn(ip string, bits int) *netlink.Addr {
	return &netlink.Addr{IPNet: &net.IPNet{IP: net.ParseIP(ip), Mask: net.CIDRMask(bits, addressBits)}}
}

package network

import (
	"fmt"
	"time"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netns"
)

const (
	carrierTime     = 5 * time.Second
	carrierInterval = time.Millisecond
)

// awaitCarrier waits until both ends of a veth pair carry packets. The kernel activates the end that was turned on first in the
// background and drops packets until then, and a lost first packet costs its sender a second.
func awaitCarrier(namespace netns.NsHandle, hostIndex int) error {
	guest, err := netlink.NewHandleAt(namespace)
	if err != nil {
		return fmt.Errorf("enter network namespace: %w", err)
	}
	defer guest.Close()

	for deadline := time.Now().Add(carrierTime); time.Now().Before(deadline); time.Sleep(carrierInterval) {
		outer, err := netlink.LinkByIndex(hostIndex)
		if err != nil {
			return fmt.Errorf("look at the host's end of a veth pair: %w", err)
		}

		inner, err := guest.LinkByName(guestInterface)
		if err != nil {
			return fmt.Errorf("look at the VM's end of a veth pair: %w", err)
		}

		if outer.Attrs().OperState == netlink.OperUp && inner.Attrs().OperState == netlink.OperUp {
			return nil
		}
	}

	return fmt.Errorf("the veth pair of a VM did not come up within %s", carrierTime)
}

package network

import (
	"fmt"

	"github.com/google/uuid"
	"github.com/vishvananda/netlink"
)

// Counters returns how many bytes a VM has received and sent since its interface was made.
func Counters(vm uuid.UUID) (received, sent int64, err error) {
	link, err := netlink.LinkByName(InterfaceName(vm))
	if err != nil {
		return 0, 0, fmt.Errorf("find the interface of VM %s: %w", vm, err)
	}

	// The host's end of the pair receives what the VM sends.
	statistics := link.Attrs().Statistics
	if statistics == nil {
		return 0, 0, fmt.Errorf("the interface of VM %s does not count", vm)
	}

	return int64(statistics.TxBytes), int64(statistics.RxBytes), nil //nolint:gosec // Exabytes.
}

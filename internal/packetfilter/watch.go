package packetfilter

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"
)

// Watch returns a channel that gets a value once anything in the kernel's nftables has changed, by this program as well, in the network namespace of the
// calling thread. Changes that nobody has read yet are one value. Watch ends with ctx.
func Watch(ctx context.Context) (<-chan struct{}, error) {
	socket, err := nl.Subscribe(unix.NETLINK_NETFILTER, unix.NFNLGRP_NFTABLES)
	if err != nil {
		return nil, fmt.Errorf("ask the kernel to tell of changes of nftables: %w", err)
	}

	context.AfterFunc(ctx, socket.Close)

	changes := make(chan struct{}, 1)

	go func() {
		for {
			_, _, err := socket.Receive()
			if errors.Is(err, os.ErrClosed) || ctx.Err() != nil {
				return
			}

			// An error as well means that there was a change: of too many at once the kernel tells by ENOBUFS.
			select {
			case changes <- struct{}{}:
			default:
			}
		}
	}()

	return changes, nil
}

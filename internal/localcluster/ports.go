package localcluster

import (
	"context"
	"fmt"
	"net"
)

// Ports are the TCP ports of a cluster.
type Ports struct {
	API, Edge, Postgres, Registry int
}

// choose picks a free port for each that is zero.
func (p *Ports) choose(ctx context.Context) error {
	var held []net.Listener

	// All are held until the last is chosen, so that none is chosen twice.
	defer func() {
		for _, listener := range held {
			_ = listener.Close()
		}
	}()

	for _, port := range []*int{&p.API, &p.Edge, &p.Postgres, &p.Registry} {
		if *port != 0 {
			continue
		}

		listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
		if err != nil {
			return fmt.Errorf("choose a free port: %w", err)
		}

		held = append(held, listener)

		address, ok := listener.Addr().(*net.TCPAddr)
		if !ok {
			return fmt.Errorf("choose a free port: %s is no TCP address", listener.Addr())
		}

		*port = address.Port
	}

	return nil
}

package cluster

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"slices"

	"github.com/samber/lo"
)

// Ports are the TCP ports of a cluster.
type Ports struct {
	API, Edge, Postgres, Registry, GitHub, S3 int
	// moreEdges are the ports of the second and later edges.
	moreEdges []int
	// encryptedEdges are those on which the edges end TLS; empty: they end none.
	encryptedEdges []int
}

// edges returns the ports of all edges.
func (p *Ports) edges() []int { return append([]int{p.Edge}, p.moreEdges...) }

// choose chooses a free port for each port that is zero.
func (p *Ports) choose(ctx context.Context) error {
	var held []net.Listener

	// Every chosen port is listened on until the last one is chosen, so that no port is chosen twice.
	defer func() {
		for _, listener := range held {
			_ = listener.Close()
		}
	}()

	more := slices.Concat(pointers(p.moreEdges), pointers(p.encryptedEdges))

	for _, port := range append(more, &p.API, &p.Edge, &p.Postgres, &p.Registry, &p.GitHub, &p.S3) {
		if *port != 0 {
			continue
		}

		listener, err := listenAnywhere(ctx)
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

func pointers(ports []int) []*int { return lo.Map(ports, func(_, i int) *int { return &ports[i] }) }

// listenAnywhere listens on a port below those that the kernel gives to outgoing connections. An outgoing connection could otherwise
// take the port of a part that is being started again.
func listenAnywhere(ctx context.Context) (net.Listener, error) {
	const first, behind, attempts = 20000, 32768, 100

	var problems error

	for range attempts {
		port := first + rand.IntN(behind-first) //nolint:gosec // Nothing depends on its being hard to guess.

		listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err == nil {
			return listener, nil
		}

		problems = errors.Join(problems, err)
	}

	return nil, problems
}

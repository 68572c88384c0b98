package main

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/local/cluster"
)

const (
	// probePort is where nothing listens and nothing else sends to.
	probePort = 31_999
	// probePause is how often a VM of each node tries what is forbidden: a moment without rules is seen.
	probePause = 20 * time.Millisecond
	// lookPause is how often it is looked which VMs there are.
	lookPause = time.Second
)

// stranger is a peer that is no edge. It has an address as of a tailnet.
func stranger() netip.Addr { return netip.MustParseAddr("100.64.77.1") }

// nowhere are addresses at which nobody is here, and to which no packet of a VM may go.
func nowhere() []netip.Addr {
	return lo.Map([]string{"169.254.169.254", "168.63.129.16", "100.100.100.100", "10.255.255.254", "192.168.255.254"},
		func(text string, _ int) netip.Addr { return netip.MustParseAddr(text) })
}

// sentinel tries without pause to send packets where none may go, and looks whether any arrive: from VMs to other VMs of both nodes, their node, the machine
// behind that (with Postgres and the registry), metadata services and private ranges, and from a peer that is no edge to VMs.
type sentinel struct {
	posts  []*post
	cancel context.CancelFunc
	guards sync.WaitGroup

	mutex sync.Mutex
	// tried is how many packets were sent that may not arrive, seen how many were seen of those that may.
	tried, seen int
	// arrived are the packets that did, and told how many of them findings has returned.
	arrived []string
	told    int
	err     error
}

// startSentinel looks at the nodes, whose links lead to the network namespace that is mounted at machine; empty: that of this process.
func startSentinel(ctx context.Context, machine string, nodes ...cluster.Node) (*sentinel, error) {
	s := &sentinel{}

	for _, node := range nodes {
		p, err := newPost(ctx, machine, node)
		if err != nil {
			return nil, errors.Join(err, s.stop())
		}

		s.posts = append(s.posts, p)
		s.guards.Go(func() { s.receive(p) })
	}

	ctx, s.cancel = context.WithCancel(context.WithoutCancel(ctx))
	s.guards.Go(func() { s.guard(ctx) })

	return s, nil
}

// guard goes round until ctx ends.
func (s *sentinel) guard(ctx context.Context) {
	ticker := time.NewTicker(probePause)
	defer ticker.Stop()

	var looked time.Time

	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}

		again := time.Since(looked) > lookPause
		if again {
			looked = time.Now()
		}

		for _, p := range s.posts {
			if again {
				p.look()
			}

			s.probe(p, s.addresses(), again)
			s.collect(p)
		}
	}
}

// addresses are those of the VMs of all nodes.
func (s *sentinel) addresses() []netip.Addr {
	return lo.FlatMap(s.posts, func(p *post, _ int) []netip.Addr {
		return lo.Map(p.targets, func(h netHolding, _ int) netip.Addr { return h.address })
	})
}

// probe has the next VM of a node, and a peer, try what they may not. With control the node itself sends its VMs what it may, which shows that packets are
// seen.
func (s *sentinel) probe(p *post, everywhere []netip.Addr, control bool) {
	if len(p.targets) == 0 {
		return
	}

	p.turn++

	from := p.targets[p.turn%len(p.targets)]
	tried := p.peer.send(stranger(), from.address, probePort)

	if vm := p.prober(from.name); vm != nil {
		for _, to := range slices.Concat(nowhere(), []netip.Addr{p.address, p.machine}, some(everywhere, p.turn)) {
			if to != from.address {
				tried += vm.send(from.address, to, probePort)
			}
		}
	}

	if control {
		p.own.send(p.address, from.address, probePort)
	}

	s.mutex.Lock()
	defer s.mutex.Unlock()

	s.tried += tried
}

// some returns the next few of the addresses, others at each turn: where there are a hundred VMs, not all are tried by each of them at once.
func some(addresses []netip.Addr, turn int) []netip.Addr {
	const few = 8

	if len(addresses) <= few {
		return addresses
	}

	return lo.Times(few, func(i int) netip.Addr { return addresses[(turn*few+i)%len(addresses)] })
}

// receive notes the datagrams that reach a node itself, until its listener is closed.
func (s *sentinel) receive(p *post) {
	for buffer := make([]byte, 1); ; {
		_, from, err := p.listener.ReadFrom(buffer)
		if err != nil {
			return
		}

		s.arrivesf("a datagram from %s reaches %s itself", from, p.node.Name)
	}
}

// collect notes what has left a node.
func (s *sentinel) collect(p *post) {
	left, err := p.sniffer.left(probePort)
	s.fail(err)

	for _, packet := range left {
		switch {
		case packet.from == p.address && !packet.answer:
			s.mutex.Lock()
			s.seen++
			s.mutex.Unlock()
		case packet.answer:
			s.arrivesf("%s answers %s, whose packet has reached it", packet.from, packet.to)
		default:
			s.arrivesf("a packet from %s to %s leaves %s by interface %d", packet.from, packet.to, p.node.Name, packet.link)
		}
	}
}

func (s *sentinel) arrivesf(format string, arguments ...any) {
	s.mutex.Lock()
	defer s.mutex.Unlock()

	s.arrived = append(s.arrived, time.Now().Format("15:04:05.000 ")+fmt.Sprintf(format, arguments...))
}

func (s *sentinel) fail(err error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()

	if s.err == nil {
		s.err = err
	}
}

// findings returns what has arrived since the last call, of many packets the first few, and why the sentinel cannot see where it cannot.
func (s *sentinel) findings() []finding {
	const most = 5

	s.mutex.Lock()
	defer s.mutex.Unlock()

	fresh := s.arrived[s.told:]
	s.told = len(s.arrived)

	found := lo.Map(fresh[:min(len(fresh), most)], func(text string, _ int) finding { return lost("forbidden packet: %s", text) })
	if len(fresh) > most {
		found = append(found, lost("%d more forbidden packets", len(fresh)-most))
	}

	if s.seen == 0 {
		found = append(found, lost("not even packets that may arrive were seen: of others cannot be told whether they do"))
	}

	if s.err != nil {
		found = append(found, lost("forbidden packets are not looked for: %v", s.err))
		s.err = nil
	}

	return found
}

// String is the sentinel's line of the report.
func (s *sentinel) String() string {
	s.mutex.Lock()
	defer s.mutex.Unlock()

	return fmt.Sprintf("%d packets were sent where none may go, %d arrived; %d that may arrive were seen", s.tried, len(s.arrived), s.seen)
}

// stop ends the sentinel.
func (s *sentinel) stop() error {
	if s.cancel != nil {
		s.cancel()
	}

	closed := errors.Join(lo.Map(s.posts, func(p *post, _ int) error { return p.listener.Close() })...)

	s.guards.Wait()

	for _, p := range s.posts {
		p.close()
	}

	return closed
}

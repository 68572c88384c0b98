package edgeproxy

import (
	"errors"
	"net"
)

// entrance is a listener of the engine, and what its connections are to the edge.
type entrance struct {
	listener net.Listener
	// encryption ends their TLS; nil: they come without.
	encryption *encryption
	// others gets those that are for net/http.
	others *handover
}

func newEntrance(listener net.Listener, e *encryption) *entrance {
	return &entrance{listener: listener, encryption: e, others: newHandover(listener.Addr())}
}

// give hands an accepted connection of which the engine has read nothing to net/http.
func (e *entrance) give(accepted net.Conn) {
	if e.encryption != nil {
		accepted = e.encryption.server(&recordConn{Conn: accepted})
	}

	e.others.give(accepted)
}

// entrances are all of an edge.
type entrances []*entrance

// open has the engine accept connections, and serves those that are for net/http. Of each entrance the first channel gets the error with which the latter
// ended, and the second one hears when the last connection was accepted.
func (e entrances) open(g *engine, serve func(others net.Listener) error) (stopped <-chan error, closed <-chan struct{}) {
	ends, last := make(chan error, len(e)), make(chan struct{}, len(e))

	for _, one := range e {
		go func() { ends <- serve(one.others) }()
		go func() {
			g.serve(one)

			last <- struct{}{}
		}()
	}

	return ends, last
}

// close has no more connections accepted.
func (e entrances) close() error {
	var err error
	for _, one := range e {
		err = errors.Join(err, one.listener.Close())
	}

	return err
}

// endHandover has no more connections handed to net/http.
func (e entrances) endHandover() {
	for _, one := range e {
		_ = one.others.Close() // It cannot fail.
	}
}

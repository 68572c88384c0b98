package nodeagent

import (
	"errors"
	"fmt"
	"net"
	"os"
	"syscall"
)

// complaint is why a VM does not count as healthy.
type complaint struct {
	// refused tells that nothing listens.
	refused bool
	// sentence says what is wrong and what to do. Where nothing listens it looks for what the app listens on instead, which takes the
	// kernel 8 ms of a processor that the starting app needs: it is called only when somebody is told.
	sentence func() string
}

// says returns a complaint whose sentence is known.
func says(sentence string, values ...any) *complaint {
	return &complaint{sentence: func() string { return fmt.Sprintf(sentence, values...) }}
}

// complain makes a complaint of the error that a probe ended with.
func (p *prober) complain(path string, err error) *complaint {
	timeout, ok := errors.AsType[net.Error](err)

	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return &complaint{refused: true, sentence: func() string {
			return describeListeners(int(p.address.Port()), listeners(p.pid))
		}}
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return says("The node cannot reach the VM's address.")
	case ok && timeout.Timeout(), errors.Is(err, os.ErrDeadlineExceeded):
		return says("The app listens on port %d but did not answer GET %s within %s.", p.address.Port(), path, probeTimeout)
	default:
		return says("The app closed the connection on port %d without an HTTP answer to GET %s.", p.address.Port(), path)
	}
}

package nodeagent

import (
	"errors"
	"fmt"
	"net"
	"os"
	"syscall"
)

// complaint says why a VM does not count as healthy.
type complaint struct {
	// refused tells whether the connection was refused: nothing listens on the port.
	refused bool
	// sentence returns what is wrong and what to do. Where nothing listens it looks for the ports that the app listens on instead. That takes
	// 8 ms of a processor that the starting app needs, so that it is called only when the sentence is reported.
	sentence func() string
}

// complaintf returns a complaint whose sentence is known.
func complaintf(sentence string, values ...any) *complaint {
	return &complaint{sentence: func() string { return fmt.Sprintf(sentence, values...) }}
}

// complain turns the error of a probe into a complaint.
func (p *prober) complain(path string, err error) *complaint {
	timeout, ok := errors.AsType[net.Error](err)

	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return &complaint{refused: true, sentence: func() string {
			return p.describe(listeners(p.pid))
		}}
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return complaintf("The node cannot reach the VM's address.")
	case ok && timeout.Timeout(), errors.Is(err, os.ErrDeadlineExceeded):
		return complaintf("The app listens on port %d but did not answer GET %s within %s.", p.address.Port(), path, probeTimeout)
	default:
		return complaintf("The app closed the connection on port %d without an HTTP answer to GET %s.", p.address.Port(), path)
	}
}

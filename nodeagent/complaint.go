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
	// answered tells whether the app answered, with a status that is not healthy.
	answered bool
	// silent tells whether the app can be to blame for that there was no answer.
	silent bool
	// sentence returns what is wrong and what to do. Where nothing listens it looks for the ports that the app listens on instead. That takes
	// 8 ms of a processor that the starting app needs, so that it is called only when the sentence is reported.
	sentence func() string
}

// complaintf returns a complaint whose sentence is known.
func complaintf(sentence string, values ...any) *complaint {
	return &complaint{sentence: func() string { return fmt.Sprintf(sentence, values...) }}
}

// silentf is complaintf for an app that gave no answer.
func silentf(sentence string, values ...any) *complaint {
	c := complaintf(sentence, values...)
	c.silent = true

	return c
}

// complain turns the error of a probe into a complaint.
func (p *prober) complain(path string, err error) *complaint {
	timeout, ok := errors.AsType[net.Error](err)

	switch {
	case errors.Is(err, syscall.ECONNREFUSED) && p.pid == 0:
		refused := complaintf("Nothing answers on port %d: the app does not listen there, or on localhost only. "+
			"Make it listen on 0.0.0.0 and the port in the environment variable PORT.", p.address.Port())
		refused.refused, refused.silent = true, true

		return refused
	case errors.Is(err, syscall.ECONNREFUSED):
		return &complaint{refused: true, silent: true, sentence: func() string {
			return p.describe(listeners(p.pid))
		}}
	case errors.Is(err, syscall.ENETUNREACH):
		return complaintf("The node cannot reach the VM's address.")
	case errors.Is(err, syscall.EHOSTUNREACH): // A virtual machine whose kernel hangs does not tell where its address is.
		return silentf("The node cannot reach the VM's address.")
	case ok && timeout.Timeout(), errors.Is(err, os.ErrDeadlineExceeded):
		return silentf("The app listens on port %d but did not answer GET %s within %s.", p.address.Port(), path, probeTimeout)
	default:
		return silentf("The app closed the connection on port %d without an HTTP answer to GET %s.", p.address.Port(), path)
	}
}

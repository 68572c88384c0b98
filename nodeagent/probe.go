package nodeagent

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"net/netip"
	"os"
	"syscall"
	"time"

	"github.com/zeitwork/zeitwork/internal/client"
)

const (
	probeTimeout = 5 * time.Second
	// probeBody is how much of an answer is read.
	probeBody = 64 << 10

	// failuresToUnhealthy is how many probes in a row must fail for a VM that was healthy.
	failuresToUnhealthy = 3

	healthyInterval   = 5 * time.Second
	unhealthyInterval = time.Second

	// A VM that starts is asked often: the deployment waits for it.
	earlyTime      = 3 * time.Second
	earlyInterval  = 20 * time.Millisecond
	secondTime     = 30 * time.Second
	secondInterval = 200 * time.Millisecond

	// patience is how long a VM that starts may refuse connections before that is said.
	patience = 2 * time.Second
)

// prober asks one VM whether it is healthy: by HTTP, its own address only, no redirects, in bounded time.
type prober struct {
	address netip.AddrPort
	path    string
	pid     int
	// checkRoute tells whether packets to the address go to this VM: an address of the cluster must never leave the machine by
	// another way.
	checkRoute func() error
	client     *http.Client
}

// probe asks until ctx ends, and sets the VM's state. It is told whether the VM counts as healthy at first.
func (m *machine) probe(ctx context.Context, pid int, address netip.Addr, healthy bool) {
	port := uint16(m.vm.Port & math.MaxUint16)
	p := newProber(netip.AddrPortFrom(address, port), textOf(m.vm.HealthPath), pid)
	p.checkRoute = func() error { return m.agent.vmNetwork().CheckRoute(m.id, address) }

	var (
		began    = time.Now()
		failures = 0
	)

	for ctx.Err() == nil {
		complaint := p.ask(ctx)

		switch {
		case ctx.Err() != nil:
			return
		case complaint == "":
			failures, healthy = 0, true

			m.set(client.VMReportStateHealthy, "")
		case !healthy:
			if time.Since(began) > patience {
				m.explain(complaint)
			}
		default:
			if failures++; failures >= failuresToUnhealthy {
				m.set(client.VMReportStateUnhealthy, complaint)
			}
		}

		pause(ctx, interval(healthy, failures, time.Since(began)))
	}
}

func interval(healthy bool, failures int, age time.Duration) time.Duration {
	switch {
	case healthy && failures == 0:
		return healthyInterval
	case healthy:
		return unhealthyInterval
	case age < earlyTime:
		return earlyInterval
	case age < secondTime:
		return secondInterval
	default:
		return unhealthyInterval
	}
}

func newProber(address netip.AddrPort, path string, pid int) *prober {
	return &prober{
		address: address, path: path, pid: pid, checkRoute: func() error { return nil },
		client: &http.Client{
			Timeout: probeTimeout,
			CheckRedirect: func(*http.Request, []*http.Request) error {
				return http.ErrUseLastResponse
			},
			Transport: &http.Transport{
				DisableKeepAlives: true,
				DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
					return (&net.Dialer{Timeout: probeTimeout}).DialContext(ctx, "tcp", address.String())
				},
			},
		},
	}
}

// ask returns an empty string for a healthy VM, and otherwise what is wrong and what to do, in sentences.
func (p *prober) ask(ctx context.Context) string {
	if err := p.checkRoute(); err != nil {
		return "The node has no network route to the VM."
	}

	path := p.path
	if path == "" {
		path = "/"
	}

	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+p.address.String()+path, http.NoBody)
	if err != nil {
		return fmt.Sprintf("The health path %q is not the path of a URL. Change it in the project's settings.", path)
	}

	request.Header.Set("User-Agent", "zeitwork-health-check/1")

	response, err := p.client.Do(request)
	if err != nil {
		return p.complain(path, err)
	}

	defer func() { _ = response.Body.Close() }()

	_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, probeBody))

	limit := http.StatusInternalServerError
	if p.path != "" {
		limit = http.StatusBadRequest
	}

	if response.StatusCode < limit {
		return ""
	}

	return fmt.Sprintf("The app answered GET %s with status %d; a status below %d means that it is healthy. Its log may say why.",
		path, response.StatusCode, limit)
}

func (p *prober) complain(path string, err error) string {
	timeout, ok := errors.AsType[net.Error](err)

	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return describeListeners(int(p.address.Port()), listeners(p.pid))
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return "The node cannot reach the VM's address."
	case ok && timeout.Timeout(), errors.Is(err, os.ErrDeadlineExceeded):
		return fmt.Sprintf("The app listens on port %d but did not answer GET %s within %s.", p.address.Port(), path, probeTimeout)
	default:
		return fmt.Sprintf("The app closed the connection on port %d without an HTTP answer to GET %s.", p.address.Port(), path)
	}
}

package nodeagent

import (
	"context"
	"io"
	"math"
	"net"
	"net/http"
	"net/netip"
	"time"

	"github.com/zeitwork/zeitwork/client"
)

const (
	probeTimeout = 5 * time.Second
	// probeBody is how much of an answer is read.
	probeBody = 64 << 10

	// failuresToUnhealthy is how many probes in a row must fail for a VM that was healthy.
	failuresToUnhealthy = 3

	healthyInterval   = 5 * time.Second
	unhealthyInterval = time.Second

	// A VM that starts is asked often: the deployment waits for it. A refused connection costs a fraction of a millisecond and the app
	// nothing, so that as long as nothing listens it is tried more often than an app that answers is asked. From assignment to healthy
	// a VM took 135 ms so, and 154 ms with 20 ms between the probes and a look at its listeners in each (medians of 16, Go app,
	// image there, 2 cores).
	earlyTime      = 3 * time.Second
	secondTime     = 30 * time.Second
	refusedEarly   = 5 * time.Millisecond
	refusedSecond  = 20 * time.Millisecond
	answeredEarly  = 20 * time.Millisecond
	answeredSecond = 200 * time.Millisecond

	// patience is how long a VM that starts may refuse connections before that is said.
	patience = 2 * time.Second
	// explainInterval is how often it is looked for why a VM that starts is not healthy.
	explainInterval = time.Second
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
		began     = time.Now()
		failures  = 0
		explained time.Time
	)

	for ctx.Err() == nil {
		complaint := p.ask(ctx)

		switch {
		case ctx.Err() != nil:
			return
		case complaint == nil:
			failures, healthy = 0, true

			m.set(client.VMReportStateHealthy, "")
		case !healthy:
			if time.Since(began) > patience && time.Since(explained) > explainInterval {
				explained = time.Now()
				m.explain(complaint.sentence())
			}
		default:
			if failures++; failures >= failuresToUnhealthy {
				m.set(client.VMReportStateUnhealthy, complaint.sentence())
			}
		}

		switch {
		case complaint == nil:
			pause(ctx, healthyInterval)
		case healthy:
			pause(ctx, unhealthyInterval)
		default:
			pause(ctx, startInterval(complaint.refused, time.Since(began)))
		}
	}
}

// startInterval is the time between two probes of a VM that has not been healthy yet.
func startInterval(refused bool, age time.Duration) time.Duration {
	switch {
	case age < earlyTime && refused:
		return refusedEarly
	case age < earlyTime:
		return answeredEarly
	case age < secondTime && refused:
		return refusedSecond
	case age < secondTime:
		return answeredSecond
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

// ask returns nil for a healthy VM.
func (p *prober) ask(ctx context.Context) *complaint {
	if err := p.checkRoute(); err != nil {
		return says("The node has no network route to the VM.")
	}

	path := p.path
	if path == "" {
		path = "/"
	}

	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+p.address.String()+path, http.NoBody)
	if err != nil {
		return says("The health path %q is not the path of a URL. Change it in the project's settings.", path)
	}

	request.Header.Set("User-Agent", "zeitwork-health-check/1")
	// As an edge with TLS asks: an app that insists on that would only redirect, well or not.
	request.Header.Set("X-Forwarded-Proto", "https")

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
		return nil
	}

	return says("The app answered GET %s with status %d; a status below %d means that it is healthy. Its log may say why.",
		path, response.StatusCode, limit)
}

package nodeagent

import (
	"cmp"
	"context"
	"io"
	"math"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"time"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/problem"
	"github.com/zeitwork/zeitwork/nodeagent/containers"
)

const (
	probeTimeout = 5 * time.Second
	// probeBody is how many bytes of an answer are read.
	probeBody = 64 << 10
	// probeBuffer is small, since each probe has a connection of its own with two of them.
	probeBuffer = 1 << 10

	// failuresToUnhealthy is how many probes in a row must fail for a VM that was healthy.
	failuresToUnhealthy = 3

	// A VM that is healthy is probed ever more seldom: every so often as a share of the time that it has been so, within bounds. Where its app ends the
	// agent is told at once, and edges see for themselves where it refuses connections: probes find the app that hangs or reports trouble.
	healthyShare      = 4
	healthyShortest   = 5 * time.Second
	healthyInterval   = 30 * time.Second
	unhealthyInterval = time.Second

	// A starting VM is probed often, because the deployment waits for it: first after the shortest interval, and then ever more seldom, so that a probe finds
	// it healthy when it has been so for a fiftieth of the time that it took. A refused connection costs a fraction of a millisecond and the app nothing:
	// while nothing listens the probes may come more often than those of an app that answers.
	refusedShortest  = 5 * time.Millisecond
	answeredShortest = 20 * time.Millisecond
	ageShare         = 50

	// patience is how long a starting VM may refuse connections before that is reported.
	patience = 2 * time.Second
	// explainInterval is how often the agent looks for the reason why a starting VM is not healthy.
	explainInterval = time.Second
)

// prober asks one VM by HTTP whether it is healthy. It connects to the VM's own address only, follows no redirect, and takes bounded time.
type prober struct {
	address netip.AddrPort
	path    string
	// pid is a process in the VM's network namespace; 0 where its namespace cannot be seen from the node.
	pid int
	// origins are the URLs by which visitors reach the app. It is asked as if by one of them, in turn while it refuses: many apps answer only
	// to hosts that they know, and nobody but the app knows which of its domains these are.
	origins []*url.URL
	turn    int
	// project is the project's slug, for commands that sentences name.
	project string
	// checkRoute returns an error where packets to the address would not go to this VM. A packet for an address of the cluster must never
	// leave the machine by another route.
	checkRoute func() error
	client     *http.Client
}

// probe asks until ctx ends, and sets the VM's state. healthy says whether the VM counts as healthy before the first answer. Where the app hangs, probe
// returns before, with how long it was silent.
func (m *machine) probe(ctx context.Context, pid int, address netip.Addr, healthy bool) time.Duration {
	var (
		p         = m.newProber(pid, address)
		began     = time.Now()
		failures  = 0
		explained time.Time
		since     time.Time // From when on it has been healthy without a break.
		silent    silence
	)

	for ctx.Err() == nil {
		asked := time.Now()
		complaint := p.ask(ctx)

		if ctx.Err() != nil {
			break
		}

		silent = m.listen(ctx, silent, complaint, asked)
		if silent.isHung(m.agent.config.HungAfter, func() bool { return m.nodeMayBeTheReason(silent) }) {
			return silent.lasts
		}

		switch {
		case complaint == nil:
			if failures, healthy = 0, true; since.IsZero() {
				since = time.Now()
			}

			m.set(client.VMReportStateHealthy, "")
			m.endTurn()
			pause(ctx, spread(healthyPause(time.Since(since))))
		case healthy:
			since = time.Time{}

			if failures++; failures >= failuresToUnhealthy {
				m.set(client.VMReportStateUnhealthy, complaint.sentence()+m.describeFullDisk())
			}

			pause(ctx, spread(unhealthyInterval))
		default:
			if time.Since(began) > patience && time.Since(explained) > explainInterval {
				explained = time.Now()
				m.explain(complaint.sentence() + m.describeFullDisk())
			}

			pause(ctx, spread(startInterval(complaint.refused, time.Since(began))))
		}
	}

	return 0
}

// newProber returns the prober of a VM, whose process on the node is pid.
func (m *machine) newProber(pid int, address netip.Addr) *prober {
	port := uint16(m.vm.Port & math.MaxUint16)
	if containers.IsKata(m.agent.config.Runtime) {
		pid = 0 // The process is the hypervisor, in whose namespace the app does not listen.
	}

	p := newProber(netip.AddrPortFrom(address, port), textOf(m.vm.HealthPath), pid)
	p.checkRoute = func() error { return m.agent.vmNetwork().CheckRoute(m.id, address) }
	p.origins = originsOf(m.vm)
	p.project = cmp.Or(lo.FromPtr(m.vm.Facts)["ZEITWORK_PROJECT"], "SLUG")

	return p
}

// startInterval returns the time between two probes of a VM that has not been healthy since it started, that long ago.
func startInterval(refused bool, age time.Duration) time.Duration {
	shortest := answeredShortest
	if refused {
		shortest = refusedShortest
	}

	return min(max(age/ageShare, shortest), unhealthyInterval)
}

// healthyPause returns the time between two probes of a VM that has been healthy for that long without a break.
func healthyPause(age time.Duration) time.Duration {
	return min(max(age/healthyShare, healthyShortest), healthyInterval)
}

// originsOf returns the URLs by which visitors reach a VM's app; a platform of the version before names none.
func originsOf(vm *client.AssignedVM) []*url.URL {
	return lo.FilterMap(lo.FromPtr(vm.Origins), func(origin string, _ int) (*url.URL, bool) {
		parsed, err := url.Parse(origin)

		return parsed, err == nil && parsed.Host != ""
	})
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
				DisableKeepAlives: true, ReadBufferSize: probeBuffer, WriteBufferSize: probeBuffer,
				DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
					return (&net.Dialer{Timeout: probeTimeout}).DialContext(ctx, "tcp", address.String())
				},
			},
		},
	}
}

// ask probes the VM once, and returns nil where it is healthy.
func (p *prober) ask(ctx context.Context) *complaint {
	if err := p.checkRoute(); problem.CodeOf(err) == problem.Unavailable {
		return complaintf("%s", problem.MessageOf(err))
	} else if err != nil {
		return complaintf("The node has no network route to the VM.")
	}

	path := p.path
	if path == "" {
		path = "/"
	}

	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+p.address.String()+path, http.NoBody)
	if err != nil {
		return complaintf("The health path %q is not the path of a URL. Change it in the project's settings.", path)
	}

	p.disguise(request)

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

	if response.StatusCode < http.StatusInternalServerError {
		p.turn++ // It may answer to another of its hosts.
	}

	c := complaintf("The app answered GET %s with status %d, asked as %s; a status below %d means that it is healthy. Its log may say why.",
		path, response.StatusCode, request.Host, limit)
	c.answered = true

	return c
}

// disguise makes the request look like one that an edge passes on for a visitor.
func (p *prober) disguise(request *http.Request) {
	scheme := "https" // Without it an app that insists on TLS would only redirect, whether it is healthy or not.

	if len(p.origins) > 0 {
		origin := p.origins[p.turn%len(p.origins)]
		scheme, request.Host = origin.Scheme, origin.Host
	}

	request.Header.Set("User-Agent", "zeitwork-health-check/1")
	request.Header.Set("X-Forwarded-Proto", scheme)
	request.Header.Set("X-Forwarded-Host", request.Host)
}

package edgeproxy

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/google/uuid"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/client"
)

// table says where the requests for each hostname go. A table never changes; a new one replaces it.
type table struct {
	version int64
	routes  map[string]*route
	// wildcards tells whether there is a hostname that stands for others.
	wildcards bool
}

// wildcard begins a hostname that stands for all names of one label more.
const wildcard = "*."

// route says where the requests for one hostname go. Only a live one has upstreams, and it may have none, too.
type route struct {
	// hostname is the one of the table, which for a wildcard is not that of the request.
	hostname string
	// redirectTo is the hostname that visitors are sent on to; empty: they get the app.
	redirectTo string
	// https is how visitors are to come.
	https        https
	deploymentID uuid.UUID
	state        client.RouteState
	// wakes says that the app sleeps, and that the platform starts it when it is asked to.
	wakes     bool
	upstreams []*upstream
	// counter is that of the deployment, which all its hostnames share; nil where visitors do not get to an app.
	counter *counter
}

// reachesApp tells whether visitors get to an app, or would if it had a VM that answers or once it has woken.
func (r *route) reachesApp() bool {
	switch r.state {
	case client.RouteStateAsleep:
		return r.wakes && r.redirectTo == ""
	case client.RouteStateEmpty, client.RouteStateStarting:
		return false
	case client.RouteStateLive:
		fallthrough
	default:
		return r.redirectTo == ""
	}
}

// newTable makes a table of the platform's. It keeps the upstreams that previous, which may be nil, has already, with their state. It leaves
// out entries that cannot be read and returns an error for each: one broken row must not take all other sites down.
func newTable(source client.RouteTable, previous *table) (*table, []error) {
	known, counters := previous.upstreams(), previous.counters()
	made := &table{version: source.Version, routes: make(map[string]*route, len(source.Routes))}

	var problems []error

	for _, entry := range source.Routes {
		r, err := newRoute(entry)
		if err != nil {
			problems = append(problems, fmt.Errorf("route %q: %w", entry.Hostname, err))

			continue
		}

		for _, u := range entry.Upstreams {
			address, err := netip.ParseAddrPort(u.Address)
			if err != nil {
				problems = append(problems, fmt.Errorf("route %q: upstream %q: %w", entry.Hostname, u.Address, err))

				continue
			}

			r.upstreams = append(r.upstreams, known.take(u, address))
		}

		if r.reachesApp() {
			r.counter = counters.take(r.deploymentID)
		}

		made.routes[r.hostname] = r
		made.wildcards = made.wildcards || strings.HasPrefix(r.hostname, wildcard)
	}

	return made, problems
}

// newRoute makes the route of an entry, without its upstreams.
func newRoute(entry client.Route) (*route, error) {
	parent, isWildcard := strings.CutPrefix(entry.Hostname, wildcard)

	hostname, err := normalizeHost(parent)
	if err != nil {
		return nil, err
	}

	if isWildcard {
		hostname = wildcard + hostname
	}

	r := &route{
		hostname: hostname, state: entry.State, deploymentID: lo.FromPtr(entry.DeploymentID), wakes: lo.FromPtr(entry.Wakes),
		https: newHTTPS(entry.HTTPS == client.RouteHTTPSRedirect, entry.HstsSeconds),
	}

	if entry.RedirectTo != nil {
		if r.redirectTo, err = normalizeHost(*entry.RedirectTo); err != nil {
			return nil, fmt.Errorf("where visitors are sent on to: %w", err)
		}
	}

	return r, nil
}

// lookup returns the route of a normalized hostname, or nil. A hostname's own route wins over the wildcard above it.
func (t *table) lookup(hostname string) *route {
	if r := t.routes[hostname]; r != nil || !t.wildcards {
		return r
	}

	dot := strings.IndexByte(hostname, '.')
	if dot < 1 || len(hostname) > maxHostname {
		return nil
	}

	var key [maxHostname + 1]byte

	// The key stays on the stack: requests for hostnames that nobody has are to cost little.
	n := copy(key[:], "*")
	n += copy(key[n:], hostname[dot:])

	return t.routes[string(key[:n])]
}

type upstreamKey struct {
	vmID            uuid.UUID
	address, region string
}

type upstreamSet map[upstreamKey]*upstream

func (t *table) upstreams() upstreamSet {
	set := upstreamSet{}
	if t == nil {
		return set
	}

	for _, r := range t.routes {
		for _, u := range r.upstreams {
			set[upstreamKey{u.vmID, u.address, u.region}] = u
		}
	}

	return set
}

// take returns the upstream of a VM at an address. All hostnames of a deployment share it.
func (s upstreamSet) take(source client.Upstream, address netip.AddrPort) *upstream {
	key := upstreamKey{source.VMID, address.String(), source.Region}
	if s[key] == nil {
		s[key] = newUpstream(source.VMID, address, source.Region)
	}

	return s[key]
}

type counterSet map[uuid.UUID]*counter

func (t *table) counters() counterSet {
	set := counterSet{}
	if t == nil {
		return set
	}

	for _, r := range t.routes {
		if r.counter != nil {
			set[r.deploymentID] = r.counter
		}
	}

	return set
}

// take returns the counter of a deployment.
func (s counterSet) take(deployment uuid.UUID) *counter {
	if s[deployment] == nil {
		s[deployment] = &counter{deploymentID: deployment}
	}

	return s[deployment]
}

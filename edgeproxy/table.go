package edgeproxy

import (
	"fmt"
	"net/netip"

	"github.com/google/uuid"

	"github.com/zeitwork/zeitwork/client"
)

// table says where the requests for each hostname go. A table never changes; a new one replaces it.
type table struct {
	version int64
	routes  map[string]*route
}

// route says where the requests for one hostname go. Only a live one has upstreams, and it may have none, too.
type route struct {
	deploymentID uuid.UUID
	state        client.RouteState
	upstreams    []*upstream
}

// newTable makes a table of the platform's. It keeps the upstreams that previous, which may be nil, has already, with their state. It leaves
// out entries that cannot be read and returns an error for each: one broken row must not take all other sites down.
func newTable(source client.RouteTable, previous *table) (*table, []error) {
	known := previous.upstreams()
	made := &table{version: source.Version, routes: make(map[string]*route, len(source.Routes))}

	var problems []error

	for _, entry := range source.Routes {
		hostname, err := normalizeHost(entry.Hostname)
		if err != nil {
			problems = append(problems, fmt.Errorf("route %q: %w", entry.Hostname, err))

			continue
		}

		r := &route{state: entry.State}
		if entry.DeploymentID != nil {
			r.deploymentID = *entry.DeploymentID
		}

		for _, u := range entry.Upstreams {
			address, err := netip.ParseAddrPort(u.Address)
			if err != nil {
				problems = append(problems, fmt.Errorf("route %q: upstream %q: %w", entry.Hostname, u.Address, err))

				continue
			}

			r.upstreams = append(r.upstreams, known.take(u, address))
		}

		made.routes[hostname] = r
	}

	return made, problems
}

// lookup returns the route of a normalized hostname, or nil.
func (t *table) lookup(hostname string) *route {
	return t.routes[hostname]
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

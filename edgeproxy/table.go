package edgeproxy

import (
	"fmt"
	"hash/maphash"
	"strings"

	"github.com/google/uuid"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/client"
)

// shards is how many parts the routes of a table stand in. A change copies the parts that it touches, of 25 routes each where there are 100,000, and the
// list of all parts.
const shards = 4096

// table says where the requests for each hostname go. A table never changes; a new one replaces it, and shares with it all parts that are the same.
type table struct {
	version int64
	parts   [shards]map[string]*route
	// hostnames is how many routes there are.
	hostnames int
	// wildcards tells whether there is a hostname that stands for others.
	wildcards bool
}

// shardSeed makes it unknown which hostnames share a part.
var shardSeed = maphash.MakeSeed() //nolint:gochecknoglobals // It is one for the process and never changes.

func shardOf(hostname string) uint64 { return maphash.String(shardSeed, hostname) % shards }

// wildcard begins a hostname that stands for all names of one label more.
const wildcard = "*."

// route says where the requests for one hostname go. Only a live one has upstreams, and it may have none, too.
type route struct {
	// hostname is the one of the table, which for a wildcard is not that of the request.
	hostname string
	// redirectTo is the hostname that visitors are sent on to; empty: they get the app.
	redirectTo string
	// previous is the hostname under which the deployment before answers, which is asked for assets; empty: none is.
	previous string
	// https is how visitors are to come.
	https        https
	deploymentID uuid.UUID
	state        client.RouteState
	// wakes says that the app sleeps, and that the platform starts it when it is asked to.
	wakes     bool
	upstreams []*upstream
	// page is what the deployment shows when it does not answer; nil where the edge asks for no such pages, and where counter is.
	page *errorPage
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

	if entry.Previous != nil {
		// Without it the app answers as ever.
		r.previous, _ = normalizeHost(*entry.Previous)
	}

	return r, nil
}

// lookup returns the route of a normalized hostname, or nil. A hostname's own route wins over the wildcard above it.
func (t *table) lookup(hostname string) *route {
	if r := t.parts[shardOf(hostname)][hostname]; r != nil || !t.wildcards {
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

	return t.parts[maphash.Bytes(shardSeed, key[:n])%shards][string(key[:n])]
}

package api

import (
	"context"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
)

// routesPath is where edges ask for the route table.
const routesPath = "/v1/edge/routes"

// The states of a route.
const (
	routeLive     = "live"
	routeStarting = "starting"
	routeEmpty    = "empty"
	routeAsleep   = "asleep"
)

// getRoutes stores the version that the edge names as acknowledged, and answers as soon as there is another.
func (s *service) getRoutes(ctx context.Context, input *RoutesInput) (*RoutesOutput, error) {
	who := callerOf(ctx)

	news, cancel := s.listener.Subscribe(database.ChannelRoutes, "")
	defer cancel()

	wanted, forget := s.listener.Subscribe(database.ChannelEdges, who.edgeID.String())
	defer forget()

	if err := s.routesAreKnown(ctx, who.edgeID, input.WaitInput); err != nil {
		return nil, err
	}

	// Postgres does not repeat a notification that came before the subscription.
	if err := s.feed.look(ctx, time.Now()); err != nil {
		return nil, err
	}

	has := edgeTable{version: s.acknowledgedIn(input.IfNoneMatch), checksum: input.Checksum}
	poll := edgePoll{
		who: who, acknowledged: has.version, version: input.Version, addresses: edgeAddresses(input.Addresses),
		drains: input.Drains, clockAheadMs: who.clockAheadMs(),
	}

	state, err := s.edges.said.do(ctx, poll)
	if err != nil {
		return nil, err
	}

	// An edge that does not do what operators want hears of it at once; one that does not tell is of a version that does not know how.
	if input.Drains != "" && (input.Drains == "true") != (state == edgeDraining) {
		input.WaitSeconds = 0
	}

	var since int64

	lacks, err := s.waitAsEdge(ctx, input.WaitInput, news, wanted, func(notBefore time.Time) (lacks bool, err error) {
		if err := s.feed.look(ctx, notBefore); err != nil {
			return false, err
		}

		since, lacks = s.feed.lacks(has)

		return lacks, nil
	})
	if err != nil {
		return nil, err
	}

	if !lacks {
		return &RoutesOutput{Status: http.StatusNotModified, ETag: routesETag(has.version)}, nil
	}

	return s.routesSince(since, acceptsEncoding(input.AcceptEncoding, gzipEncoding))
}

// routesSince answers with what has changed since a version, or with the whole table.
func (s *service) routesSince(since int64, takesPacked bool) (*RoutesOutput, error) {
	if !takesPacked {
		table := s.feed.table(since)

		return &RoutesOutput{Status: http.StatusOK, ETag: routesETag(table.Version), Body: table}, nil
	}

	table, err := s.packed.since(since)
	if err != nil {
		return nil, err
	}

	return &RoutesOutput{Status: http.StatusOK, ETag: routesETag(table.Version), ContentEncoding: gzipEncoding, Body: table}, nil
}

// acknowledgedIn returns the version of the route table that an ETag names, or -1 for none. A version that the table has not reached counts as none: it
// is left over from before the database was restored to an earlier state.
func (s *service) acknowledgedIn(etag string) int64 {
	version, err := strconv.ParseInt(strings.Trim(etag, `"`), 10, 64)
	if err != nil || version < 0 || version > s.feed.now() {
		return -1
	}

	return version
}

// newRoutes makes one route of the rows of each hostname, which stand next to each other.
func newRoutes(rows []database.ListRoutesRow) []Route {
	routes := []Route{}

	for _, row := range rows {
		if len(routes) == 0 || routes[len(routes)-1].Hostname != row.Hostname {
			routes = append(routes, Route{
				Hostname: row.Hostname, ProjectID: row.ProjectID, DeploymentID: row.DeploymentID, State: routeState(row), RedirectTo: row.RedirectTo,
				Wakes: row.VMID == nil && wakes(row), HTTPS: row.Https, HSTSSeconds: row.HstsSeconds, Previous: row.Previous,
				Upstreams: []Upstream{},
			})
		}

		if row.VMID != nil {
			route := &routes[len(routes)-1]
			address := netip.AddrPortFrom(lo.FromPtr(row.IP), uint16(lo.FromPtr(row.Port))) //nolint:gosec // A port.
			route.Upstreams = append(route.Upstreams, Upstream{VMID: *row.VMID, Address: address.String(), Region: lo.FromPtr(row.Region)})
		}
	}

	return routes
}

func routeState(row database.ListRoutesRow) string {
	switch {
	case row.VMID == nil && (row.Retired || wakes(row)):
		return routeAsleep
	case row.DeploymentID != nil:
		return routeLive
	case row.Deploying:
		return routeStarting
	default:
		return routeEmpty
	}
}

// wakes tells whether a request has VMs of the deployment started, where none is healthy.
func wakes(row database.ListRoutesRow) bool {
	return row.Wakes && !row.Retired && row.DeploymentID != nil
}

func routesETag(version int64) string { return `"` + strconv.FormatInt(version, 10) + `"` }

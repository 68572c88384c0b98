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
	"github.com/zeitwork/zeitwork/internal/problem"
)

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

	if err := s.routesAreKnown(ctx, who.edgeID, input.WaitInput); err != nil {
		return nil, err
	}

	// Postgres does not repeat a notification that came before the subscription.
	if err := s.feed.look(ctx, time.Now()); err != nil {
		return nil, err
	}

	has := edgeTable{version: s.acknowledgedIn(input.IfNoneMatch), checksum: input.Checksum}
	poll := edgePoll{who: who, acknowledged: has.version, version: input.Version, addresses: edgeAddresses(input.Addresses)}

	if _, err := s.edges.said.do(ctx, poll); err != nil {
		return nil, err
	}

	defer s.edges.wait(who.edgeID)()

	table, err := s.waitForRoutes(ctx, input.WaitInput, news, has)
	if err != nil {
		return nil, err
	}

	if table == nil {
		return &RoutesOutput{Status: http.StatusNotModified, ETag: routesETag(has.version)}, nil
	}

	return &RoutesOutput{Status: http.StatusOK, ETag: routesETag(table.Version), Body: table}, nil
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

// waitForRoutes returns what the edge has to know as soon as there is anything, or nil when its waiting time is over. Edges that wait share all that is
// asked of Postgres meanwhile.
func (s *service) waitForRoutes(ctx context.Context, input WaitInput, news <-chan struct{}, has edgeTable) (*RouteTable, error) {
	again := time.NewTicker(recheckInterval)
	defer again.Stop()

	deadline := time.NewTimer(time.Duration(input.WaitSeconds) * time.Second)
	defer deadline.Stop()

	for {
		if table := s.feed.answer(has); table != nil {
			return table, s.stillValid(ctx)
		}

		var since time.Time

		select {
		case <-ctx.Done():
			return nil, nil //nolint:nilnil // Nobody waits for the answer.
		case <-s.stopping:
			return nil, nil //nolint:nilnil // There is nothing new.
		case <-deadline.C:
			return nil, nil //nolint:nilnil // There is nothing new.
		case <-news:
			since = time.Now()
		case <-again.C:
			since = time.Now().Add(-recheckInterval)

			if err := s.edges.touch(ctx); err != nil {
				return nil, err
			}

			// A token that has ended meanwhile keeps no connection.
			if err := s.stillValid(ctx); err != nil {
				return nil, err
			}
		}

		if err := s.feed.look(ctx, since); err != nil {
			return nil, err
		}
	}
}

// stillValid refuses an edge whose token has ended while its request waited: it must not learn what has changed since then.
func (s *service) stillValid(ctx context.Context) error {
	valid, err := s.edges.tokens.do(ctx, callerOf(ctx).tokenID)
	if err == nil && !valid {
		err = problem.New(problem.Unauthorized, "The token is not valid any more.")
	}

	return err
}

// newRoutes makes one route of the rows of each hostname, which stand next to each other.
func newRoutes(rows []database.ListRoutesRow) []Route {
	routes := []Route{}

	for _, row := range rows {
		if len(routes) == 0 || routes[len(routes)-1].Hostname != row.Hostname {
			routes = append(routes, Route{
				Hostname: row.Hostname, ProjectID: row.ProjectID, DeploymentID: row.DeploymentID, State: routeState(row), RedirectTo: row.RedirectTo,
				Wakes: row.VMID == nil && wakes(row), HTTPS: row.Https, HSTSSeconds: row.HstsSeconds, Upstreams: []Upstream{},
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

package api

import (
	"context"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
)

// edgeSign is how often an edge that waits is written down as seen: well within the 15 seconds after which nobody waits
// for its acknowledgement any more.
const edgeSign = 5 * time.Second

// The states of a route.
const (
	routeLive     = "live"
	routeStarting = "starting"
	routeEmpty    = "empty"
)

// getRoutes takes the version that the edge has as acknowledged, and answers as soon as there is a newer one.
func (s *service) getRoutes(ctx context.Context, input *RoutesInput) (*RoutesOutput, error) {
	edge := callerOf(ctx).edgeID

	news, cancel := s.listener.Subscribe(database.ChannelRoutes, "")
	defer cancel()

	has, err := s.acknowledge(ctx, edge, input.IfNoneMatch)
	if err != nil {
		return nil, err
	}

	seen := time.Now()

	changed, err := s.waitForChange(ctx, input.LongPollInput, news, func() (bool, error) {
		if time.Since(seen) > edgeSign {
			seen = time.Now()

			if err := s.queries.TouchEdge(ctx, edge); err != nil {
				return false, err
			}
		}

		version, err := s.queries.CurrentRouteVersion(ctx)

		return version != has, err
	})
	if err != nil {
		return nil, err
	}

	if !changed {
		return &RoutesOutput{Status: http.StatusNotModified, ETag: routesETag(has)}, nil
	}

	table, err := s.routeTable(ctx)
	if err != nil {
		return nil, err
	}

	return &RoutesOutput{Status: http.StatusOK, ETag: routesETag(table.Version), Body: table}, nil
}

// acknowledge stores which version the edge serves from, and returns it; -1 for none. A version that never was, as of
// a database that was set back, is none.
func (s *service) acknowledge(ctx context.Context, edge uuid.UUID, etag string) (int64, error) {
	version, err := strconv.ParseInt(strings.Trim(etag, `"`), 10, 64)
	if err != nil || version < 0 {
		return -1, s.queries.TouchEdge(ctx, edge)
	}

	current, err := s.queries.CurrentRouteVersion(ctx)
	if err != nil {
		return -1, err
	}

	if version > current {
		return -1, s.queries.TouchEdge(ctx, edge)
	}

	return version, s.queries.AcknowledgeRoutes(ctx, version, edge)
}

// routeTable reads version and routes as of one moment.
func (s *service) routeTable(ctx context.Context) (*RouteTable, error) {
	table := &RouteTable{}

	return table, pgx.BeginTxFunc(ctx, s.pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		queries := database.New(tx)

		var err error
		if table.Version, err = queries.CurrentRouteVersion(ctx); err != nil {
			return err
		}

		rows, err := queries.ListRoutes(ctx)
		if err != nil {
			return err
		}

		table.Routes = newRoutes(rows)

		return nil
	})
}

// newRoutes gathers the rows of each hostname, which follow one another.
func newRoutes(rows []database.ListRoutesRow) []Route {
	routes := []Route{}

	for _, row := range rows {
		if len(routes) == 0 || routes[len(routes)-1].Hostname != row.Hostname {
			routes = append(routes, Route{
				Hostname: row.Hostname, ProjectID: row.ProjectID, DeploymentID: row.DeploymentID, State: routeState(row), Upstreams: []Upstream{},
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
	case row.DeploymentID != nil:
		return routeLive
	case row.Deploying:
		return routeStarting
	default:
		return routeEmpty
	}
}

func routesETag(version int64) string { return `"` + strconv.FormatInt(version, 10) + `"` }

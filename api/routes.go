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

// edgeSeenInterval is how often a waiting edge is stored as seen. An edge that was not seen for 15 seconds is lost: retire no longer waits
// for its acknowledgement.
const edgeSeenInterval = 5 * time.Second

// The states of a route.
const (
	routeLive     = "live"
	routeStarting = "starting"
	routeEmpty    = "empty"
	routeAsleep   = "asleep"
)

// getRoutes stores the version that the edge names as acknowledged, and answers as soon as there is another.
func (s *service) getRoutes(ctx context.Context, input *RoutesInput) (*RoutesOutput, error) {
	edge := callerOf(ctx).edgeID

	news, cancel := s.listener.Subscribe(database.ChannelRoutes, "")
	defer cancel()

	has, err := s.acknowledge(ctx, edge, input.IfNoneMatch)
	if err != nil {
		return nil, err
	}

	if input.Version != "" {
		if err := s.queries.RecordEdgeVersion(ctx, storable(input.Version), edge); err != nil {
			return nil, err
		}
	}

	if err := s.recordAddresses(ctx, edge, input.Addresses); err != nil {
		return nil, err
	}

	seen := time.Now()

	changed, err := s.waitForChange(ctx, input.WaitInput, news, func() (bool, error) {
		if time.Since(seen) > edgeSeenInterval {
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

// acknowledge stores the version that the edge serves from and returns it, or -1 for none. A version that the database has not reached
// counts as none: it is left over from before the database was restored to an earlier state.
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

// routeTable reads the version and the routes in one snapshot.
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

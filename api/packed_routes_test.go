package api

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/id"
)

func TestPackedRoutes_AreMadeOnceForAllWhoAreToldTheSame(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.project(t)

	feed, packed := b.server.service.feed, b.server.service.packed
	require.NoError(t, feed.look(t.Context(), time.Now()))

	const callers = 20

	tables := make([]*RouteTable, callers)

	var asking sync.WaitGroup

	for caller := range callers {
		asking.Go(func() {
			table, err := packed.since(wholeTable)
			if err != nil {
				t.Error(err)
			}

			tables[caller] = table
		})
	}

	asking.Wait()

	for _, table := range tables {
		require.Same(t, tables[0], table)
	}

	before := tables[0].Version

	b.project(t)
	require.NoError(t, feed.look(t.Context(), time.Now()))

	next, err := packed.since(wholeTable)
	require.NoError(t, err)
	require.Greater(t, next.Version, before, "another version is made anew")

	changes, err := packed.since(before)
	require.NoError(t, err)
	require.NotEqual(t, next.packed, changes.packed, "what has changed is not the whole table")

	packed.empty()

	again, err := packed.since(wholeTable)
	require.NoError(t, err)
	require.NotSame(t, next, again, "it was kept for a while only")
	require.Equal(t, next.Version, again.Version)
}

// Reading the whole table can find what no version has noted.
func TestPackedRoutes_OtherRoutesOfTheSameVersion_AreMadeAnew(t *testing.T) {
	t.Parallel()

	feed := newRouteFeed(nil)
	feed.routes = map[string]feedRoute{}
	packed := newPackedRoutes(feed)

	before, err := packed.since(wholeTable)
	require.NoError(t, err)
	require.NoError(t, feed.put([]Route{{Hostname: "unnoted.example.com"}}))

	after, err := packed.since(wholeTable)
	require.NoError(t, err)
	require.Equal(t, before.Version, after.Version)
	require.NotEqual(t, before.packed, after.packed)
}

// BenchmarkPackedRoutes has twenty edges get the whole table of 100,000 routes at once.
func BenchmarkPackedRoutes(b *testing.B) {
	const count, edges = 100_000, 20

	feed := newRouteFeed(nil)
	feed.routes = make(map[string]feedRoute, count)

	for n := range count {
		deployment := id.New()
		route := Route{
			Hostname: fmt.Sprintf("www.customer-%d.com", n), ProjectID: id.New(), DeploymentID: &deployment, State: routeLive,
			Upstreams: []Upstream{{VMID: id.New(), Address: fmt.Sprintf("10.0.%d.%d:8080", n/256%256, n%256), Region: "eu"}},
		}
		feed.routes[route.Hostname] = feedRoute{route: route}
	}

	for _, way := range []struct {
		name string
		get  func(*packedRoutes) (*RouteTable, error)
	}{
		{"once", func(packed *packedRoutes) (*RouteTable, error) { return packed.since(wholeTable) }},
		{"each", func(packed *packedRoutes) (*RouteTable, error) { return pack(packed.feed.table(wholeTable)) }},
	} {
		b.Run(way.name, func(b *testing.B) {
			var sent atomic.Int64

			for b.Loop() {
				packed := newPackedRoutes(feed)

				var asking sync.WaitGroup

				for range edges {
					asking.Go(func() {
						table, err := way.get(packed)
						if err != nil {
							b.Error(err)
						}

						sent.Store(int64(len(table.packed)))
					})
				}

				asking.Wait()
			}

			b.ReportMetric(float64(sent.Load()), "bytes/edge")
		})
	}
}

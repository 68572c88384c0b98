package api

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/id"
)

// followRoutes fails a test that has changed a route and left it out of the changes of its version.
func (b *testBundle) followRoutes(t *testing.T) {
	t.Helper()

	followed := newRouteFeed(b.pool)
	require.NoError(t, followed.look(t.Context(), time.Now()))

	t.Cleanup(func() {
		ctx, whole := context.WithoutCancel(t.Context()), newRouteFeed(b.pool)
		if err := followed.look(ctx, time.Now()); err != nil {
			return // A test that has closed the pool.
		}

		require.NoError(t, whole.look(ctx, time.Now()))
		require.Equal(t, routesOf(whole), routesOf(followed))
	})
}

func routesOf(f *routeFeed) map[string]Route {
	return lo.MapValues(f.routes, func(entry feedRoute, _ string) Route { return entry.route })
}

// changedRoutes asks for what has changed in the table, as an edge does that has it.
func (b *testBundle) changedRoutes(t *testing.T, has *client.RouteTable, wait int64) *client.GetRoutesResponse {
	t.Helper()

	answer, err := b.edge.GetRoutesWithResponse(t.Context(), &client.GetRoutesParams{
		IfNoneMatch: new(routesETag(has.Version)), ZeitworkRoutesChecksum: has.Checksum, WaitSeconds: &wait,
	})
	require.NoError(t, err)

	return answer
}

func TestRoutes_AreSentAsWhatHasChanged(t *testing.T) {
	t.Parallel()

	b := setup(t)
	project, other := b.project(t), b.project(t)

	whole := b.routes(t, "", 0).JSON200
	require.Nil(t, whole.Since)
	require.Len(t, whole.Routes, 2)
	require.Equal(t, http.StatusNotModified, b.changedRoutes(t, whole, 0).StatusCode())

	deployment := b.deployment(t, project.ID)
	vm := b.vm(t, deployment.ID)
	b.report(t, vm, "healthy")
	b.flip(t, project.ID, deployment.ID)

	live := b.changedRoutes(t, whole, 30).JSON200
	require.Equal(t, &whole.Version, live.Since)
	require.Len(t, live.Routes, 1, "the other project's route is as it was")
	require.Equal(t, client.RouteStateLive, live.Routes[0].State)
	require.Len(t, live.Routes[0].Upstreams, 1)
	require.Nil(t, live.Removed)

	b.report(t, vm, "unhealthy")

	down := b.changedRoutes(t, live, 30).JSON200
	require.Len(t, down.Routes, 1)
	require.Empty(t, down.Routes[0].Upstreams)

	answer, err := b.owner.DeleteProjectWithResponse(t.Context(), other.ID, nil)
	require.NoError(t, err)
	require.Less(t, answer.StatusCode(), 300, "%s", answer.Body)

	require.Eventually(t, func() bool { return b.routes(t, "", 0).JSON200.Version > down.Version }, 10*time.Second, 10*time.Millisecond)

	gone := b.changedRoutes(t, down, 0).JSON200
	require.NotNil(t, gone.Since)
	require.Positive(t, len(lo.FromPtr(gone.Removed))+len(gone.Routes))

	// An edge with an older version gets all that has changed since then, at once.
	late := b.changedRoutes(t, whole, 0).JSON200
	require.Equal(t, &whole.Version, late.Since)
	require.Equal(t, gone.Checksum, late.Checksum)
}

// The checksum is of the text of the routes, as the edge gets it.
func TestRoutes_ChecksumIsOfWhatIsSent(t *testing.T) {
	t.Parallel()

	b := setup(t)
	_, err := b.pool.Exec(t.Context(), "UPDATE nodes SET region = 'a&b <c> ü\u2028'")
	require.NoError(t, err)

	project := b.project(t)
	deployment := b.deployment(t, project.ID)
	b.report(t, b.vm(t, deployment.ID), "healthy")
	b.flip(t, project.ID, deployment.ID)

	answer := b.routes(t, "", 0)

	var sent struct {
		Routes   []json.RawMessage `json:"routes"`
		Checksum string            `json:"checksum"`
	}

	require.NoError(t, json.Unmarshal(answer.Body, &sent))
	require.NotEmpty(t, sent.Routes)

	sum := uint64(0)

	for _, raw := range sent.Routes {
		sum += sumOfText(raw)
	}

	require.Equal(t, fmt.Sprintf("%016x", sum), sent.Checksum)
}

func TestRoutes_AreCompressedForThoseWhoTakeThemSo(t *testing.T) {
	t.Parallel()

	b := setup(t)
	for range 10 {
		b.project(t)
	}

	request := httptest.NewRequest(http.MethodGet, routesPath, nil)
	request.Header.Set("Authorization", "Bearer "+b.tokens.Edge)

	plain, packed := httptest.NewRecorder(), httptest.NewRecorder()
	b.server.Handler().ServeHTTP(plain, request)
	request.Header.Set("Accept-Encoding", "gzip")
	b.server.Handler().ServeHTTP(packed, request)

	require.Equal(t, "gzip", packed.Header().Get("Content-Encoding"))
	require.Equal(t, plain.Header().Get("ETag"), packed.Header().Get("ETag"))
	require.Less(t, 2*packed.Body.Len(), plain.Body.Len())

	reader, err := gzip.NewReader(packed.Body)
	require.NoError(t, err)

	text, err := io.ReadAll(reader)
	require.NoError(t, err)

	var want, got RouteTable

	require.NoError(t, json.Unmarshal(plain.Body.Bytes(), &want))
	require.NoError(t, json.Unmarshal(text, &got))
	require.Equal(t, want.Checksum, got.Checksum)
}

func TestRoutes_EdgeWithATableThatIsNotThePlatforms_GetsTheWhole(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.project(t)

	whole := b.routes(t, "", 0).JSON200
	another := *whole
	another.Checksum = new("0123456789abcdef")
	require.Nil(t, b.changedRoutes(t, &another, 0).JSON200.Since, "the version is the same, the table is not")

	// Changes are not kept for ever.
	b.project(t)

	_, err := b.pool.Exec(t.Context(), "UPDATE route_table SET changes_since = version")
	require.NoError(t, err)

	b.project(t)
	require.Eventually(t, func() bool { return b.routes(t, "", 0).JSON200.Version > whole.Version+1 }, 10*time.Second, 10*time.Millisecond)
	require.Nil(t, b.changedRoutes(t, whole, 0).JSON200.Since)
}

func TestRoutes_OldChanges_AreLetGo(t *testing.T) {
	t.Parallel()

	b := setup(t)
	project := b.project(t)

	_, err := b.pool.Exec(t.Context(), "UPDATE route_table SET version = 12998")
	require.NoError(t, err)

	for range 2 {
		_, err = b.pool.Exec(t.Context(), "UPDATE domains SET kind = CASE kind WHEN 'generated' THEN 'deployment' ELSE 'generated' END WHERE project_id = $1", project.ID)
		require.NoError(t, err)
	}

	now, err := b.queries.RouteTableNow(t.Context())
	require.NoError(t, err)
	require.Equal(t, database.RouteTableNowRow{Version: 13000, ChangesSince: 3000}, now)

	changes, err := b.queries.ListRouteChanges(t.Context(), 0)
	require.NoError(t, err)
	require.Equal(t, []int64{12999, 13000}, lo.Map(changes, func(change database.RouteChange, _ int) int64 { return change.Version }))
}

// Transactions that change what routes are made of, all at once and in any order: at every version the changes lead to the table that is there.
func TestRouteFeed_ChangesOfManyAtOnce_LeadToTheWholeTableAtEveryVersion(t *testing.T) {
	t.Parallel()

	b := setup(t)

	const count = 3

	deployments, projects := make([]uuid.UUID, 0, count), make([]uuid.UUID, 0, count)
	// Of each project two deployments were live before.
	before := make([][]uuid.UUID, 0, count)

	for range count {
		project := b.project(t)
		deployment := b.deployment(t, project.ID)
		projects, deployments = append(projects, project.ID), append(deployments, deployment.ID)
		before = append(before, []uuid.UUID{b.deployment(t, project.ID).ID, b.deployment(t, project.ID).ID})
	}

	const workers, rounds = 6, 60

	var working sync.WaitGroup

	for worker := range workers {
		working.Go(func() {
			random := rand.New(rand.NewPCG(uint64(worker), 1))
			vm := id.New()

			_, err := b.pool.Exec(t.Context(), `INSERT INTO vms (id, deployment_id, node_id, kind, ip, port, cpu_millis, memory_bytes)
				VALUES ($1, $2, $3, 'app', $4, 80, 100, 1000)`, vm, deployments[worker%3], b.nodeID, "10.72.1."+strconv.Itoa(worker+2))
			if err != nil {
				t.Error(err)
			}

			for range rounds {
				place := random.IntN(3)
				statements := []struct {
					text      string
					arguments []any
				}{
					{"UPDATE vms SET state = $2 WHERE id = $1", []any{vm, lo.Sample([]string{"healthy", "unhealthy", "crashed"})}},
					{"UPDATE vms SET desired_state = $2 WHERE id = $1", []any{vm, lo.Sample([]string{"running", "draining"})}},
					{"UPDATE vms SET healthy_at = CASE WHEN healthy_at IS NULL THEN now() END WHERE id = $1", []any{vm}},
					{"UPDATE environments SET asleep_since = CASE WHEN asleep_since IS NULL THEN now() END WHERE id = $1", []any{projects[place]}},
					{"UPDATE environments SET woken_at = CASE WHEN woken_at IS NULL THEN now() END WHERE id = $1", []any{projects[place]}},
					{"UPDATE environments SET skew_protection = NOT skew_protection WHERE id = $1", []any{projects[place]}},
					{"UPDATE deployments SET state = 'retired', retired_at = now() - make_interval(hours => $2::int), warm_until = now() WHERE id = $1",
						[]any{lo.Sample(before[place]), random.IntN(3)}},
					{"UPDATE deployments SET warm_until = NULL WHERE id = $1", []any{lo.Sample(before[place])}},
					{"INSERT INTO domains (id, project_id, environment_id, hostname, kind, deployment_id) VALUES ($1, $2, $2, $3, 'deployment', $4)",
						[]any{id.New(), projects[place], uuid.NewString() + ".example.com", lo.Sample(before[place])}},
					{"UPDATE domains SET https = $2, hsts_seconds = $3 WHERE environment_id = $1", []any{projects[place], lo.Sample([]string{"off", "redirect"}), random.IntN(2)}},
					{"UPDATE domains SET deployment_id = $2 WHERE environment_id = $1 AND kind <> 'deployment'", []any{projects[place], deployments[place]}},
					{"UPDATE domains SET deployment_id = NULL WHERE environment_id = $1 AND kind <> 'deployment'", []any{projects[place]}},
					{"UPDATE deployments SET state = $2 WHERE id = $1", []any{deployments[place], lo.Sample([]string{"queued", "failed", "retired"})}},
					{"INSERT INTO domains (id, project_id, environment_id, hostname, kind) VALUES ($1, $2, $2, $3, 'deployment')",
						[]any{id.New(), projects[place], id.New().String() + ".example.com"}},
					{"DELETE FROM domains WHERE kind = 'deployment' AND id = (SELECT max(id::text)::uuid FROM domains WHERE kind = 'deployment')", nil},
				}

				// One statement or two a transaction; one that Postgres ends, as for a deadlock, changes nothing.
				transaction, err := b.pool.Begin(t.Context())
				if err != nil {
					t.Error(err)

					return
				}

				for range 1 + random.IntN(2) {
					one := lo.Sample(statements)
					_, _ = transaction.Exec(t.Context(), one.text, one.arguments...)
				}

				_ = transaction.Commit(t.Context())
			}
		})
	}

	done := make(chan struct{})

	go func() {
		defer close(done)

		working.Wait()
	}()

	followed, compared, named := newRouteFeed(b.pool), 0, 0

	for over := false; !over; {
		select {
		case <-done:
			over = true
		default:
		}

		whole := newRouteFeed(b.pool)
		require.NoError(t, followed.look(t.Context(), time.Now()))
		require.NoError(t, whole.look(t.Context(), time.Now()))

		if whole.version == followed.version {
			require.Equal(t, routesOf(whole), routesOf(followed), "version %d", whole.version)
			require.Equal(t, whole.sum, followed.sum)

			compared++
			named += lo.CountBy(lo.Values(routesOf(whole)), func(r Route) bool { return r.Previous != "" })
		}
	}

	require.Positive(t, compared)
	require.Positive(t, named, "some route has named the deployment before")
	require.Greater(t, followed.version, int64(rounds))
}

func TestRoutes_ManyEdgesThatWait_CostTheSameQueriesAsOne(t *testing.T) {
	t.Parallel()

	b := setup(t)
	project := b.project(t)
	deployment := b.deployment(t, project.ID)
	whole := b.routes(t, "", 0).JSON200

	const edges = 40

	var answered sync.WaitGroup

	before := b.server.service.feed.looks.Load()

	for range edges {
		answered.Go(func() {
			answer, err := b.edge.GetRoutesWithResponse(t.Context(), &client.GetRoutesParams{
				IfNoneMatch: new(routesETag(whole.Version)), ZeitworkRoutesChecksum: whole.Checksum, WaitSeconds: new(int64(30)),
			})
			if err != nil || answer.JSON200 == nil || answer.JSON200.Since == nil {
				t.Errorf("%v %s", err, answer.Body)
			}
		})
	}

	require.Eventually(t, func() bool { return waitingEdges(b.server.service.edges) == edges }, 10*time.Second, time.Millisecond)

	arrived := b.server.service.feed.looks.Load()
	require.LessOrEqual(t, arrived-before, int64(edges))

	b.flip(t, project.ID, deployment.ID)
	answered.Wait()
	require.LessOrEqual(t, b.server.service.feed.looks.Load()-arrived, int64(edges/4), "those that wait ask Postgres together")
}

func waitingEdges(polls *edgePolls) int {
	polls.mutex.Lock()
	defer polls.mutex.Unlock()

	return lo.Sum(lo.Values(polls.waiting))
}

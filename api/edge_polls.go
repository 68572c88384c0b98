package api

import (
	"context"
	"math"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
)

// edgeSeenInterval is how often waiting edges are stored as seen. An edge that was not seen for 15 seconds is lost: retire no longer waits
// for its acknowledgement.
const edgeSeenInterval = 5 * time.Second

// edgePoll is what an edge says when it asks for the route table.
type edgePoll struct {
	who caller
	// acknowledged is the version that the edge serves from, or -1.
	acknowledged int64
	version      string
	addresses    []string
	// drains tells whether load balancers leave it; empty where it does not tell.
	drains string
	// clockAheadMs is how many milliseconds its clock is ahead; nil where nobody knows.
	clockAheadMs *int32
}

// edgePolls stores what edges say, of many at once, and that those are there that wait.
type edgePolls struct {
	service *service
	said    gather[edgePoll, string]
	tokens  gather[uuid.UUID, bool]
	present gather[uuid.UUID, presence]

	mutex   sync.Mutex
	waiting map[uuid.UUID]int // How many requests of each edge wait.
	seen    time.Time
}

func newEdgePolls(s *service) *edgePolls {
	polls := &edgePolls{service: s, waiting: map[uuid.UUID]int{}}
	polls.said.run, polls.tokens.run, polls.present.run = polls.record, polls.valid, polls.countPresent

	return polls
}

// record stores polls, tells the nodes where the addresses of an edge have changed, and returns the state that operators want of each edge. Of two polls of one
// edge the later one counts.
func (p *edgePolls) record(ctx context.Context, polls []edgePoll) (states []string, err error) {
	byEdge := lo.KeyBy(polls, func(poll edgePoll) uuid.UUID { return poll.who.edgeID })
	latest := lo.Values(byEdge)

	return states, p.service.inTx(ctx, func(queries *database.Queries) error {
		edges, err := queries.RecordEdgePolls(ctx, database.RecordEdgePollsParams{
			Ids:           lo.Map(latest, func(poll edgePoll, _ int) uuid.UUID { return poll.who.edgeID }),
			Acknowledged:  lo.Map(latest, func(poll edgePoll, _ int) int64 { return poll.acknowledged }),
			Versions:      lo.Map(latest, func(poll edgePoll, _ int) string { return storable(poll.version) }),
			Addresses:     lo.Map(latest, func(poll edgePoll, _ int) string { return strings.Join(poll.addresses, ",") }),
			ClocksAheadMs: lo.Map(latest, func(poll edgePoll, _ int) int32 { return lo.FromPtrOr(poll.clockAheadMs, math.MinInt32) }),
			Drains:        lo.Map(latest, func(poll edgePoll, _ int) string { return poll.drains }),
		})
		if err != nil {
			return err
		}

		wanted := lo.SliceToMap(edges, func(edge database.RecordEdgePollsRow) (uuid.UUID, string) { return edge.ID, edge.State })
		states = lo.Map(polls, func(poll edgePoll, _ int) string { return wanted[poll.who.edgeID] })

		moved := lo.Filter(edges, func(edge database.RecordEdgePollsRow, _ int) bool { return edge.Moved })
		if len(moved) == 0 {
			return nil
		}

		if err := queries.NotifyNodes(ctx); err != nil {
			return err
		}

		for _, edge := range moved {
			err := auditAs(ctx, queries, byEdge[edge.ID].who, nil, AuditEvent{
				Action: "edge.addresses", SubjectType: edgeKind, SubjectID: edge.ID, Details: map[string]any{"addresses": edge.Addresses},
			})
			if err != nil {
				return err
			}
		}

		return nil
	})
}

// valid tells of tokens whether they have neither been revoked nor expired.
func (p *edgePolls) valid(ctx context.Context, tokens []uuid.UUID) ([]bool, error) {
	valid, err := p.service.queries.ListValidTokens(ctx, lo.Uniq(tokens))

	return lo.Map(tokens, func(token uuid.UUID, _ int) bool { return slices.Contains(valid, token) }), err
}

// wait counts an edge among those that wait until the function is called.
func (p *edgePolls) wait(edge uuid.UUID) (leave func()) {
	p.mutex.Lock()
	defer p.mutex.Unlock()

	p.waiting[edge]++

	return func() {
		p.mutex.Lock()
		defer p.mutex.Unlock()

		if p.waiting[edge]--; p.waiting[edge] == 0 {
			delete(p.waiting, edge)
		}
	}
}

// touch stores that all edges that wait are there, where nobody has for edgeSeenInterval.
func (p *edgePolls) touch(ctx context.Context) error {
	p.mutex.Lock()

	if time.Since(p.seen) < edgeSeenInterval {
		p.mutex.Unlock()

		return nil
	}

	p.seen = time.Now()
	edges := lo.Keys(p.waiting)

	p.mutex.Unlock()

	return p.service.queries.TouchEdges(ctx, edges)
}

package api

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/database/leaks"
)

// recordLooks stores what a node has found that no assignment names, each kind in a transaction of its own.
func (s *service) recordLooks(ctx context.Context, node uuid.UUID, looks []LookReport) error {
	for _, reported := range looks {
		look := leaks.Look{
			Kind: reported.Kind, Found: reported.Found, Problem: storable(reported.Problem),
			Items: lo.Map(reported.Items, func(item FoundThing, _ int) leaks.Item {
				return leaks.Item{Name: storable(item.Name), Detail: storable(item.Detail)}
			}),
		}

		if err := s.inTx(ctx, func(queries *database.Queries) error { return leaks.Record(ctx, queries, &node, look) }); err != nil {
			return err
		}
	}

	return nil
}

func (s *service) listLeaks(ctx context.Context, input *PageInput) (*LeaksOutput, error) {
	after, err := input.after()
	if err != nil {
		return nil, err
	}

	rows, err := s.queries.ListLeaks(ctx, after, leaks.Grace, input.rows())
	if err != nil {
		return nil, err
	}

	kinds, err := s.queries.SumLooks(ctx, seenWithin)
	if err != nil {
		return nil, err
	}

	return &LeaksOutput{Body: LeakPage{
		Page: page(*input, rows, newLeak, func(leak Leak) uuid.UUID { return leak.ID }).Body, Kinds: lo.Map(kinds, newLeakSummary),
	}}, nil
}

func newLeak(row database.ListLeaksRow) Leak {
	return Leak{
		ID: row.Leak.ID, Kind: row.Kind, NodeID: row.NodeID, NodeName: lo.FromPtr(row.NodeName), Name: row.Leak.Name, Detail: row.Leak.Detail,
		FirstSeenAt: row.Leak.FirstSeenAt, LastSeenAt: row.Leak.LastSeenAt, LookedAt: row.LookedAt,
	}
}

func newLeakSummary(row database.SumLooksRow, _ int) LeakSummary {
	kind := LeakSummary{Kind: row.Kind, Places: int(row.Places), Untold: int(row.Untold)}
	if row.Looked {
		kind.LookedAt = &row.LookedAt
	}

	return kind
}

// listLeakLooks lists the places where is looked for leaks: first the platform itself, then the nodes.
func (s *service) listLeakLooks(ctx context.Context, input *LongPageInput) (*PageOutput[LeakPlace], error) {
	asked := PageInput(*input)

	after, err := asked.after()
	if err != nil {
		return nil, err
	}

	rows, err := s.queries.ListNodes(ctx, seenWithin, after, asked.rows())
	if err != nil {
		return nil, err
	}

	ids := lo.Map(rows, func(row database.ListNodesRow, _ int) uuid.UUID { return row.Node.ID })
	first := asked.Cursor == ""

	looks, err := s.queries.ListLooksOfNodes(ctx, ids, first)
	if err != nil {
		return nil, err
	}

	byNode := lo.GroupBy(looks, func(look database.LeakLook) uuid.UUID { return lo.FromPtr(look.NodeID) })

	output := page(asked, rows,
		func(row database.ListNodesRow) LeakPlace { return nodePlace(row, byNode[row.Node.ID]) },
		func(place LeakPlace) uuid.UUID { return *place.NodeID })

	if first {
		output.Body.Items = append([]LeakPlace{platformPlace(byNode[uuid.Nil])}, output.Body.Items...)
	}

	return output, nil
}

func nodePlace(row database.ListNodesRow, looks []database.LeakLook) LeakPlace {
	untold := "The node's agent has not said yet what it holds."

	switch {
	case row.Node.LastSeenAt == nil:
		untold = "The node has never been in touch."
	case row.Node.AgentStartedAt == nil:
		untold = fmt.Sprintf("The node's agent (version %s) does not tell what it holds: upgrade it.", row.Node.Version)
	}

	return LeakPlace{
		NodeID: &row.Node.ID, NodeName: row.Node.Name, InTouch: row.InTouch,
		Looks: leakLooks([]string{leaks.VM, leaks.Address, leaks.Image, leaks.Snapshot}, looks, untold),
	}
}

func platformPlace(looks []database.LeakLook) LeakPlace {
	return LeakPlace{
		InTouch: true,
		Looks:   leakLooks([]string{leaks.VM, leaks.Address, leaks.Image}, looks, "No worker has looked yet: one does every few minutes."),
	}
}

// leakLooks makes a look of each kind. One of which nothing is known has the words for that.
func leakLooks(kinds []string, looks []database.LeakLook, untold string) []LeakLook {
	known := lo.KeyBy(looks, func(look database.LeakLook) string { return look.Kind })

	return lo.Map(kinds, func(kind string, _ int) LeakLook {
		look, ok := known[kind]
		if !ok {
			return LeakLook{Kind: kind, Problem: untold}
		}

		return LeakLook{Kind: kind, LookedAt: look.LookedAt, Found: int(look.Found), Problem: lo.FromPtr(look.Problem)}
	})
}

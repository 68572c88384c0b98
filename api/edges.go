package api

import (
	"context"

	"github.com/google/uuid"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// edgeDraining is the state of an edge that load balancers are to leave.
const edgeDraining = "draining"

func (s *service) listEdges(ctx context.Context, input *LongPageInput) (*PageOutput[Edge], error) {
	asked := PageInput(*input)

	after, err := asked.after()
	if err != nil {
		return nil, err
	}

	rows, err := s.queries.ListEdges(ctx, seenWithin, after, asked.rows())
	if err != nil {
		return nil, err
	}

	// The version is read behind what edges have acknowledged: none is ahead of it.
	current, err := s.queries.CurrentRouteVersion(ctx)
	if err != nil {
		return nil, err
	}

	return page(asked, rows,
		func(row database.ListEdgesRow) Edge { return newEdge(row, current) },
		func(e Edge) uuid.UUID { return e.ID }), nil
}

func (s *service) getEdge(ctx context.Context, input *EdgePath) (*EdgeOutput, error) {
	row, err := s.queries.GetEdge(ctx, seenWithin, input.EdgeID)
	if row, err = found(row, err, "edge"); err != nil {
		return nil, err
	}

	current, err := s.queries.CurrentRouteVersion(ctx)
	if err != nil {
		return nil, err
	}

	return &EdgeOutput{Body: newEdge(database.ListEdgesRow(row), current)}, nil
}

func (s *service) createEdge(ctx context.Context, input *CreateEdgeInput) (*NewEdgeOutput, error) {
	output := &NewEdgeOutput{}

	return output, s.inTx(ctx, func(queries *database.Queries) error {
		edge, err := queries.CreateEdge(ctx, id.New(), input.Body.Name, input.Body.Region)
		if err != nil {
			return taken(err, problem.New(problem.Conflict, "There is an edge named %s already.", input.Body.Name))
		}

		current, err := queries.CurrentRouteVersion(ctx)
		if err != nil {
			return err
		}

		output.Body.Edge = newEdge(database.ListEdgesRow{Edge: edge}, current)

		if err := audit(ctx, queries, AuditEvent{
			Action: "edge.create", SubjectType: edgeKind, SubjectID: edge.ID, Details: map[string]any{detailName: edge.Name},
		}); err != nil {
			return err
		}

		output.Body.Token, err = firstToken(ctx, queries, edgeMachine(edge.ID), edge.Name, input.Body.OneTime)

		return err
	})
}

func (s *service) updateEdge(ctx context.Context, input *UpdateEdgeInput) (*EdgeOutput, error) {
	err := s.inTx(ctx, func(queries *database.Queries) error {
		changed, err := queries.SetEdgeState(ctx, input.Body.State, input.EdgeID)
		if err != nil {
			return err
		}

		if changed == 0 {
			return problem.New(problem.NotFound, "There is no such edge.")
		}

		if err := queries.Notify(ctx, database.ChannelEdges, input.EdgeID.String()); err != nil {
			return err
		}

		return audit(ctx, queries, AuditEvent{
			Action: "edge.update", SubjectType: edgeKind, SubjectID: input.EdgeID, Details: map[string]any{"state": input.Body.State},
		})
	})
	if err != nil {
		return nil, err
	}

	return s.getEdge(ctx, &input.EdgePath)
}

func (s *service) deleteEdge(ctx context.Context, input *EdgePath) (*struct{}, error) {
	return nil, s.inTx(ctx, func(queries *database.Queries) error {
		deleted, err := queries.DeleteEdge(ctx, input.EdgeID)
		if err != nil {
			return err
		}

		if deleted == 0 {
			return problem.New(problem.NotFound, "There is no such edge.")
		}

		if err := queries.NotifyNodes(ctx); err != nil {
			return err
		}

		return audit(ctx, queries, AuditEvent{Action: "edge.delete", SubjectType: edgeKind, SubjectID: input.EdgeID})
	})
}

func newEdge(found database.ListEdgesRow, current int64) Edge {
	row := found.Edge

	return Edge{
		ID: row.ID, Name: row.Name, Region: row.Region, State: row.State, Drains: row.Drains, Version: row.Version,
		InTouch: found.InTouch, AcknowledgedVersion: row.AcknowledgedVersion,
		CurrentVersion: current, VersionsBehind: max(current-row.AcknowledgedVersion, 0), Addresses: row.Addresses,
		LastSeenAt: row.LastSeenAt, CreatedAt: row.CreatedAt,
	}
}

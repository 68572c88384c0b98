package api

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/secret"
)

// machine is a node or an edge whose tokens an operator looks after.
type machine struct {
	kind, prefix string
	id           uuid.UUID
	// lock returns the machine's name; tokens of one machine are rotated one at a time.
	lock func(ctx context.Context, queries *database.Queries) (string, error)
}

func nodeMachine(node uuid.UUID) machine {
	return machine{nodeKind, nodePrefix, node, func(ctx context.Context, queries *database.Queries) (string, error) {
		row, err := queries.LockNode(ctx, node)

		return row.Name, err
	}}
}

func edgeMachine(edge uuid.UUID) machine {
	return machine{edgeKind, edgePrefix, edge, func(ctx context.Context, queries *database.Queries) (string, error) {
		row, err := queries.LockEdge(ctx, edge)

		return row.Name, err
	}}
}

// ids are the columns of a token that name its machine.
func (m machine) ids() (node, edge *uuid.UUID) {
	if m.kind == nodeKind {
		return &m.id, nil
	}

	return nil, &m.id
}

// caller is the machine itself, as what it does with a one-time token is its own.
func (m machine) caller() caller {
	if m.kind == nodeKind {
		return caller{kind: m.kind, nodeID: m.id}
	}

	return caller{kind: m.kind, edgeID: m.id}
}

// event is that something was done to the machine.
func (m machine) event(action string) AuditEvent {
	return AuditEvent{Action: m.kind + "." + action, SubjectType: m.kind, SubjectID: m.id}
}

func (s *service) listNodeTokens(ctx context.Context, input *ListNodeTokensInput) (*PageOutput[Token], error) {
	return s.listMachineTokens(ctx, nodeMachine(input.NodeID), input.PageInput)
}

func (s *service) listEdgeTokens(ctx context.Context, input *ListEdgeTokensInput) (*PageOutput[Token], error) {
	return s.listMachineTokens(ctx, edgeMachine(input.EdgeID), input.PageInput)
}

func (s *service) listMachineTokens(ctx context.Context, m machine, input PageInput) (*PageOutput[Token], error) {
	before, err := input.before()
	if err != nil {
		return nil, err
	}

	node, edge := m.ids()

	rows, err := s.queries.ListMachineTokens(ctx, database.ListMachineTokensParams{NodeID: node, EdgeID: edge, Before: before, MaxRows: input.rows()})
	if err != nil {
		return nil, err
	}

	return page(input, rows, newToken, func(t Token) uuid.UUID { return t.ID }), nil
}

// firstToken makes the token with which the machine of a new node or edge begins.
func firstToken(ctx context.Context, queries *database.Queries, m machine, name string, oneTime bool) (string, error) {
	if oneTime {
		made, err := newJoinToken(ctx, queries, m)

		return made.Token, err
	}

	token := secret.NewToken(m.prefix)
	node, edge := m.ids()
	_, err := queries.CreateToken(ctx, database.CreateTokenParams{
		ID: id.New(), Kind: m.kind, Name: name, TokenHash: secret.HashToken(token), NodeID: node, EdgeID: edge,
	})

	return token, err
}

func (s *service) rotateNodeToken(ctx context.Context, input *RotateNodeTokenInput) (*NewTokenOutput, error) {
	return s.rotateMachineToken(ctx, nodeMachine(input.NodeID), input.Body)
}

func (s *service) rotateEdgeToken(ctx context.Context, input *RotateEdgeTokenInput) (*NewTokenOutput, error) {
	return s.rotateMachineToken(ctx, edgeMachine(input.EdgeID), input.Body)
}

// rotateMachineToken makes another token of a node or an edge. The ones that it has end after a while, in which its service is started anew with the
// new one: both are valid until then.
func (s *service) rotateMachineToken(ctx context.Context, m machine, body MachineRotation) (*NewTokenOutput, error) {
	output, token := &NewTokenOutput{}, secret.NewToken(m.prefix)
	node, edge := m.ids()
	params := database.CreateTokenParams{ID: id.New(), Kind: m.kind, TokenHash: secret.HashToken(token), NodeID: node, EdgeID: edge}

	if body.ExpiresInDays > 0 {
		params.ExpiresAt = new(time.Now().Add(time.Duration(body.ExpiresInDays) * day))
	}

	return output, s.inTx(ctx, func(queries *database.Queries) error {
		name, err := m.lock(ctx, queries)
		if params.Name, err = found(name, err, m.kind); err != nil {
			return err
		}

		// A new token is of use on the same machine.
		if m.kind == nodeKind {
			params.PublicKey, err = queries.MachineKey(ctx, node, edge)
			if err != nil && !errors.Is(err, pgx.ErrNoRows) {
				return err
			}
		}

		created, err := queries.CreateToken(ctx, params)
		if err != nil {
			return err
		}

		err = queries.EndTokensOf(ctx, database.EndTokensOfParams{NodeID: node, EdgeID: edge, ExceptID: created.ID, Keep: body.keepOld()})
		if err != nil {
			return err
		}

		output.Body = NewToken{Token: newToken(created), Secret: token}

		return audit(ctx, queries, AuditEvent{
			Action: m.kind + ".rotate_token", SubjectType: m.kind, SubjectID: m.id, Details: map[string]any{"new_token_id": created.ID},
		})
	})
}

func (s *service) revokeNodeToken(ctx context.Context, input *NodeTokenPath) (*struct{}, error) {
	return nil, s.revokeMachineToken(ctx, nodeMachine(input.NodeID), input.TokenID)
}

func (s *service) revokeEdgeToken(ctx context.Context, input *EdgeTokenPath) (*struct{}, error) {
	return nil, s.revokeMachineToken(ctx, edgeMachine(input.EdgeID), input.TokenID)
}

func (s *service) revokeMachineToken(ctx context.Context, m machine, token uuid.UUID) error {
	return s.inTx(ctx, func(queries *database.Queries) error {
		node, edge := m.ids()

		locked, err := queries.LockMachineToken(ctx, token, node, edge)
		if locked, err = found(locked, err, "token"); err != nil {
			return err
		}

		return revoke(ctx, queries, locked)
	})
}

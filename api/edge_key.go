package api

import (
	"bytes"
	"context"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// bindEdgeToken binds the calling edge's token to the key of its machine: from then on every request with that token has to be signed by it. What an edge
// acknowledges decides when addresses are given to other VMs, and a copy of the token must not say it. The first machine that comes with a token is the edge;
// an operator makes another one the edge by rotating the token, which gives one without a key.
func (s *service) bindEdgeToken(ctx context.Context, input *BindEdgeTokenInput) (*struct{}, error) {
	key, err := parseKey(input.Body.PublicKey)
	if err != nil {
		return nil, err
	}

	who := callerOf(ctx)

	return nil, s.inTx(ctx, func(queries *database.Queries) error {
		token, err := queries.LockMachineToken(ctx, who.tokenID, nil, &who.edgeID)
		if token, err = found(token, err, "token"); err != nil {
			return err
		}

		switch {
		case bytes.Equal(token.PublicKey, key):
			return nil
		case token.PublicKey != nil:
			return problem.New(problem.Conflict, "This token is bound to another key. "+rotatesEdgeToken)
		}

		if err := queries.BindToken(ctx, key, token.ID); err != nil {
			return err
		}

		return audit(ctx, queries, AuditEvent{Action: "edge.bind_token", SubjectType: edgeKind, SubjectID: who.edgeID})
	})
}

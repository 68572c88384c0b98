package api

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/httpsignature"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/problem"
	"github.com/zeitwork/zeitwork/internal/secret"
)

const (
	joinPrefix = "zwj_"
	// joinTokenLifetime is how long a one-time token is good for.
	joinTokenLifetime = time.Hour
	// keepBefore is how long the tokens before stay valid beside one that is bound to the machine: the agent runs with one of them until it is restarted, and
	// a machine that has not got the answer asks again.
	keepBefore = 10 * time.Minute

	printsAnother = "`zeitwork nodes join NAME` prints a command with another one."
)

func (s *service) createJoinToken(ctx context.Context, input *NodePath) (*JoinTokenOutput, error) {
	output := &JoinTokenOutput{}

	return output, s.inTx(ctx, func(queries *database.Queries) error {
		node, err := queries.LockNode(ctx, input.NodeID)
		if node, err = found(node, err, nodeKind); err != nil {
			return err
		}

		output.Body, err = newJoinToken(ctx, queries, node.ID)

		return err
	})
}

// newJoinToken makes the one-time token of a node. The one before is good no longer.
func newJoinToken(ctx context.Context, queries *database.Queries, node uuid.UUID) (JoinToken, error) {
	token := secret.NewToken(joinPrefix)

	if err := queries.EndJoinTokens(ctx, node); err != nil {
		return JoinToken{}, err
	}

	made, err := queries.CreateJoinToken(ctx, database.CreateJoinTokenParams{
		ID: id.New(), NodeID: node, TokenHash: secret.HashToken(token), Lifetime: joinTokenLifetime,
	})
	if err != nil {
		return JoinToken{}, err
	}

	return JoinToken{Token: token, ExpiresAt: made.ExpiresAt}, audit(ctx, queries, nodeEvent("node.join_token", node, nil))
}

// joinNode gives the machine whose key the body names the token of a node, in exchange for the one-time token.
func (s *service) joinNode(ctx context.Context, input *JoinNodeInput) (*JoinedNodeOutput, error) {
	key, err := parseKey(input.Body.PublicKey)
	if err != nil {
		return nil, err
	}

	output := &JoinedNodeOutput{}

	return output, s.inTx(ctx, func(queries *database.Queries) error {
		once, err := queries.LockJoinToken(ctx, secret.HashToken(input.Body.Token))
		if err := mayJoin(once, err, key); err != nil {
			return err
		}

		node, err := queries.GetNode(ctx, seenWithin, once.NodeID)
		if err != nil {
			return err
		}

		keep, err := keepAfterJoin(ctx, queries, node, key)
		if err != nil {
			return err
		}

		output.Body = JoinedNode{NodeID: node.Node.ID, Name: node.Node.Name, RegistryHost: s.config.RegistryHost}

		if input.Body.CheckOnly {
			return nil
		}

		if err := queries.UseJoinToken(ctx, key, once.ID); err != nil {
			return err
		}

		if output.Body.Token, err = bindToken(ctx, queries, node.Node, key, nil, keep); err != nil {
			return err
		}

		return auditAs(ctx, queries, caller{kind: nodeKind, nodeID: node.Node.ID}, nil, nodeEvent("node.join", node.Node.ID, nil))
	})
}

// mayJoin refuses a one-time token that was not found, is over, or was used by another machine. The one that has used it may ask again.
func mayJoin(once database.JoinToken, err error, key ed25519.PublicKey) error {
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return problem.New(problem.Unauthorized,
			"This one-time token is not valid: there is a newer one of the same node, the node was deleted, or it never was one. "+printsAnother)
	case err != nil:
		return err
	case once.PublicKey != nil && !bytes.Equal(once.PublicKey, key):
		return problem.New(problem.Conflict, "This one-time token was used already, by another machine. "+printsAnother)
	case once.ExpiresAt.Before(time.Now()):
		return problem.New(problem.Unauthorized, "This one-time token is over: it was good for an hour. "+printsAnother)
	default:
		return nil
	}
}

// keepAfterJoin is how long the tokens that a node has stay valid once a machine with that key has joined. Where that is another machine they end at once, and
// while the node is in touch from there it is refused: two machines would run the same VMs. Where no token was ever bound, nobody knows which machine is in
// touch, and all are refused.
func keepAfterJoin(ctx context.Context, queries *database.Queries, node database.GetNodeRow, key ed25519.PublicKey) (time.Duration, error) {
	before, err := queries.NodeKey(ctx, node.Node.ID)
	unbound := errors.Is(err, pgx.ErrNoRows)

	switch {
	case err != nil && !unbound:
		return 0, err
	case unbound && node.InTouch:
		return 0, problem.New(problem.Conflict, "A machine is the node %s, and was in touch just now. "+
			"On that machine run `zeitwork node join` without a one-time token. "+
			"To make another machine the node, run `zeitwork node leave` on that one and come back in half a minute.", node.Node.Name)
	case unbound, bytes.Equal(before, key):
		return keepBefore, nil
	case node.InTouch:
		return 0, problem.New(problem.Conflict, "Another machine is the node %s, and was in touch just now. Run `zeitwork node leave` there and come back "+
			"in half a minute, or make another node.", node.Node.Name)
	default:
		return 0, nil
	}
}

// bindNodeToken replaces the calling node's token by one that is bound to the key of its machine.
func (s *service) bindNodeToken(ctx context.Context, input *BindNodeTokenInput) (*BoundTokenOutput, error) {
	key, err := parseKey(input.Body.PublicKey)
	if err != nil {
		return nil, err
	}

	who, output := callerOf(ctx), &BoundTokenOutput{}

	return output, s.inTx(ctx, func(queries *database.Queries) error {
		node, err := queries.LockNode(ctx, who.nodeID)
		if node, err = found(node, err, nodeKind); err != nil {
			return err
		}

		old, err := queries.LockMachineToken(ctx, who.tokenID, &who.nodeID, nil)
		if old, err = found(old, err, "token"); err != nil {
			return err
		}

		// The end of an older token may be one that this replacement has set before, and that of the newest is an operator's.
		newest, err := queries.NewestNodeToken(ctx, who.nodeID)
		if newest, err = found(newest, err, "token"); err != nil {
			return err
		}

		if old.PublicKey == nil && newest.PublicKey != nil && !bytes.Equal(newest.PublicKey, key) {
			return problem.New(problem.Unauthorized, "This token was replaced by one that is bound to another key. "+
				"`zeitwork nodes join NAME` makes another machine the node.")
		}

		if output.Body.Token, err = bindToken(ctx, queries, node, key, newest.ExpiresAt, keepBefore); err != nil {
			return err
		}

		return audit(ctx, queries, nodeEvent("node.bind_token", node.ID, nil))
	})
}

// bindToken makes a token of the node that is bound to the key. The others end after keep.
func bindToken(
	ctx context.Context, queries *database.Queries, node database.Node, key ed25519.PublicKey, expires *time.Time, keep time.Duration,
) (string, error) {
	token := secret.NewToken(nodePrefix)

	created, err := queries.CreateToken(ctx, database.CreateTokenParams{
		ID: id.New(), Kind: nodeKind, Name: node.Name, TokenHash: secret.HashToken(token), PublicKey: key, NodeID: &node.ID, ExpiresAt: expires,
	})
	if err != nil {
		return "", err
	}

	return token, queries.EndTokensOf(ctx, database.EndTokensOfParams{NodeID: &node.ID, ExceptID: created.ID, Keep: keep})
}

func parseKey(text string) (ed25519.PublicKey, error) {
	key, err := httpsignature.ParsePublicKey(text)
	if err != nil {
		return nil, problem.Wrap(err, problem.Invalid, "public_key is no Ed25519 key: give its 32 bytes in base64url.")
	}

	return key, nil
}

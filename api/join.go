package api

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"time"

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

	makesAnother = "`zeitwork %ss join NAME` prints a command with another one."
)

// oneTimeKind is what a machine becomes with a one-time token.
func oneTimeKind(once database.JoinToken) string {
	if once.EdgeID != nil {
		return edgeKind
	}

	return nodeKind
}

func (s *service) createJoinToken(ctx context.Context, input *NodePath) (*JoinTokenOutput, error) {
	return s.createOneTimeToken(ctx, nodeMachine(input.NodeID))
}

func (s *service) createEdgeJoinToken(ctx context.Context, input *EdgePath) (*JoinTokenOutput, error) {
	return s.createOneTimeToken(ctx, edgeMachine(input.EdgeID))
}

func (s *service) createOneTimeToken(ctx context.Context, m machine) (*JoinTokenOutput, error) {
	output := &JoinTokenOutput{}

	return output, s.inTx(ctx, func(queries *database.Queries) error {
		name, err := m.lock(ctx, queries)
		if _, err = found(name, err, m.kind); err != nil {
			return err
		}

		output.Body, err = newJoinToken(ctx, queries, m)

		return err
	})
}

// newJoinToken makes the one-time token of a node or an edge. The one before is good no longer.
func newJoinToken(ctx context.Context, queries *database.Queries, m machine) (JoinToken, error) {
	token := secret.NewToken(joinPrefix)
	node, edge := m.ids()

	if err := queries.EndJoinTokens(ctx, node, edge); err != nil {
		return JoinToken{}, err
	}

	made, err := queries.CreateJoinToken(ctx, database.CreateJoinTokenParams{
		ID: id.New(), NodeID: node, EdgeID: edge, TokenHash: secret.HashToken(token), Lifetime: joinTokenLifetime,
	})
	if err != nil {
		return JoinToken{}, err
	}

	return JoinToken{Token: token, ExpiresAt: made.ExpiresAt}, audit(ctx, queries, m.event("join_token"))
}

// joinNode gives the machine whose key the body names the token of a node, in exchange for the one-time token.
func (s *service) joinNode(ctx context.Context, input *JoinNodeInput) (*JoinedNodeOutput, error) {
	output := &JoinedNodeOutput{}

	return output, s.join(ctx, nodeKind, JoinInput(*input), func(queries *database.Queries, once database.JoinToken) (joining, error) {
		node, err := queries.GetNode(ctx, seenWithin, *once.NodeID)
		output.Body = JoinedNode{NodeID: node.Node.ID, Name: node.Node.Name, RegistryHost: s.config.RegistryHost}

		return joining{machine: nodeMachine(*once.NodeID), name: node.Node.Name, inTouch: node.InTouch, token: &output.Body.Token}, err
	})
}

// joinEdge gives the machine whose key the body names the token of an edge, in exchange for the one-time token.
func (s *service) joinEdge(ctx context.Context, input *JoinEdgeInput) (*JoinedEdgeOutput, error) {
	output := &JoinedEdgeOutput{}

	return output, s.join(ctx, edgeKind, JoinInput(*input), func(queries *database.Queries, once database.JoinToken) (joining, error) {
		edge, err := queries.GetEdge(ctx, seenWithin, *once.EdgeID)
		output.Body = JoinedEdge{EdgeID: edge.Edge.ID, Name: edge.Edge.Name, Region: edge.Edge.Region}

		return joining{machine: edgeMachine(*once.EdgeID), name: edge.Edge.Name, inTouch: edge.InTouch, token: &output.Body.Token}, err
	})
}

// joining is the node or edge that a machine is to become.
type joining struct {
	machine

	name    string
	inTouch bool
	// token is where the answer has the machine's token.
	token *string
}

// join exchanges a one-time token of that kind, which find finds the machine of.
func (s *service) join(
	ctx context.Context, kind string, input JoinInput, find func(*database.Queries, database.JoinToken) (joining, error),
) error {
	key, err := parseKey(input.Body.PublicKey)
	if err != nil {
		return err
	}

	return s.inTx(ctx, func(queries *database.Queries) error {
		once, err := queries.LockJoinToken(ctx, secret.HashToken(input.Body.Token))
		if err := mayJoin(kind, once, err, key); err != nil {
			return err
		}

		to, err := find(queries, once)
		if err != nil {
			return err
		}

		keep, err := keepAfterJoin(ctx, queries, to, key)
		if err != nil || input.Body.CheckOnly {
			return err
		}

		if err := queries.UseJoinToken(ctx, key, once.ID); err != nil {
			return err
		}

		if *to.token, err = bindToken(ctx, queries, to.machine, to.name, key, nil, keep); err != nil {
			return err
		}

		return auditAs(ctx, queries, to.caller(), nil, to.event("join"))
	})
}

// mayJoin refuses a one-time token that was not found, is of another kind, is over, or was used by another machine. The one that has used it may ask again.
func mayJoin(kind string, once database.JoinToken, err error, key ed25519.PublicKey) error {
	another := fmt.Sprintf(makesAnother, kind)

	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return problem.New(problem.Unauthorized,
			"This one-time token is not valid: there is a newer one of the same %s, the %s was deleted, or it never was one. %s", kind, kind, another)
	case err != nil:
		return err
	case oneTimeKind(once) != kind:
		return problem.New(problem.Unauthorized, "This one-time token is for a machine that is to be %s, not %s. %s",
			withArticle(oneTimeKind(once)), withArticle(kind), another)
	case once.PublicKey != nil && !bytes.Equal(once.PublicKey, key):
		return problem.New(problem.Conflict, "This one-time token was used already, by another machine. %s", another)
	case once.ExpiresAt.Before(time.Now()):
		return problem.New(problem.Unauthorized, "This one-time token is over: it was good for an hour. %s", another)
	default:
		return nil
	}
}

// keepAfterJoin is how long the tokens that a node or an edge has stay valid once a machine with that key has joined. Where that is another machine they end
// at once, and while the node or edge is in touch from there it is refused: two machines would run the same VMs, or acknowledge routes for each other. Where no
// token was ever bound, nobody knows which machine is in touch, and all are refused.
func keepAfterJoin(ctx context.Context, queries *database.Queries, to joining, key ed25519.PublicKey) (time.Duration, error) {
	node, edge := to.ids()

	if edge != nil {
		other, err := queries.OtherEdgeWithKey(ctx, to.id, key)
		if err == nil {
			return 0, problem.New(problem.Conflict, "This machine is the edge %s already: `zeitwork edge leave` takes that off it, and then it can become %s.",
				other, to.name)
		}

		if !errors.Is(err, pgx.ErrNoRows) {
			return 0, err
		}
	}

	before, err := queries.MachineKey(ctx, node, edge)
	unbound := errors.Is(err, pgx.ErrNoRows)

	switch {
	case err != nil && !unbound:
		return 0, err
	case unbound && to.inTouch:
		return 0, problem.New(problem.Conflict, "A machine is the %[1]s %[2]s, and was in touch just now. "+
			"On that machine run `zeitwork %[1]s join` without a one-time token. "+
			"To make another machine the %[1]s, run `zeitwork %[1]s leave` on that one and come back in half a minute.", to.kind, to.name)
	case unbound, bytes.Equal(before, key):
		return keepBefore, nil
	case to.inTouch:
		return 0, problem.New(problem.Conflict, "Another machine is the %[1]s %[2]s, and was in touch just now. Run `zeitwork %[1]s leave` there and come back "+
			"in half a minute, or make another %[1]s.", to.kind, to.name)
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

		if output.Body.Token, err = bindToken(ctx, queries, nodeMachine(node.ID), node.Name, key, newest.ExpiresAt, keepBefore); err != nil {
			return err
		}

		return audit(ctx, queries, nodeEvent("node.bind_token", node.ID, nil))
	})
}

// bindToken makes a token of the node or edge that is bound to the key. The others end after keep.
func bindToken(
	ctx context.Context, queries *database.Queries, m machine, name string, key ed25519.PublicKey, expires *time.Time, keep time.Duration,
) (string, error) {
	token := secret.NewToken(m.prefix)
	node, edge := m.ids()

	created, err := queries.CreateToken(ctx, database.CreateTokenParams{
		ID: id.New(), Kind: m.kind, Name: name, TokenHash: secret.HashToken(token), PublicKey: key, NodeID: node, EdgeID: edge, ExpiresAt: expires,
	})
	if err != nil {
		return "", err
	}

	return token, queries.EndTokensOf(ctx, database.EndTokensOfParams{NodeID: node, EdgeID: edge, ExceptID: created.ID, Keep: keep})
}

func parseKey(text string) (ed25519.PublicKey, error) {
	key, err := httpsignature.ParsePublicKey(text)
	if err != nil {
		return nil, problem.Wrap(err, problem.Invalid, "public_key is no Ed25519 key: give its 32 bytes in base64url.")
	}

	return key, nil
}

package api

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/netip"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/problem"
	"github.com/zeitwork/zeitwork/internal/secret"
)

// Bootstrap makes what a new platform needs before anybody can sign in. The caller makes the tokens (NewTokens) and keeps them: the
// database has only their hashes.
type Bootstrap struct {
	// Email of the operator.
	Email string
	// Organisation is the slug of the operator's first organisation.
	Organisation string
	// Node and Edge name the first node and edge; none is made for an empty name.
	Node, Edge string
	Region     string
	// ClusterRange is the range of which the node gets its part.
	ClusterRange netip.Prefix
	Tokens       Tokens
}

// Tokens are the secrets with which the operator, the first node and the first edge sign in.
type Tokens struct {
	User string `json:"user"`
	Node string `json:"node"`
	Edge string `json:"edge"`
}

// NewTokens returns random tokens. They are valid once Run has stored their hashes.
func NewTokens() Tokens {
	return Tokens{User: secret.NewToken(userPrefix), Node: secret.NewToken(nodePrefix), Edge: secret.NewToken(edgePrefix)}
}

// Run makes what is absent and leaves the rest as it is: it may run before every start.
func (b Bootstrap) Run(ctx context.Context, pool *pgxpool.Pool) error {
	err := database.InTx(ctx, pool, func(_ pgx.Tx, queries *database.Queries) error {
		// The lock also makes a second bootstrap wait until the first has committed.
		if err := queries.LockNodePrefixes(ctx); err != nil {
			return err
		}

		return errors.Join(b.operator(ctx, queries), b.node(ctx, queries), b.edge(ctx, queries))
	})
	if err != nil {
		return fmt.Errorf("bootstrap the platform: %w", err)
	}

	return nil
}

func (b Bootstrap) operator(ctx context.Context, queries *database.Queries) error {
	user, err := queries.EnsureUser(ctx, id.New(), b.Email)
	if err != nil {
		return fmt.Errorf("make the operator: %w", err)
	}

	if !user.Operator {
		if err := makeOperator(ctx, queries, user.ID); err != nil {
			return err
		}
	}

	if err := b.firstOrganisation(ctx, queries, user); err != nil {
		return err
	}

	return ensureToken(ctx, queries, b.Tokens.User, database.EnsureTokenParams{Kind: userKind, UserID: &user.ID})
}

// firstOrganisation makes the operator's organisation, unless the operator is a member of one that has the slug, or had it until it was renamed.
// Anybody may take the slug of a renamed organisation: the operator never becomes a member of an organisation that exists.
func (b Bootstrap) firstOrganisation(ctx context.Context, queries *database.Queries, operator database.User) error {
	own, err := queries.ListOrganisationsOf(ctx, database.ListOrganisationsOfParams{UserID: operator.ID, Slug: b.Organisation, Before: uuid.Max, MaxRows: 1})
	if err != nil || len(own) > 0 {
		return err
	}

	other, err := queries.OrganisationBySlug(ctx, b.Organisation)

	switch {
	case err == nil && other.DeletedAt != nil:
		return problem.New(problem.Conflict, "The organisation %s was deleted. Name another one.", b.Organisation)
	case err == nil && operator.Operator:
		// Somebody who was an operator before has left it: the platform starts all the same.
		return nil
	case err == nil:
		return problem.New(problem.Conflict, "There is an organisation %s already, and %s is not a member of it. Name another one, "+
			"or have an owner of it invite them.", b.Organisation, b.Email)
	case !errors.Is(err, pgx.ErrNoRows):
		return fmt.Errorf("look for the organisation: %w", err)
	}

	made, err := queries.CreateOrganisation(ctx, id.New(), b.Organisation, b.Organisation)
	if err != nil {
		return fmt.Errorf("make the organisation: %w", err)
	}

	if err := queries.AddMember(ctx, made.ID, operator.ID, string(roleOwner)); err != nil {
		return fmt.Errorf("make the operator a member: %w", err)
	}

	return auditFirst(ctx, queries, made)
}

// auditFirst records that an organisation was made for a user whom nobody asked the api for either.
func auditFirst(ctx context.Context, queries *database.Queries, made database.Organisation) error {
	return auditPlatform(ctx, queries, &made.ID, organisationEvent("organisation.create", made.ID, map[string]any{detailSlug: made.Slug}))
}

// makeOperator makes a user an operator because somebody on the database said so.
func makeOperator(ctx context.Context, queries *database.Queries, user uuid.UUID) error {
	if _, err := queries.SetOperator(ctx, true, user); err != nil {
		return fmt.Errorf("make the user an operator: %w", err)
	}

	return auditPlatform(ctx, queries, nil, userEvent("user.update", user, map[string]any{"operator": true}))
}

func (b Bootstrap) node(ctx context.Context, queries *database.Queries) error {
	if b.Node == "" {
		return nil
	}

	node, err := ensure(
		func() (database.Node, error) { return queries.NodeByName(ctx, b.Node) },
		func() (database.Node, error) {
			return insertNode(ctx, queries, b.ClusterRange, usualPrefixLength, b.Node, b.Region)
		})
	if err != nil {
		return fmt.Errorf("make the node: %w", err)
	}

	return ensureToken(ctx, queries, b.Tokens.Node, database.EnsureTokenParams{Kind: nodeKind, NodeID: &node.ID})
}

func (b Bootstrap) edge(ctx context.Context, queries *database.Queries) error {
	if b.Edge == "" {
		return nil
	}

	edge, err := ensure(
		func() (database.Edge, error) { return queries.EdgeByName(ctx, b.Edge) },
		func() (database.Edge, error) { return queries.CreateEdge(ctx, id.New(), b.Edge, b.Region) })
	if err != nil {
		return fmt.Errorf("make the edge: %w", err)
	}

	return ensureToken(ctx, queries, b.Tokens.Edge, database.EnsureTokenParams{Kind: edgeKind, EdgeID: &edge.ID})
}

func ensureToken(ctx context.Context, queries *database.Queries, token string, params database.EnsureTokenParams) error {
	params.ID, params.Name, params.TokenHash = id.New(), cmp.Or(params.Name, "bootstrap"), secret.HashToken(token)

	if err := queries.EnsureToken(ctx, params); err != nil {
		return fmt.Errorf("store the token of the %s: %w", params.Kind, err)
	}

	return nil
}

// ensure finds a row, or makes it.
func ensure[T any](find, create func() (T, error)) (T, error) {
	row, err := find()
	if errors.Is(err, pgx.ErrNoRows) {
		return create()
	}

	return row, err
}

package api

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/problem"
	"github.com/zeitwork/zeitwork/internal/secret"
)

// The kinds of token, as api_tokens.kind has them.
const (
	userKind         = "user"
	organisationKind = "organisation"
	nodeKind         = "node"
	edgeKind         = "edge"
)

// caller is the user, node or edge that a token belongs to. Only the id that goes with the kind is set.
type caller struct {
	tokenID uuid.UUID
	kind    string
	// userID is, for a token of an organisation, the member that made it.
	userID uuid.UUID
	nodeID uuid.UUID
	edgeID uuid.UUID
	// operator is never set for a token of an organisation.
	operator bool
	// organisation and role are set for tokens of an organisation: they are for that one alone, and the role is the highest that they give.
	organisation *uuid.UUID
	role         role
}

// mayEnter tells whether the token is for that organisation.
func (c caller) mayEnter(organisation uuid.UUID) bool {
	return c.organisation == nil || *c.organisation == organisation
}

// roleAs returns the role that the token gives to a member.
func (c caller) roleAs(member role) role {
	if c.organisation == nil {
		return member
	}

	return member.atMost(c.role)
}

// self returns the token's id where it is one of an organisation: among a user's tokens it sees itself and those that were made with it.
func (c caller) self() *uuid.UUID {
	if c.organisation == nil {
		return nil
	}

	return &c.tokenID
}

// tokenUseInterval is the shortest time between two updates of a token's last use.
const tokenUseInterval = time.Minute

// refuse answers with a problem before an operation has begun.
func refuse(api huma.API, ctx huma.Context, err error) {
	p, ok := errors.AsType[*Problem](err)
	if !ok {
		p = problemOf(ctx.Context(), err)
	}

	if p.Status == http.StatusUnauthorized {
		ctx.SetHeader("WWW-Authenticate", `Bearer realm="zeitwork"`)
	}

	ctx.SetHeader("Content-Type", p.ContentType(""))
	ctx.SetStatus(p.Status)
	_ = api.Marshal(ctx.BodyWriter(), "application/json", p)
}

func (s *service) bearer(ctx context.Context, header string) (caller, error) {
	scheme, token, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "bearer") || token == "" {
		return caller{}, problem.New(problem.Unauthorized, "Sign in first: send a token as 'Authorization: Bearer <token>'.")
	}

	return s.callerWith(ctx, strings.TrimSpace(token))
}

// callerWith returns the caller that a token belongs to, or an unauthorized problem.
func (s *service) callerWith(ctx context.Context, token string) (caller, error) {
	row, err := s.queries.FindToken(ctx, secret.HashToken(token))
	if errors.Is(err, pgx.ErrNoRows) {
		return caller{}, problem.New(problem.Unauthorized, "The token is not valid: it was revoked, has expired or never was one. Sign in again.")
	}

	if err != nil {
		return caller{}, err
	}

	who := newCaller(row)

	t := row.ApiToken
	if t.LastUsedAt == nil || time.Since(*t.LastUsedAt) > tokenUseInterval {
		return who, s.noteUse(ctx, who)
	}

	return who, nil
}

func newCaller(row database.FindTokenRow) caller {
	t := row.ApiToken
	who := caller{tokenID: t.ID, kind: t.Kind, operator: row.Operator}

	switch t.Kind {
	case userKind:
		who.userID = *t.UserID
	case organisationKind:
		who.userID, who.organisation, who.role = *t.UserID, t.OrganisationID, role(*t.Role)
	case nodeKind:
		who.nodeID = *t.NodeID
	case edgeKind:
		who.edgeID = *t.EdgeID
	}

	return who
}

// noteUse remembers that a token was used. The first use is the caller's sign-in, which is audited.
func (s *service) noteUse(ctx context.Context, who caller) error {
	return s.inTx(ctx, func(queries *database.Queries) error {
		first, err := queries.TouchToken(ctx, who.tokenID)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil // Another request has noted it meanwhile.
		}

		if err != nil || !first {
			return err
		}

		return auditAs(ctx, queries, who, who.organisation, tokenEvent("token.first_use", who.tokenID, nil))
	})
}

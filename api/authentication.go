package api

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/httpsignature"
	"github.com/zeitwork/zeitwork/internal/problem"
	"github.com/zeitwork/zeitwork/internal/secret"
)

// The kinds of token, as api_tokens.kind has them.
const (
	userKind         = "user"
	organisationKind = "organisation"
	nodeKind         = "node"
	edgeKind         = "edge"
	// sessionKind is a token that stands in a browser's cookie. Its caller is of userKind.
	sessionKind = "session"
)

// caller is the user, node or edge that a token belongs to. Only the id that goes with the kind is set.
type caller struct {
	// tokenID is, for a caller in a session, the session's id.
	tokenID uuid.UUID
	kind    string
	// session tells that a user signed in with a browser and sends its cookie.
	session bool
	// userID is, for a token of an organisation, the member that made it.
	userID uuid.UUID
	nodeID uuid.UUID
	edgeID uuid.UUID
	// publicKey is, for a token that is bound to a machine, the key that has to sign its requests: whoever admits the caller calls requireSignature.
	publicKey []byte
	// clockAhead is how far the clock of a machine that signs its requests is ahead of this one; nil where it does not tell.
	clockAhead *time.Duration
	// operator is never set for a token of an organisation.
	operator bool
	// organisation and role are set for tokens of an organisation: they are for that one alone, and the role is the highest that they give.
	organisation *uuid.UUID
	role         role
}

// clockAheadMs is clockAhead in milliseconds.
func (c caller) clockAheadMs() *int32 {
	if c.clockAhead == nil {
		return nil
	}

	// Two weeks are far enough for a column.
	const most = 14 * day

	return new(int32(min(max(*c.clockAhead, -most), most).Milliseconds())) //nolint:gosec // See above.
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

// parent returns what a token that the caller makes is revoked with. What is made in a session outlasts it: a token for a program is none of the browser's.
func (c caller) parent() *uuid.UUID {
	if c.session {
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

// authenticate returns the caller of a request. A token in the header counts before the session in the cookie.
func (s *service) authenticate(ctx huma.Context) (caller, error) {
	header := ctx.Header("Authorization")

	if header == "" {
		if cookie, err := huma.ReadCookie(ctx, s.config.cookieName(sessionCookie)); err == nil {
			return s.callerInSession(ctx.Context(), cookie.Value)
		}
	}

	scheme, token, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "bearer") || token == "" {
		return caller{}, problem.New(problem.Unauthorized, "Sign in first: send a token as 'Authorization: Bearer <token>'.")
	}

	who, err := s.callerWith(ctx.Context(), strings.TrimSpace(token))
	if err != nil {
		return caller{}, err
	}

	if err := requireSignature(ctx, who); err != nil || who.publicKey == nil {
		return who, err
	}

	request, _ := humago.Unwrap(ctx)
	if ahead, ok := httpsignature.ClockAhead(request, time.Now()); ok {
		who.clockAhead = &ahead
	}

	return who, nil
}

// callerWith returns the caller that a token belongs to, or an unauthorized problem. The secret of a session is no token.
func (s *service) callerWith(ctx context.Context, token string) (caller, error) {
	who, err := s.holderOf(ctx, token)
	if errors.Is(err, pgx.ErrNoRows) || err == nil && who.session {
		return caller{}, problem.New(problem.Unauthorized, "The token is not valid: it was revoked, has expired or never was one. Sign in again.")
	}

	return who, err
}

// callerInSession returns the caller that a cookie belongs to, or an unauthorized problem. A token is no session.
func (s *service) callerInSession(ctx context.Context, cookie string) (caller, error) {
	who, err := s.holderOf(ctx, cookie)
	if errors.Is(err, pgx.ErrNoRows) || err == nil && !who.session {
		return caller{}, problem.New(problem.Unauthorized, "Your sign-in has ended. Sign in again at %s.", s.config.at(signInPath))
	}

	return who, err
}

// holderOf returns whom a secret belongs to, and pgx.ErrNoRows where it is nobody's or over.
func (s *service) holderOf(ctx context.Context, text string) (caller, error) {
	row, err := s.queries.FindToken(ctx, secret.HashToken(text))
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
	case sessionKind:
		who.kind, who.session, who.userID = userKind, true, *t.UserID
	case organisationKind:
		who.userID, who.organisation, who.role = *t.UserID, t.OrganisationID, role(*t.Role)
	case nodeKind:
		who.nodeID, who.publicKey = *t.NodeID, t.PublicKey
	case edgeKind:
		who.edgeID, who.publicKey = *t.EdgeID, t.PublicKey
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

		if err == nil && who.session {
			err = queries.ProlongSession(ctx, sessionLifetime, who.tokenID, who.userID)
		}

		if err != nil || !first {
			return err
		}

		return auditAs(ctx, queries, who, who.organisation, tokenEvent("token.first_use", who.tokenID, nil))
	})
}

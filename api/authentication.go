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

	"github.com/zeitwork/zeitwork/internal/problem"
	"github.com/zeitwork/zeitwork/internal/secret"
)

// The kinds of token, as api_tokens.kind has them.
const (
	userKind = "user"
	nodeKind = "node"
	edgeKind = "edge"
)

// caller is the user, node or edge that a token belongs to. Only the id that goes with the kind is set.
type caller struct {
	tokenID  uuid.UUID
	kind     string
	userID   uuid.UUID
	nodeID   uuid.UUID
	edgeID   uuid.UUID
	operator bool
}

// tokenUseInterval is the shortest time between two updates of a token's last use.
const tokenUseInterval = time.Minute

type callerKey struct{}

// callerOf returns the caller that was authenticated. It panics for an operation without a security scheme.
func callerOf(ctx context.Context) caller {
	return ctx.Value(callerKey{}).(caller) //nolint:forcetypeassert // See above.
}

// authenticate lets an operation run only for a token of the kind that its security scheme names.
func (s *service) authenticate(api huma.API) func(huma.Context, func(huma.Context)) {
	kinds := map[string]string{userToken: userKind, nodeToken: nodeKind, edgeToken: edgeKind}

	return func(ctx huma.Context, next func(huma.Context)) {
		for _, requirement := range ctx.Operation().Security {
			for scheme := range requirement {
				who, err := s.bearer(ctx.Context(), ctx.Header("Authorization"))
				if err == nil && who.kind != kinds[scheme] {
					err = problem.New(problem.Forbidden, "This needs the token of a %s; yours is the token of a %s.", kinds[scheme], who.kind)
				}

				if err != nil {
					refuse(api, ctx, err)

					return
				}

				ctx = huma.WithValue(ctx, callerKey{}, who)
			}
		}

		next(ctx)
	}
}

// refuse answers with a problem before an operation has begun.
func refuse(api huma.API, ctx huma.Context, err error) {
	p := problemOf(ctx.Context(), err)
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

	t := row.ApiToken
	if t.LastUsedAt == nil || time.Since(*t.LastUsedAt) > tokenUseInterval {
		if err := s.queries.TouchToken(ctx, t.ID); err != nil {
			return caller{}, err
		}
	}

	who := caller{tokenID: t.ID, kind: t.Kind, operator: row.Operator}
	switch t.Kind {
	case userKind:
		who.userID = *t.UserID
	case nodeKind:
		who.nodeID = *t.NodeID
	case edgeKind:
		who.edgeID = *t.EdgeID
	}

	return who, nil
}

// operator returns a forbidden problem for callers that are not operators.
func operator(ctx context.Context) error {
	if !callerOf(ctx).operator {
		return problem.New(problem.Forbidden, "Only operators of this platform may do that.")
	}

	return nil
}

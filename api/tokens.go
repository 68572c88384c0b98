package api

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/problem"
	"github.com/zeitwork/zeitwork/internal/secret"
)

// The prefixes of tokens, by which people and secret scanners recognise them.
const (
	userPrefix         = "zwu_"
	organisationPrefix = "zwo_"
	nodePrefix         = "zwn_"
	edgePrefix         = "zwe_"
)

const day = 24 * time.Hour

func (s *service) listTokens(ctx context.Context, input *PageInput) (*PageOutput[Token], error) {
	before, err := input.before()
	if err != nil {
		return nil, err
	}

	who := callerOf(ctx)

	rows, err := s.queries.ListTokens(ctx, database.ListTokensParams{UserID: who.userID, SeenBy: who.self(), Before: before, MaxRows: input.rows()})
	if err != nil {
		return nil, err
	}

	return page(*input, rows, newToken, func(t Token) uuid.UUID { return t.ID }), nil
}

func (s *service) createToken(ctx context.Context, input *CreateTokenInput) (*NewTokenOutput, error) {
	who := callerOf(ctx)
	params := database.CreateTokenParams{
		ID: id.New(), Kind: userKind, Name: input.Body.Name, UserID: &who.userID, ParentID: who.parent(),
		OrganisationID: lo.CoalesceOrEmpty(input.Body.OrganisationID, who.organisation), Role: lo.EmptyableToPtr(input.Body.Role),
	}

	switch {
	case params.OrganisationID == nil && params.Role != nil:
		return nil, problem.New(problem.Invalid, "A role is for a token of an organisation: name that one, too. Your own tokens may do all that you may.")
	case params.OrganisationID != nil:
		params.Kind = organisationKind

		var err error
		if ctx, err = s.enter(ctx, *params.OrganisationID); err != nil {
			return nil, err
		}

		params.Role = lo.CoalesceOrEmpty(params.Role, new(string(roleDeveloper.atMost(admissionOf(ctx).role))))
	}

	if input.Body.ExpiresInDays > 0 {
		params.ExpiresAt = new(time.Now().Add(time.Duration(input.Body.ExpiresInDays) * day))
	}

	var output *NewTokenOutput

	return output, s.inTx(ctx, func(queries *database.Queries) (err error) {
		output, err = makeToken(ctx, queries, params)

		return err
	})
}

// makeToken stores a token that the caller makes: it may not do more than the caller, and ends with the caller's own token, if it has that as its parent.
func makeToken(ctx context.Context, queries *database.Queries, params database.CreateTokenParams) (*NewTokenOutput, error) {
	if params.OrganisationID != nil {
		yours, err := hold(ctx, queries)
		if err != nil {
			return nil, err
		}

		if err := yours.require(role(*params.Role)); err != nil {
			return nil, problem.Wrap(err, problem.Forbidden, "A token cannot have a role above your own, which is %s.", yours)
		}
	}

	parent, err := holdToken(ctx, queries)
	if err != nil {
		return nil, err
	}

	if parent.ExpiresAt != nil && params.ParentID != nil {
		if params.ExpiresAt != nil && params.ExpiresAt.After(*parent.ExpiresAt) {
			return nil, problem.New(problem.Invalid, "The token cannot outlive the one that makes it, which ends at %s.",
				parent.ExpiresAt.UTC().Format(time.RFC3339))
		}

		params.ExpiresAt = lo.CoalesceOrEmpty(params.ExpiresAt, parent.ExpiresAt)
	}

	made, err := storeToken(ctx, queries, params)
	if err != nil {
		return nil, err
	}

	return made, audit(ctx, queries, tokenEvent("token.create", params.ID, map[string]any{"token": params.Name, "role": lo.FromPtr(params.Role)}))
}

// maxTokenDepth bounds how many tokens may have been made one with the other.
const maxTokenDepth = 10

// holdToken keeps the caller's own token valid until the transaction ends: what is made with it is then found when it, or one that it was made with, is
// revoked.
func holdToken(ctx context.Context, queries *database.Queries) (database.ApiToken, error) {
	line, err := queries.HoldToken(ctx, callerOf(ctx).tokenID, maxTokenDepth)
	if err != nil {
		return database.ApiToken{}, err
	}

	own, ok := lo.Last(line)
	if !ok || lo.SomeBy(line, isRevoked) || (own.ExpiresAt != nil && own.ExpiresAt.Before(time.Now())) {
		return own, problem.New(problem.Unauthorized, "The token is not valid any more.")
	}

	if len(line) > maxTokenDepth {
		return own, problem.New(problem.Conflict,
			"Your token was made with a token that was made with another one, and so on, %d times. Make the new one with one of those.", maxTokenDepth)
	}

	return own, nil
}

func isRevoked(token database.ApiToken) bool { return token.RevokedAt != nil }

func storeToken(ctx context.Context, queries *database.Queries, params database.CreateTokenParams) (*NewTokenOutput, error) {
	token := secret.NewToken(lo.Ternary(params.Kind == organisationKind, organisationPrefix, userPrefix))
	params.TokenHash = secret.HashToken(token)

	created, err := queries.CreateToken(ctx, params)
	if err != nil {
		return nil, err
	}

	return &NewTokenOutput{Body: NewToken{Token: newToken(created), Secret: token}}, nil
}

func (s *service) revokeToken(ctx context.Context, input *TokenPath) (*struct{}, error) {
	return nil, s.inTx(ctx, func(queries *database.Queries) error {
		token, err := lockOwnToken(ctx, queries, input.TokenID)
		if err != nil {
			return err
		}

		return revoke(ctx, queries, token)
	})
}

// lockOwnToken returns one of the caller's tokens and locks it.
func lockOwnToken(ctx context.Context, queries *database.Queries, token uuid.UUID) (database.ApiToken, error) {
	who := callerOf(ctx)
	row, err := queries.LockOwnToken(ctx, token, who.userID, who.self())

	return found(row, err, "token")
}

// revoke ends a token, which is locked, with all that were made with it.
func revoke(ctx context.Context, queries *database.Queries, token database.ApiToken) error {
	if err := revokeAll(ctx, queries, token.ID); err != nil {
		return err
	}

	return auditAs(ctx, queries, callerOf(ctx), token.OrganisationID, tokenEvent("token.revoke", token.ID, map[string]any{"token": token.Name}))
}

// revokeAll ends tokens with all that were made with them.
func revokeAll(ctx context.Context, queries *database.Queries, tokens ...uuid.UUID) error {
	for {
		revoked, err := queries.RevokeTokens(ctx, tokens)
		if err != nil || revoked == 0 {
			return err
		}
	}
}

func newToken(row database.ApiToken) Token {
	return Token{
		ID: row.ID, Name: row.Name, OrganisationID: row.OrganisationID, Role: lo.FromPtr(row.Role), ParentID: row.ParentID,
		CreatedAt: row.CreatedAt, LastUsedAt: row.LastUsedAt, ExpiresAt: row.ExpiresAt,
	}
}

func tokenEvent(action string, token uuid.UUID, details map[string]any) AuditEvent {
	return AuditEvent{Action: action, SubjectType: "token", SubjectID: token, Details: details}
}

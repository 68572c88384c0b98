package api

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/problem"
	"github.com/zeitwork/zeitwork/internal/secret"
)

// The prefixes of tokens, by which people and secret scanners recognise them.
const (
	userPrefix = "zwu_"
	nodePrefix = "zwn_"
	edgePrefix = "zwe_"
)

const day = 24 * time.Hour

func (s *service) listTokens(ctx context.Context, input *PageInput) (*PageOutput[Token], error) {
	before, err := input.before()
	if err != nil {
		return nil, err
	}

	rows, err := s.queries.ListTokens(ctx, callerOf(ctx).userID, before, input.rows())
	if err != nil {
		return nil, err
	}

	return page(*input, rows, newToken, func(t Token) uuid.UUID { return t.ID }), nil
}

func (s *service) createToken(ctx context.Context, input *CreateTokenInput) (*NewTokenOutput, error) {
	who, token := callerOf(ctx), secret.NewToken(userPrefix)

	var expires *time.Time
	if input.Body.ExpiresInDays > 0 {
		expires = new(time.Now().Add(time.Duration(input.Body.ExpiresInDays) * day))
	}

	var created database.ApiToken

	err := s.inTx(ctx, func(queries *database.Queries) error {
		var err error

		created, err = queries.CreateToken(ctx, database.CreateTokenParams{
			ID: id.New(), Kind: userKind, Name: input.Body.Name, TokenHash: secret.HashToken(token), UserID: &who.userID, ExpiresAt: expires,
		})
		if err != nil {
			return err
		}

		return audit(ctx, queries, nil, AuditEvent{Action: "token.create", SubjectType: "token", SubjectID: created.ID})
	})
	if err != nil {
		return nil, err
	}

	return &NewTokenOutput{Body: NewToken{Token: newToken(created), Secret: token}}, nil
}

func (s *service) revokeToken(ctx context.Context, input *TokenPath) (*struct{}, error) {
	return nil, s.inTx(ctx, func(queries *database.Queries) error {
		revoked, err := queries.RevokeToken(ctx, input.TokenID, callerOf(ctx).userID)
		if err != nil {
			return err
		}

		if revoked == 0 {
			return problem.New(problem.NotFound, "There is no such token, or it is not yours.")
		}

		return audit(ctx, queries, nil, AuditEvent{Action: "token.revoke", SubjectType: "token", SubjectID: input.TokenID})
	})
}

func newToken(row database.ApiToken) Token {
	return Token{ID: row.ID, Name: row.Name, CreatedAt: row.CreatedAt, LastUsedAt: row.LastUsedAt, ExpiresAt: row.ExpiresAt}
}

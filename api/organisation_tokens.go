package api

import (
	"context"

	"github.com/google/uuid"

	"github.com/zeitwork/zeitwork/database"
)

func (s *service) listOrganisationTokens(ctx context.Context, input *ListOrganisationTokensInput) (*PageOutput[OrganisationToken], error) {
	before, err := input.before()
	if err != nil {
		return nil, err
	}

	rows, err := s.queries.ListOrganisationTokens(ctx, organisationOf(ctx), before, input.rows())
	if err != nil {
		return nil, err
	}

	return page(input.PageInput, rows,
		func(r database.ListOrganisationTokensRow) OrganisationToken {
			return OrganisationToken{Token: newToken(r.ApiToken), MadeBy: newAccount(r.User)}
		},
		func(t OrganisationToken) uuid.UUID { return t.ID }), nil
}

func (s *service) revokeOrganisationToken(ctx context.Context, input *OrganisationTokenPath) (*struct{}, error) {
	return nil, s.inTx(ctx, func(queries *database.Queries) error {
		token, err := queries.LockOrganisationToken(ctx, input.TokenID, organisationOf(ctx))
		if token, err = found(token, err, "token"); err != nil {
			return err
		}

		return revoke(ctx, queries, token)
	})
}

// revokeTokensMadeIn ends the tokens of the operation's organisation that a user has made, or all of them where user is nil.
func revokeTokensMadeIn(ctx context.Context, queries *database.Queries, user *uuid.UUID) error {
	tokens, err := queries.ListTokensMadeIn(ctx, organisationOf(ctx), user)
	if err != nil {
		return err
	}

	return revokeAll(ctx, queries, tokens...)
}

package api

import (
	"context"
	"time"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// rotateToken replaces a token by a new one that may do the same until the same time. The old one stays valid for a while, and belongs to the new one
// from then on, as does all that was made with it: who revokes the new one revokes all of them.
func (s *service) rotateToken(ctx context.Context, input *RotateTokenInput) (*NewTokenOutput, error) {
	var output *NewTokenOutput

	return output, s.inTx(ctx, func(queries *database.Queries) error {
		old, err := lockOwnToken(ctx, queries, input.TokenID)
		if err != nil {
			return err
		}

		if err := mayRotate(ctx, queries, old); err != nil {
			return err
		}

		params := database.CreateTokenParams{
			ID: id.New(), Kind: old.Kind, Name: old.Name, UserID: old.UserID, OrganisationID: old.OrganisationID, Role: old.Role,
			ParentID: old.ParentID, ExpiresAt: old.ExpiresAt,
		}

		if output, err = storeToken(ctx, queries, params); err != nil {
			return err
		}

		if err := queries.PutTokenBelow(ctx, params.ID, old.ID, input.Body.keepOld()); err != nil {
			return err
		}

		return auditAs(ctx, queries, callerOf(ctx), old.OrganisationID, tokenEvent("token.rotate", old.ID, map[string]any{"new_token_id": params.ID}))
	})
}

// mayRotate refuses a token that was not made with the caller's: the new secret would outlive the caller's token.
func mayRotate(ctx context.Context, queries *database.Queries, old database.ApiToken) error {
	if old.ExpiresAt != nil && old.ExpiresAt.Before(time.Now()) {
		return problem.New(problem.Conflict, "The token has expired. Make another one.")
	}

	// Whoever is in a session makes tokens that outlast it anyway.
	if callerOf(ctx).session {
		return nil
	}

	above, err := queries.TokenStandsAbove(ctx, callerOf(ctx).tokenID, old.ID)
	if err == nil && !above {
		err = problem.New(problem.Forbidden,
			"A token can rotate itself and those that were made with it. Sign in with that one, or revoke it and make another one.")
	}

	return err
}

// keepOldMinutes is how long an old token stays valid where nothing else is said.
const keepOldMinutes = 60

func (r Rotation) keepOld() time.Duration {
	return time.Duration(lo.FromPtrOr(r.KeepOldMinutes, keepOldMinutes)) * time.Minute
}

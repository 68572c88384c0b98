package api

import (
	"context"
	"fmt"
	"net/mail"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/problem"
	"github.com/zeitwork/zeitwork/internal/secret"
)

// AddUser makes the user with that address where there is none, with an organisation of their own, and returns a new token of theirs. Operator makes
// them an operator, too; without it a user who is one stays it. A user with an account at GitHub is a conflict unless login names that account: who has
// signed in with the address need not be who is meant. It asks nobody for permission: whoever calls it holds the database.
func AddUser(ctx context.Context, pool *pgxpool.Pool, email, login string, operator bool) (token string, err error) {
	parsed, err := mail.ParseAddress(email)
	if err != nil || parsed.Address != email {
		return "", problem.New(problem.Invalid, "%q is no email address.", email)
	}

	token = secret.NewToken(userPrefix)

	err = database.InTx(ctx, pool, func(_ pgx.Tx, queries *database.Queries) error {
		if err := queries.LockOperators(ctx); err != nil {
			return err
		}

		user, err := queries.EnsureUser(ctx, id.New(), strings.ToLower(email))
		if err != nil {
			return err
		}

		if known := lo.FromPtr(user.GithubLogin); user.GithubID != nil && !strings.EqualFold(known, login) {
			return problem.New(problem.Conflict, "%s is the address of a user who has signed in as %s on GitHub, since %s. "+
				"Whoever once read mail there may be that user. If it is the one you mean, say so: --github-login %s.",
				email, known, user.CreatedAt.Format(time.DateOnly), known)
		}

		if operator && !user.Operator {
			if err := makeOperator(ctx, queries, user.ID); err != nil {
				return err
			}
		}

		if err := ensureOrganisation(ctx, queries, user); err != nil {
			return err
		}

		if err := ensureToken(ctx, queries, token, database.EnsureTokenParams{Kind: userKind, Name: "added by an operator", UserID: &user.ID}); err != nil {
			return err
		}

		return auditPlatform(ctx, queries, nil, userEvent("user.add", user.ID, nil))
	})
	if err != nil {
		return "", fmt.Errorf("add the user: %w", err)
	}

	return token, nil
}

// ensureOrganisation makes an organisation for a user who is a member of none.
func ensureOrganisation(ctx context.Context, queries *database.Queries, user database.User) error {
	has, err := queries.ListOrganisationsOf(ctx, database.ListOrganisationsOfParams{UserID: user.ID, Before: uuid.Max, MaxRows: 1})
	if err != nil || len(has) > 0 {
		return err
	}

	name, _, _ := strings.Cut(user.Email, "@")
	isTaken := func(candidate string) (bool, error) { return queries.OrganisationSlugTaken(ctx, candidate) }

	slug, err := freeSlug(name, "", "organisation", isTaken)
	if err != nil {
		return err
	}

	organisation, err := queries.CreateOrganisation(ctx, id.New(), slug, name)
	if err != nil {
		return err
	}

	if err := makePersonal(ctx, queries, organisation.ID, user.ID); err != nil {
		return err
	}

	return auditFirst(ctx, queries, organisation)
}

// makePersonal makes a user the owner of an organisation of their own.
func makePersonal(ctx context.Context, queries *database.Queries, organisation, user uuid.UUID) error {
	if err := queries.MakePersonal(ctx, user, organisation); err != nil {
		return err
	}

	return queries.AddMember(ctx, organisation, user, string(roleOwner))
}

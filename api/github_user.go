package api

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"unicode"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/api/internal/signin"
	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// signInWithGitHub starts a session of the user who has that account at GitHub. Whoever has none yet becomes a user, with an organisation of their own.
func (s *service) signInWithGitHub(ctx context.Context, identity signin.Identity, request *http.Request) (cookie *http.Cookie, err error) {
	account, err := newGitHubAccount(identity)
	if err != nil {
		return nil, err
	}

	isTaken := func(candidate string) (bool, error) { return s.queries.OrganisationSlugTaken(ctx, candidate) }

	return cookie, withFreeSlug(account.login, "", "organisation", isTaken, func(slug string) error {
		return s.inTx(ctx, func(queries *database.Queries) error {
			user, err := account.user(ctx, queries, slug)
			if err != nil {
				return err
			}

			cookie, err = s.startSession(ctx, queries, user, providerGitHub, request)

			return err
		})
	})
}

// connectGitHub ties an account at GitHub to a user who is signed in, and signs them in anew.
func (s *service) connectGitHub(ctx context.Context, who caller, identity signin.Identity) error {
	account, err := newGitHubAccount(identity)
	if err != nil {
		return err
	}

	return s.inTx(ctx, func(queries *database.Queries) error {
		if err := account.hold(ctx, queries); err != nil {
			return err
		}

		_, err := queries.TieGithub(ctx, account.id, account.login, who.userID)
		if errors.Is(err, pgx.ErrNoRows) {
			return problem.New(problem.Conflict, "You have connected another account at GitHub already, and sign in with that one.")
		}

		if err = taken(err, problem.New(problem.Conflict,
			"The account %s at GitHub is another user's here: sign out, and sign in with GitHub to be that user.", account.login)); err != nil {
			return err
		}

		return auditAs(ctx, queries, who, nil, userEvent("user.connect", who.userID, account.details()))
	})
}

// gitHubAccount is somebody's account at GitHub.
type gitHubAccount struct {
	id          int64
	login, name string
	// email is the address that GitHub has verified, or nothing.
	email string
}

func newGitHubAccount(identity signin.Identity) (gitHubAccount, error) {
	number, err := strconv.ParseInt(identity.Subject, 10, 64)
	if err != nil || number <= 0 || identity.Login == "" {
		return gitHubAccount{}, fmt.Errorf("GitHub tells of an account without an id or a login: %w", err)
	}

	account := gitHubAccount{id: number, login: identity.Login, name: cmp.Or(oneLine(identity.Name), identity.Login)}
	if len(identity.Emails) > 0 {
		account.email = identity.Emails[0]
	}

	return account, nil
}

// maxName is how many characters of a name are kept.
const maxName = 100

// oneLine returns a name that somebody gave themself elsewhere without what is none of a name's.
func oneLine(name string) string {
	printable := strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return -1
		}

		return r
	}, name)

	return strings.TrimSpace(lo.Substring(printable, 0, maxName))
}

func (a gitHubAccount) details() map[string]any {
	return map[string]any{"github_id": a.id, "github_login": a.login}
}

// hold has other sign-ins of the account wait, and takes its login from whoever had it before: GitHub gives logins that were given up to others.
func (a gitHubAccount) hold(ctx context.Context, queries *database.Queries) error {
	if err := queries.LockGithubAccount(ctx, a.id); err != nil {
		return err
	}

	return queries.ReleaseGithubLogin(ctx, a.login, a.id)
}

// user returns the user who has the account, and makes them where there is none. An account is known by its id alone.
func (a gitHubAccount) user(ctx context.Context, queries *database.Queries, slug string) (uuid.UUID, error) {
	if err := a.hold(ctx, queries); err != nil {
		return uuid.Nil, err
	}

	found, err := queries.UserByGithubID(ctx, a.id)
	if errors.Is(err, pgx.ErrNoRows) {
		return a.newUser(ctx, queries, slug)
	}

	if err != nil {
		return uuid.Nil, err
	}

	// The login may be another one since the last time.
	_, err = queries.TieGithub(ctx, a.id, a.login, found.ID)

	return found.ID, err
}

// newUser makes a user with an organisation of their own. An address that is another user's stays that one's: to be known at GitHub by an address is no
// proof of being that user.
func (a gitHubAccount) newUser(ctx context.Context, queries *database.Queries, slug string) (uuid.UUID, error) {
	made, err := database.User{}, pgx.ErrNoRows

	for _, email := range []string{a.email, fmt.Sprintf("%d+%s@users.noreply.github.com", a.id, strings.ToLower(a.login))} {
		if email == "" || !errors.Is(err, pgx.ErrNoRows) {
			continue
		}

		made, err = queries.CreateUser(ctx, database.CreateUserParams{
			ID: id.New(), Email: email, Name: a.name, EmailVerified: email == a.email, GithubID: &a.id, GithubLogin: &a.login,
		})
	}

	if err != nil {
		return uuid.Nil, fmt.Errorf("make the user of an account at GitHub: %w", err)
	}

	organisation, err := queries.CreateOrganisation(ctx, id.New(), slug, a.name)
	if err != nil {
		return uuid.Nil, taken(err, errSlugTaken)
	}

	if err := makePersonal(ctx, queries, organisation.ID, made.ID); err != nil {
		return uuid.Nil, err
	}

	who := caller{kind: userKind, userID: made.ID}

	return made.ID, errors.Join(
		auditAs(ctx, queries, who, nil, userEvent("user.create", made.ID, a.details())),
		auditAs(ctx, queries, who, &organisation.ID, organisationEvent("organisation.create", organisation.ID, map[string]any{detailSlug: slug})))
}

package api

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/problem"
	"github.com/zeitwork/zeitwork/internal/secret"
)

const (
	// CodeLifetime is how long a code signs its user in.
	CodeLifetime = time.Hour
	// halfCode is how many characters a code has on each side of its hyphen: 80 bits in all, which nobody guesses.
	halfCode = 8
)

// NewSignInCode returns a code that signs the user with that address in once, at /sign-in of the API. The code before it is good no longer. It asks nobody
// for permission: whoever calls it holds the database.
func NewSignInCode(ctx context.Context, pool *pgxpool.Pool, email string) (code string, err error) {
	text := rand.Text()[:2*halfCode]

	err = database.InTx(ctx, pool, func(_ pgx.Tx, queries *database.Queries) error {
		user, err := queries.UserByEmail(ctx, strings.ToLower(email))
		if errors.Is(err, pgx.ErrNoRows) {
			return problem.New(problem.NotFound, "There is no user with the address %q. `zeitwork admin users add` makes one.", email)
		}

		if err != nil {
			return err
		}

		if err := queries.EndSignInCodes(ctx, user.ID); err != nil {
			return err
		}

		return errors.Join(
			queries.CreateSignInCode(ctx, database.CreateSignInCodeParams{
				ID: id.New(), CodeHash: secret.HashToken(text), UserID: user.ID, Lifetime: CodeLifetime,
			}),
			auditPlatform(ctx, queries, nil, userEvent("user.sign_in_code", user.ID, nil)))
	})
	if err != nil {
		return "", fmt.Errorf("make a code to sign in with: %w", err)
	}

	return text[:halfCode] + "-" + text[halfCode:], nil
}

// signInWithCode starts a session of the user whose code it is.
func (s *service) signInWithCode(ctx context.Context, typed string, request *http.Request) (cookie *http.Cookie, err error) {
	return cookie, s.inTx(ctx, func(queries *database.Queries) error {
		user, err := queries.UseSignInCode(ctx, secret.HashToken(readCode(typed)))
		if errors.Is(err, pgx.ErrNoRows) {
			return problem.New(problem.Unauthorized,
				"This code signs nobody in: it was used, has expired or never was one. `zeitwork admin users sign-in` prints another.")
		}

		if err != nil {
			return err
		}

		cookie, err = s.startSession(ctx, queries, user, providerCode, request)

		return err
	})
}

// readCode reads a code as it was typed: in any case, with or without its hyphen, and with digits for the letters that they look like.
func readCode(typed string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '0':
			return 'O'
		case r == '1':
			return 'I'
		case r == '8':
			return 'B'
		case r >= 'A' && r <= 'Z' || r >= '2' && r <= '7':
			return r
		default:
			return -1
		}
	}, strings.ToUpper(typed))
}

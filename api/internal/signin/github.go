package signin

import (
	"context"
	"errors"
	"log/slog"
	"net/url"
	"strconv"
	"time"

	"github.com/zeitwork/zeitwork/database/githubapp"
	"github.com/zeitwork/zeitwork/internal/github"
	"github.com/zeitwork/zeitwork/internal/logging"
	"github.com/zeitwork/zeitwork/internal/problem"
)

const (
	// patience is how long GitHub may take for a whole sign-in, for which somebody waits.
	patience = 25 * time.Second
	// revokeTime is how long it may take to end a token in the end.
	revokeTime = 5 * time.Second
)

// GitHub signs people in with the platform's GitHub App.
type GitHub struct {
	Apps   *githubapp.Apps
	Logger *slog.Logger
}

// IsReady implements Provider: the platform has an App. One that is configured is not looked up for that, since GitHub may be slow.
func (g GitHub) IsReady(ctx context.Context) bool {
	if g.Apps.IsConfigured() {
		return true
	}

	_, err := g.Apps.Current(ctx)

	return err == nil
}

// Origin implements Provider.
func (g GitHub) Origin() string {
	at, err := url.Parse(g.Apps.Client().URL())
	if err != nil {
		return ""
	}

	return at.Scheme + "://" + at.Host
}

// URL implements Provider.
func (g GitHub) URL(ctx context.Context, attempt Attempt) (string, error) {
	app, err := g.Apps.Current(ctx)
	if err != nil {
		return "", err
	}

	return app.AuthorizeURL(github.SignIn(attempt)), nil
}

// Identify implements Provider. The user's token is ended as soon as it has told who the user is: nobody keeps it.
func (g GitHub) Identify(ctx context.Context, attempt Attempt, code string) (Identity, error) {
	app, err := g.Apps.Current(ctx)
	if err != nil {
		return Identity{}, err
	}

	inTime, cancel := context.WithTimeout(ctx, patience)
	defer cancel()

	token, err := app.Exchange(inTime, github.SignIn(attempt), code)
	if err != nil {
		return Identity{}, slow(err)
	}

	defer g.end(context.WithoutCancel(ctx), app, token)

	profile, err := app.User(token.Access).Profile(inTime)
	if err != nil {
		return Identity{}, slow(err)
	}

	return Identity{
		Subject: strconv.FormatInt(profile.ID, 10), Login: profile.Login, Name: profile.Name, Emails: profile.Emails,
	}, nil
}

// end ends a token that is not needed any more. One that GitHub does not end is over after some hours, and stands nowhere.
func (g GitHub) end(ctx context.Context, app *github.App, token github.UserToken) {
	ctx, cancel := context.WithTimeout(ctx, revokeTime)
	defer cancel()

	if err := app.Revoke(ctx, token.Access); err != nil {
		g.Logger.WarnContext(ctx, "GitHub has not ended the token of a sign-in", logging.Error(err))
	}
}

// slow gives a GitHub that takes too long a sentence.
func slow(err error) error {
	if errors.Is(err, context.DeadlineExceeded) {
		return problem.Wrap(err, problem.Unavailable, "GitHub takes too long to answer. Sign in again in a moment.")
	}

	return err
}

package github

import (
	"context"
	"crypto/rsa"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/go-github/v66/github"

	"github.com/zeitwork/zeitwork/internal/problem"
)

const (
	// appTokenLifetime is how long a JWT of the App is good for, of at most ten minutes; clockSkew is how far GitHub's clock may be behind.
	appTokenLifetime = 8 * time.Minute
	clockSkew        = time.Minute
)

// App acts for a GitHub App.
type App struct {
	client      *Client
	credentials Credentials
	key         *rsa.PrivateKey
	asker       *asker

	mutex         sync.Mutex
	installations map[int64]*Installation
}

// App returns what acts for a GitHub App. A private key that cannot be read is a problem.
func (c *Client) App(credentials Credentials) (*App, error) {
	key, err := jwt.ParseRSAPrivateKeyFromPEM([]byte(credentials.PrivateKey))
	if err != nil {
		// The parser's errors name no part of the key.
		return nil, problem.Wrap(err, problem.Invalid, "The private key of the GitHub App cannot be read. Give the whole .pem file that GitHub made for the App.")
	}

	a := &App{client: c, credentials: credentials, key: key, installations: map[int64]*Installation{}}
	a.asker = c.asking(newBudget(c.now), func(*http.Request) (string, error) { return a.bearer() })

	return a, nil
}

// bearer signs what shows that the App asks.
func (a *App) bearer() (string, error) {
	now := a.client.now()

	signed, err := jwt.NewWithClaims(jwt.SigningMethodRS256, jwt.RegisteredClaims{
		Issuer: strconv.FormatInt(a.credentials.ID, 10), IssuedAt: jwt.NewNumericDate(now.Add(-clockSkew)),
		ExpiresAt: jwt.NewNumericDate(now.Add(appTokenLifetime)),
	}).SignedString(a.key)
	if err != nil {
		return "", fmt.Errorf("sign as the GitHub App: %w", err)
	}

	return "Bearer " + signed, nil
}

// Installations returns all installations of the App, those that are suspended too. One that was removed is not among them.
func (a *App) Installations(ctx context.Context) ([]InstallationState, error) {
	found, err := all(ctx, func(ctx context.Context, options github.ListOptions) ([]*github.Installation, *github.Response, error) {
		return a.asker.rest.Apps.ListInstallations(ctx, &options)
	})
	if err != nil {
		return nil, appError(err)
	}

	states := make([]InstallationState, len(found))
	for n, i := range found {
		states[n] = stateOf(i)
	}

	return states, nil
}

// State returns one installation as GitHub has it now. The reason of the error is Uninstalled where it was removed.
func (a *App) State(ctx context.Context, installation int64) (InstallationState, error) {
	found, _, err := a.asker.rest.Apps.GetInstallation(ctx, installation)
	if err != nil {
		return InstallationState{}, asUninstalled(appError(explain(ctx, err)))
	}

	return stateOf(found), nil
}

// Uninstall removes an installation. One that is no more is no error.
func (a *App) Uninstall(ctx context.Context, installation int64) error {
	_, err := a.asker.rest.Apps.DeleteInstallation(ctx, installation)
	if err = appError(explain(ctx, err)); ReasonOf(err) == NotFound {
		return nil
	}

	return err
}

// Installation returns what acts for one installation. Asked again it returns the same, since the limits are kept there.
func (a *App) Installation(id int64) *Installation {
	a.mutex.Lock()
	defer a.mutex.Unlock()

	i := a.installations[id]
	if i == nil {
		i = &Installation{app: a, id: id, budget: newBudget(a.client.now), tokens: map[string]*cachedToken{}}
		a.installations[id] = i
	}

	return i
}

// appError gives an error of the App itself its own sentence: nobody can mend it by signing in.
func appError(err error) error {
	if e, ok := asError(err); ok && e.Reason == Unauthorized {
		return problem.Wrap(e, problem.Unavailable,
			"GitHub does not accept the platform's GitHub App. An operator has to look whether the App still exists and its private key is the current one.")
	}

	return err
}

// asUninstalled reads that there is no such installation.
func asUninstalled(err error) error {
	if e, ok := asError(err); ok && e.Reason == NotFound {
		return (&Error{Reason: Uninstalled, Status: e.Status, Detail: e.Detail}).problem()
	}

	return err
}

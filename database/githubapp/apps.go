// Package githubapp holds the platform's GitHub App: the one that operators have configured, or else the one that was made from the platform, whose
// credentials are sealed in the database.
package githubapp

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/database/keyring"
	"github.com/zeitwork/zeitwork/internal/github"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// The kinds of secret that belong to a row of github_apps.
const (
	clientSecretKind = "github_app_client_secret" //nolint:gosec // A name, no secret.
	privateKeyKind   = "github_app_private_key"
)

// lookAgain is after how long a process looks whether the platform has another App by now.
const lookAgain = 2 * time.Second

// ErrNone says that the platform has no GitHub App yet.
var ErrNone = problem.New(problem.NotFound, "This platform has no GitHub App yet. An operator makes one with `zeitwork admin github`.")

// Config says where GitHub is and which App the platform has there.
type Config struct {
	github.Config

	App github.AppConfig
}

// Apps returns the platform's App. It may be used by any number of goroutines.
type Apps struct {
	config  Config
	pool    *pgxpool.Pool
	keyring *keyring.Keyring
	client  *github.Client

	mutex sync.Mutex
	// current is nil where there was none when the database was last asked, at looked.
	current *github.App
	row     uuid.UUID
	looked  time.Time
}

// New returns the Apps of that configuration. It asks GitHub nothing yet.
func New(config Config, pool *pgxpool.Pool, keys *keyring.Keyring, options github.Options) (*Apps, error) {
	// An operator who names another GitHub may have it on the operator's own network. That of everybody is on the internet.
	if options.Transport == nil && config.APIURL != defaultAPIURL {
		options.Transport = http.DefaultTransport
	}

	client, err := github.New(config.Config, options)
	if err != nil {
		return nil, err
	}

	return &Apps{config: config, pool: pool, keyring: keys, client: client}, nil
}

// defaultAPIURL is where the API of everybody's GitHub answers.
const defaultAPIURL = "https://api.github.com"

// Client knows where GitHub is.
func (a *Apps) Client() *github.Client { return a.client }

// IsConfigured tells that operators have configured the App, so that none can be made from the platform.
func (a *Apps) IsConfigured() bool { return a.config.App.IsSet() }

// Current returns the platform's App, or ErrNone. The same App is returned until there is another one, since it keeps the limits of installations.
func (a *Apps) Current(ctx context.Context) (*github.App, error) {
	a.mutex.Lock()
	defer a.mutex.Unlock()

	switch {
	case a.config.App.IsSet() && a.current == nil:
		credentials, err := a.config.App.Credentials(ctx, a.client)
		if err != nil {
			return nil, err
		}

		return a.use(uuid.Nil, credentials)
	case a.config.App.IsSet(), time.Since(a.looked) < lookAgain && a.current != nil:
		return a.current, nil
	}

	queries := database.New(a.pool)

	row, err := queries.GetGithubApp(ctx)
	if errors.Is(err, pgx.ErrNoRows) {
		a.current = nil

		return nil, ErrNone
	}

	if err != nil {
		return nil, fmt.Errorf("read the GitHub App: %w", err)
	}

	if a.current != nil && a.row == row.ID {
		a.looked = time.Now()

		return a.current, nil
	}

	credentials, err := a.read(ctx, queries, row)
	if err != nil {
		return nil, err
	}

	return a.use(row.ID, credentials)
}

// use makes an App current; the mutex is held.
func (a *Apps) use(row uuid.UUID, credentials github.Credentials) (*github.App, error) {
	app, err := a.client.App(credentials)
	if err != nil {
		return nil, err
	}

	a.current, a.row, a.looked = app, row, time.Now()

	return app, nil
}

// read returns the credentials of an App that was made from the platform.
func (a *Apps) read(ctx context.Context, queries *database.Queries, row database.GithubApp) (github.Credentials, error) {
	credentials := github.Credentials{ID: row.AppID, Slug: row.Slug, ClientID: row.ClientID}

	var err error

	if credentials.ClientSecret, err = a.keyring.Secret(ctx, queries, keyring.Secret{Kind: clientSecretKind, SubjectID: row.ID}); err != nil {
		return credentials, err
	}

	credentials.PrivateKey, err = a.keyring.Secret(ctx, queries, keyring.Secret{Kind: privateKeyKind, SubjectID: row.ID})

	return credentials, err
}

// Save makes an App that was made from the platform its App, in the place of the one that there was. The queries are those of a transaction. The user
// may be nil. An App that operators have configured is a conflict.
func (a *Apps) Save(ctx context.Context, queries *database.Queries, credentials github.Credentials, user *uuid.UUID) (uuid.UUID, error) {
	if a.IsConfigured() {
		return uuid.Nil, problem.New(problem.Conflict,
			"The GitHub App is configured by ZEITWORK_GITHUB_APP_ID and cannot be replaced from here. Take the setting away first.")
	}

	if _, err := queries.RemoveGithubApp(ctx); err != nil {
		return uuid.Nil, fmt.Errorf("remove the former GitHub App: %w", err)
	}

	row, err := queries.CreateGithubApp(ctx, database.CreateGithubAppParams{
		ID: id.New(), AppID: credentials.ID, Slug: credentials.Slug, ClientID: credentials.ClientID, CreatedBy: user,
	})
	if err != nil {
		return uuid.Nil, fmt.Errorf("insert the GitHub App: %w", err)
	}

	for kind, value := range map[string]string{clientSecretKind: credentials.ClientSecret, privateKeyKind: credentials.PrivateKey} {
		if err := a.keyring.PutSecret(ctx, queries, keyring.Secret{Kind: kind, SubjectID: row.ID}, value); err != nil {
			return uuid.Nil, err
		}
	}

	return row.ID, nil
}

package githubapp_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/database/databasetest"
	"github.com/zeitwork/zeitwork/database/githubapp"
	"github.com/zeitwork/zeitwork/database/keyring"
	"github.com/zeitwork/zeitwork/internal/github"
	"github.com/zeitwork/zeitwork/internal/problem"
	"github.com/zeitwork/zeitwork/internal/secret"
	"github.com/zeitwork/zeitwork/local/fakegithub"
	"github.com/zeitwork/zeitwork/test/githubtest"
)

// testBundle is a database of the platform, and a GitHub with an App.
type testBundle struct {
	githubtest.Example

	pool   *pgxpool.Pool
	keys   *keyring.Keyring
	server *githubtest.Server
}

func setup(t *testing.T) *testBundle {
	t.Helper()

	pool, server := databasetest.New(t), githubtest.New(t)

	keys, err := keyring.Open(t.Context(), pool, secret.Keys{Current: secret.GenerateKey()})
	require.NoError(t, err)

	return &testBundle{pool: pool, keys: keys, server: server, Example: server.NewExample(t)}
}

// apps are those of a process whose operators have configured the App given; nil for none.
func (b *testBundle) apps(t *testing.T, configured *fakegithub.App) *githubapp.Apps {
	t.Helper()

	config := githubapp.Config{Config: github.Config{URL: b.server.URL, APIURL: b.server.APIURL}}
	if configured != nil {
		config.App = github.AppConfig{ID: configured.ID, ClientSecret: configured.ClientSecret, PrivateKey: configured.PrivateKey}
	}

	apps, err := githubapp.New(config, b.pool, b.keys, github.Options{Transport: githubtest.Transport(), Now: b.server.Clock.Now})
	require.NoError(t, err)

	return apps
}

func (b *testBundle) save(t *testing.T, apps *githubapp.Apps, app fakegithub.App) error {
	t.Helper()

	return database.InTx(t.Context(), b.pool, func(_ pgx.Tx, queries *database.Queries) error {
		_, err := apps.Save(t.Context(), queries, github.Credentials{
			ID: app.ID, Slug: app.Slug, ClientID: app.ClientID, ClientSecret: app.ClientSecret, PrivateKey: app.PrivateKey,
		}, nil)

		return err
	})
}

func TestApps_SavedByOneProcess_IsUsedByAnother(t *testing.T) {
	t.Parallel()

	b := setup(t)
	api, worker := b.apps(t, nil), b.apps(t, nil)

	_, err := worker.Current(t.Context())
	require.ErrorIs(t, err, githubapp.ErrNone)

	require.NoError(t, b.save(t, api, b.App))

	app, err := worker.Current(t.Context())
	require.NoError(t, err)

	installations, err := app.Installations(t.Context())
	require.NoError(t, err)
	require.Len(t, installations, 1)

	again, err := worker.Current(t.Context())
	require.NoError(t, err)
	require.Same(t, app, again, "the same App keeps the limits")
}

func TestApps_SecondOne_ReplacesTheFirst(t *testing.T) {
	t.Parallel()

	b := setup(t)
	apps := b.apps(t, nil)
	require.NoError(t, b.save(t, apps, b.App))

	second, err := b.server.AddApp(githubtest.Owner, fakegithub.Manifest{Name: "Second", URL: "https://zeitwork.example", Public: true})
	require.NoError(t, err)
	require.NoError(t, b.save(t, apps, second))

	app, err := b.apps(t, nil).Current(t.Context())
	require.NoError(t, err)
	require.Contains(t, app.InstallURL("state"), "/second/")
}

func TestApps_ConfiguredOne_IsUsedAndCannotBeReplaced(t *testing.T) {
	t.Parallel()

	b := setup(t)
	apps := b.apps(t, &b.App)

	app, err := apps.Current(t.Context())
	require.NoError(t, err)
	require.Contains(t, app.InstallURL("state"), "/"+b.App.Slug+"/")

	err = b.save(t, apps, b.App)
	require.Equal(t, problem.Conflict, problem.CodeOf(err))
	require.ErrorContains(t, err, "ZEITWORK_GITHUB_APP_ID")
}

func TestApps_ConfiguredOneWhileGitHubIsDown_IsAskedAgain(t *testing.T) {
	t.Parallel()

	b := setup(t)
	apps := b.apps(t, &b.App)

	heal := b.server.AddFault(fakegithub.Fault{Strike: fakegithub.Status(http.StatusInternalServerError)})

	_, err := apps.Current(t.Context())
	require.Equal(t, github.Unavailable, github.ReasonOf(err))

	heal()
	b.server.Clock.Advance(time.Minute)

	_, err = apps.Current(t.Context())
	require.NoError(t, err)
}

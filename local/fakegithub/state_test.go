package fakegithub_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/local/fakegithub"
	"github.com/zeitwork/zeitwork/test/githubtest"
)

// restarted is the server as it is after it was saved and another one has loaded what was.
func (b *testBundle) restarted(t *testing.T) *testBundle {
	t.Helper()

	path := filepath.Join(t.TempDir(), "state.json")
	require.NoError(t, b.Save(path))

	again, err := fakegithub.New(fakegithub.Options{Directory: t.TempDir(), Now: b.Clock.Now})
	require.NoError(t, err)

	wasThere, err := again.Load(path)
	require.NoError(t, err)
	require.True(t, wasThere)

	server := httptest.NewServer(again)
	t.Cleanup(server.Close)

	return &testBundle{Server: &githubtest.Server{Server: again, URL: server.URL, Clock: b.Clock}, Example: b.Example}
}

func hostOf(address string) string { return strings.TrimPrefix(address, "http://") }

func TestLoad_AnswersAsBeforeTheRestart(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.Push(b.Repository, "feature", fakegithub.Commit{Message: "work", Files: fakegithub.Text(map[string]string{"new.txt": "new"})})
	pull := b.OpenPull(b.Repository, fakegithub.Pull{Title: "Work", Head: "feature", User: githubtest.Developer})
	b.Comment(b.Repository, pull, githubtest.Developer, "please look")
	fork := b.Fork(b.Repository, githubtest.Stranger)
	b.OpenPull(b.Repository, fakegithub.Pull{Title: "Mine", Head: "main", HeadRepository: fork})
	b.RenameRepository(b.Repository, "store")

	asApp := b.token(t, `{}`)
	head := b.Head(b.Repository, "feature")
	require.Equal(t, http.StatusCreated, b.ask(t, http.MethodPost, path(b.Repository, "/api/v3/repositories/%d/statuses/")+head, asApp,
		`{"state":"success","context":"zeitwork","target_url":"https://app.example.com"}`).status)
	made := b.ask(t, http.MethodPost, path(b.Repository, "/api/v3/repositories/%d/deployments"), asApp,
		`{"ref":"feature","environment":"preview","required_contexts":[],"payload":{"key":"1"}}`)
	require.Equal(t, http.StatusCreated, made.status, made.body)

	again := b.restarted(t)
	token := again.token(t, `{}`) // By the App's key of before.

	for _, asked := range []string{"", "/branches", "/commits", "/pulls?state=all", "/deployments", "/issues/1/comments", "/contents/new.txt?ref=feature"} {
		address := path(b.Repository, "/api/v3/repositories/%d") + asked
		before, after := b.ask(t, http.MethodGet, address, asApp, ""), again.ask(t, http.MethodGet, address, token, "")
		require.Equal(t, http.StatusOK, before.status, before.body)
		require.JSONEq(t, strings.ReplaceAll(before.body, hostOf(b.URL), hostOf(again.URL)), after.body, asked)
	}

	require.Equal(t, b.Statuses(b.Repository), again.Statuses(b.Repository))

	moved := again.ask(t, http.MethodGet, "/api/v3/repos/acme/shop", token, "")
	require.Equal(t, http.StatusMovedPermanently, moved.status)

	// Ids go on where they were, so that nothing gets one that was given before.
	require.Greater(t, again.AddUser("new"), fork)

	output, err := git(t, t.TempDir(), "clone", again.remote("acme/store", githubtest.Owner, "any"), "clone")
	require.NoError(t, err, output)

	again.Clock.Advance(time.Minute)
	again.Push(b.Repository, "main", fakegithub.Commit{Files: fakegithub.Text(map[string]string{"later.txt": "later"})})
}

func TestLoad_WithoutAFile_IsANewServer(t *testing.T) {
	t.Parallel()

	b := setup(t)

	wasThere, err := b.Load(filepath.Join(t.TempDir(), "state.json"))
	require.NoError(t, err)
	require.False(t, wasThere)
	require.Equal(t, "acme/shop", b.FullName(b.Repository))
}

func TestLoad_OfADamagedFile_SaysWhich(t *testing.T) {
	t.Parallel()

	b := setup(t)
	damaged := filepath.Join(t.TempDir(), "state.json")
	require.NoError(t, os.WriteFile(damaged, []byte(`{"LastID":`), 0o600))

	_, err := b.Load(damaged)
	require.ErrorContains(t, err, damaged)
}

func TestEnsureApp_AgainWithOtherURLs_KeepsTheAppWithItsInstallations(t *testing.T) {
	t.Parallel()

	b := setup(t)

	app, err := b.EnsureApp(fakegithub.Manifest{Name: "Zeitwork", URL: "http://127.0.0.1:1", Public: true, DefaultPermissions: map[string]string{"contents": "read"}})
	require.NoError(t, err)
	require.Equal(t, b.App, app)

	described := b.ask(t, http.MethodGet, "/api/v3/app", b.jwt(t, time.Minute), "")
	require.Equal(t, "http://127.0.0.1:1", described.field(t, "external_url"))
	require.Equal(t, map[string]any{"contents": "read", "metadata": "read"}, described.field(t, "permissions"))

	installations := b.ask(t, http.MethodGet, "/api/v3/app/installations", b.jwt(t, time.Minute), "")
	require.Contains(t, installations.body, `"login":"acme"`)
}
